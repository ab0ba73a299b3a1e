from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.core.wire import Day
from app.domain.reimbursements.advances.models import MOST_PENCE, AdvanceKind, AdvanceStatus
from app.domain.reimbursements.kinds import LineKind

ID = "0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"
Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Place = Annotated[str, Words, Field(max_length=200, examples=["Oxford"])]
What = Annotated[
    str, Words, Field(max_length=500, examples=["A return train, with step-free access"])
]
Pence = Annotated[int, Field(ge=1, le=MOST_PENCE, description="In pence.", examples=[4500])]
Reason = Annotated[str, Words, Field(max_length=2000, examples=["The panel meets online."])]


class MoneyAhead(BaseModel):
    """Money before the activity; its claim then pays so much less."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[AdvanceKind.ADVANCE]
    pence: Pence = Field(description="At most what the trust's policy says.")


class TravelBooked(BaseModel):
    """Travel that the trust books and pays."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[AdvanceKind.BOOKED_TRAVEL]
    what: What
    from_place: Place
    to_place: Place
    travel_on: Day = Field(examples=["2026-05-14"])


class OwnAdvanceNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    participation_id: UUID = Field(
        description="The activity to come, as a participation.", examples=[ID]
    )
    need: Annotated[MoneyAhead | TravelBooked, Field(discriminator="kind")]


class AdvanceNew(OwnAdvanceNew):
    person_id: UUID = Field(description="Who asks.", examples=[ID])


class AdvanceDecision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    agreed: bool = Field(strict=True, examples=[True])
    reason: Reason | None = Field(None, description="Why it is declined.", examples=[None])


class AdvanceDone(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reference: Annotated[
        str,
        Words,
        Field(
            max_length=200,
            description="What the payment or the booking is found by.",
            examples=["BK-20931"],
        ),
    ]


class AdvanceSettled(BaseModel):
    """How much of an advance a claim of its activity accounts for."""

    model_config = ConfigDict(extra="forbid")

    claim_id: UUID = Field(
        description="A claim that asks for so much less.",
        examples=["0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"],
    )
    pence: int = Field(ge=1, le=10_000_000, strict=True, examples=[4500])
    kind: LineKind | None = Field(
        None,
        description="What it was spent on, where it is one kind: statements show it.",
        examples=["public_transport"],
    )


class AdvanceOut(BaseModel):
    """What somebody who cannot pay first asked for, and how that stands."""

    id: UUID
    person_id: UUID
    person_name: str = Field(examples=["Amara Okafor"])
    participation_id: UUID
    opportunity_id: UUID
    opportunity_title: str = Field(examples=["A kinder front door"])
    directorate_id: UUID | None
    kind: AdvanceKind
    pence: Pence | None
    what: What | None
    from_place: Place | None
    to_place: Place | None
    travel_on: Day | None
    status: AdvanceStatus
    on_behalf: bool = Field(description="Somebody asked for the person.", examples=[False])
    decided_on: Day | None
    reason: Reason | None = Field(description="Why it was declined.", examples=[None])
    done_on: Day | None = Field(description="When it was paid or booked.")
    reference: str | None = Field(examples=["BK-20931"])
    settled_pence: int = Field(
        description="By how much claims of the activity paid less so far.", examples=[0]
    )
    version: int = VERSION


class AdvanceList(BaseModel):
    items: list[AdvanceOut]
    next: str | None = NEXT


class OwnAdvanceFilters(Paging):
    status: AdvanceStatus | None = None


class AdvanceFilters(OwnAdvanceFilters):
    kind: AdvanceKind | None = None
    person: UUID | None = None
    participation: UUID | None = None


def need_of(new: OwnAdvanceNew) -> dict[str, Any]:
    """Give what is asked for, under the names of its parts."""
    return new.need.model_dump()
