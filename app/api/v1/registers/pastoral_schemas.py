from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.core.wire import Day, Instant
from app.domain.involvement.pastoral import queries
from app.domain.involvement.pastoral.models import (
    CheckIn,
    CheckInKind,
    CheckInState,
    Concern,
    ConcernState,
    Denial,
)

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Wellbeing = Annotated[
    str,
    Words,
    Field(
        max_length=8000,
        description="What keeps them well and what to do when they are not, in their words.",
        examples=["Ring me the day after a panel. I go quiet when it is too much."],
    ),
]
EscalationName = Annotated[str, Words, Field(max_length=200, examples=["Chidi, my brother"])]
EscalationContact = Annotated[str, Words, Field(max_length=500, examples=["07700 900456"])]
Why = Annotated[
    str,
    Words,
    Field(
        max_length=1000,
        description="Shown to the named lead.",
        examples=["They rang in distress; their lead is on leave."],
    ),
]
About = Annotated[str, Words, Field(max_length=300, examples=["The interview panel on Monday"])]
Notes = Annotated[str, Words, Field(max_length=8000, examples=["Glad of the break between two."])]
Because = Annotated[str, Words, Field(max_length=1000, examples=["They were unwell."])]
What = Annotated[
    str,
    Words,
    Field(max_length=8000, description="In their words.", examples=["Nobody let me finish."]),
]
Answer = Annotated[
    str, Words, Field(max_length=8000, examples=["We are sorry; the chair has been spoken to."])
]
Late = Field(description="Whether its day has passed.", examples=[False])


class LeadOut(BaseModel):
    """Who looks after a person."""

    model_config = ConfigDict(from_attributes=True)

    person_id: UUID
    lead_id: UUID
    version: int = VERSION


class LeadNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lead_id: UUID = Field(description="A user who may keep pastoral plans.")


class PlanNew(BaseModel):
    """The plan as a whole."""

    model_config = ConfigDict(extra="forbid")

    wellbeing: Wellbeing
    escalation_name: EscalationName | None = None
    escalation_contact: EscalationContact | None = None


class PlanOut(PlanNew):
    """A person's pastoral plan."""

    model_config = ConfigDict(from_attributes=True)

    person_id: UUID
    version: int = VERSION


class CheckInOut(BaseModel):
    """A talk between a person and their named lead."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person_id: UUID
    kind: CheckInKind
    about: About | None = Field(description="The event that a debrief is about.")
    planned_for: Day
    state: CheckInState
    held_on: Day | None
    notes: Notes | None
    missed_because: Because | None
    overdue: bool = Late
    version: int = VERSION

    @classmethod
    def of(cls, check_in: CheckIn) -> Self:
        shown = {n: getattr(check_in, n) for n in cls.model_fields if n != "overdue"}
        return cls(**shown, overdue=queries.overdue(check_in))


class CheckInList(BaseModel):
    items: list[CheckInOut]
    next: str | None = NEXT


class CheckInFilters(Paging):
    kind: CheckInKind | None = None
    state: CheckInState | None = None
    overdue: bool | None = None


class CheckInNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: CheckInKind = CheckInKind.CHECK_IN
    about: About | None = Field(None, description="Which event, of a debrief.", examples=[None])
    planned_for: Day

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.kind is CheckInKind.DEBRIEF) != (self.about is not None):
            raise ValueError("a debrief, and nothing else, is about an event")
        return self


class CheckInHeld(BaseModel):
    model_config = ConfigDict(extra="forbid")

    held_on: Day | None = Field(None, description="Today if not told.", examples=[None])
    notes: Notes | None = None
    next_on: Day | None = Field(
        None, description="Plans the next check-in for that day.", examples=[None]
    )


class CheckInMissed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    because: Because


class BreakGlassNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Why


class BreakGlassOut(BaseModel):
    """Somebody but the named lead asked to see; `until` when they may, or why it was denied."""

    id: UUID
    reason: Why
    asked_by: UUID
    asked_at: Instant
    until: Instant | None
    denied_because: Denial | None


class BreakGlassList(BaseModel):
    items: list[BreakGlassOut]
    next: str | None = NEXT


class BreakGlassGranted(BaseModel):
    """What only the named lead sees can be read until then."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    until: Instant


class ConcernOut(BaseModel):
    """What somebody says of how they are treated, and what came of it."""

    id: UUID
    person_id: UUID
    what: What
    about_id: UUID | None = Field(description="The user it is about, if it is about one.")
    handler_id: UUID = Field(description="The user who looks at it.")
    raised_by: UUID = Field(description="The person, or the user who took it down.")
    raised_on: Day
    answer_by: Day
    state: ConcernState
    acknowledged_on: Day | None
    answered_on: Day | None
    answer: Answer | None
    overdue: bool = Late
    version: int = VERSION

    @classmethod
    def of(cls, concern: Concern) -> Self:
        shown = {n: getattr(concern, n) for n in cls.model_fields if n != "overdue"}
        return cls(**shown, overdue=queries.overdue(concern))


class ConcernList(BaseModel):
    items: list[ConcernOut]
    next: str | None = NEXT


class ConcernFilters(Paging):
    person: UUID | None = None
    handler: UUID | None = None
    state: ConcernState | None = None
    overdue: bool | None = None


class ConcernNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    what: What
    about_id: UUID | None = Field(None, examples=[None])
    handler_id: UUID | None = Field(
        None,
        description="Neither the named lead nor whom it is about; chosen where left out.",
        examples=[None],
    )


class HandlerNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    handler_id: UUID


class ConcernAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answer: Answer


class PastoralPolicyValues(BaseModel):
    """What the trust decides about pastoral care."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    answer_within_working_days: int = Field(ge=1, le=60, examples=[10])


class PastoralPolicyOut(PastoralPolicyValues):
    version: int = VERSION
