from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.core.wire import Day

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Goals = Annotated[
    str, Words, Field(max_length=4000, examples=["To see the ward as somebody new to it."])
]
Note = Annotated[str, Words, Field(max_length=2000, examples=["We walked through admission."])]
Learning = Annotated[
    str, Words, Field(max_length=4000, examples=["We now say who we are before we ask."])
]


class MentoringMeetingOut(BaseModel):
    """A day on which a pair met."""

    id: UUID
    met_on: Day
    note: Note | None


class MentoringPairOut(BaseModel):
    """A person of the register who is the mentor of a member of staff."""

    id: UUID
    person_id: UUID = Field(description="The mentor.")
    user_id: UUID = Field(description="The member of staff who learns.")
    goals: Goals
    started_on: Day
    ended_on: Day | None = Field(description="The last day.")
    learning: Learning | None = Field(description="What was learned, told at the end.")
    meetings: list[MentoringMeetingOut]
    version: int = VERSION


class MentoringPairList(BaseModel):
    items: list[MentoringPairOut]
    next: str | None = NEXT


class MentoringFilters(Paging):
    mentor: UUID | None = None
    mentee: UUID | None = None
    ended: bool | None = None


class MentoringPairNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    person_id: UUID = Field(description="The mentor: a person of the register.")
    user_id: UUID = Field(description="The mentee: an active user.")
    goals: Goals
    started_on: Day = Field(examples=["2026-04-01"])


class MentoringPairPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    goals: Annotated[Goals | Null, NotNull] = KEPT
    started_on: Annotated[Day | Null, NotNull] = KEPT


class MentoringMeetingNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    met_on: Day = Field(examples=["2026-05-12"])
    note: Note | None = None


class MentoringEnd(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ended_on: Day = Field(description="The last day.", examples=["2026-10-01"])
    learning: Learning
