from datetime import timedelta
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.v1.organisation.schemas import SAYS
from app.core.wire import Day, Instant
from app.domain.reimbursements.flags.codes import FlagCode, FlagLevel
from app.domain.reimbursements.flags.matches import MatchKind
from app.domain.reimbursements.flags.models import ClaimFlag

MOST_DAYS: Final = timedelta(366)


class FlagAnswer(BaseModel):
    """Why a claim is paid in spite of what one check found."""

    model_config = ConfigDict(extra="forbid")

    code: FlagCode
    reason: Annotated[str, StringConstraints(pattern=SAYS, strip_whitespace=True)] = Field(
        max_length=2000, examples=["The payee's details were confirmed by call-back."]
    )


class FlagOut(BaseModel):
    """One check of a claim, what it found, and what who approved said of it."""

    code: FlagCode
    level: FlagLevel = Field(description="How much it matters; above none it needs an answer.")
    explanation: str = Field(examples=["Nothing was paid to the person before."])
    about_ids: list[UUID] = Field(description="The claims that it is about.", examples=[[]])
    answer: str | None = Field(examples=[None])
    answered_by: UUID | None
    answered_at: Instant | None

    @classmethod
    def of(cls, flag: ClaimFlag) -> Self:
        return cls(**{name: getattr(flag, name) for name in cls.model_fields})


class FlagList(BaseModel):
    items: list[FlagOut] = Field(description="Every check of the claim as it was handed in last.")


class MatchOut(BaseModel):
    """Two paid claims, and what they have in common."""

    model_config = ConfigDict(from_attributes=True)

    claim_id: UUID
    other_id: UUID
    kinds: list[MatchKind]


class MatchList(BaseModel):
    items: list[MatchOut] = Field(description="Those with most in common first.")
    more: bool = Field(
        description="Whether there are more than these; ask for a shorter time.", examples=[False]
    )


class MatchFilters(BaseModel):
    """From which day to which claims were paid."""

    model_config = ConfigDict(extra="forbid")

    first: Day = Field(description="First day of payment.", examples=["2026-04-01"])
    last: Day = Field(
        description="Last day of payment, at most a year after the first.", examples=["2026-06-30"]
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.first <= self.last <= self.first + MOST_DAYS:
            raise ValueError("last is not before first, and at most a year after")
        return self
