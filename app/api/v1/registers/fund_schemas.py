from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.core.wire import Day
from app.domain.involvement.fund.models import LEAST_PANEL, MOST_PENCE, FundSpend, FundStatus

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Title = Annotated[str, Words, Field(max_length=200, examples=["A sensory room, designed together"])]
Purpose = Annotated[
    str, Words, Field(max_length=4000, examples=["Materials and fees for six design sessions."])
]
Together = Annotated[
    str,
    Words,
    Field(
        max_length=4000,
        description="How it is designed, delivered and evaluated together.",
        examples=["Four patients chair the sessions and choose what is bought."],
    ),
]
Pence = Annotated[int, Field(ge=1, le=MOST_PENCE, description="In pence.", examples=[150000])]
Because = Annotated[str, Words, Field(max_length=2000, examples=["It was asked for by patients."])]
Outcome = Annotated[str, Words, Field(max_length=4000, examples=["The room opened in May."])]
What = Annotated[str, Words, Field(max_length=500, examples=["Fees for the first session."])]


class FundApplicationOut(BaseModel):
    """What somebody asks the co-production fund for, what was awarded, and what came of it."""

    id: UUID
    title: Title
    purpose: Purpose
    together: Together
    asked_pence: Pence
    applicant_id: UUID = Field(description="The user who applied.")
    opportunity_id: UUID | None
    directorate_id: UUID | None
    status: FundStatus
    award_pence: Pence | None
    spent_pence: int = Field(
        description="In pence, by bills and by claims; never above the award.", examples=[40000]
    )
    because: Because | None = Field(description="Why the panel decided so.")
    panel: list[UUID] = Field(description="The users who decided.")
    decided_on: Day | None
    outcome: Outcome | None
    version: int = VERSION


class FundApplicationList(BaseModel):
    items: list[FundApplicationOut]
    next: str | None = NEXT


class FundApplicationFilters(Paging):
    status: FundStatus | None = None
    applicant: UUID | None = None
    opportunity: UUID | None = None


class FundApplicationNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title
    purpose: Purpose
    together: Together
    asked_pence: Pence
    opportunity_id: UUID | None = Field(None, examples=[None])
    directorate_id: UUID | None = Field(None, examples=[None])


class FundDecision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    award_pence: Pence | None = Field(description="Null: the application is refused.")
    because: Because
    panel: list[UUID] = Field(
        min_length=LEAST_PANEL,
        max_length=30,
        description="The users who decided; the applicant is not one of them.",
        examples=[["0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e", "0195542d-8f00-7c3a-9d55-2f4a6b8c0d1f"]],
    )


class FundOutcome(BaseModel):
    model_config = ConfigDict(extra="forbid")

    outcome: Outcome


class FundSpendNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    pence: Pence
    spent_on: Day
    what: What


class FundSpendOut(BaseModel):
    """What was spent of an award."""

    id: UUID
    application_id: UUID
    pence: Pence
    spent_on: Day
    what: What
    version: int = VERSION

    @classmethod
    def of(cls, spend: FundSpend) -> Self:
        return cls.model_validate(spend, from_attributes=True)


class FundSpendList(BaseModel):
    items: list[FundSpendOut] = Field(description="Oldest first.")
