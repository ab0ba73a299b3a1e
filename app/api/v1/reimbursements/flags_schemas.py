from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.v1.organisation.schemas import SAYS
from app.core.wire import Instant
from app.domain.reimbursements.flags.codes import FlagCode, FlagLevel
from app.domain.reimbursements.flags.models import ClaimFlag


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
