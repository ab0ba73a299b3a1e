from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.api.v1.registers.people_schemas import Available, Interests, Pathways, Skills
from app.core.wire import Day, Instant
from app.domain.involvement.matching import Place
from app.domain.involvement.participation.models import BEGINNINGS, ParticipationStatus
from app.domain.people.register.models import ContactChannel

_MICROSECONDS: Final = 16  # digits of a cursor's instant
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Reason = Annotated[str, Words, Field(max_length=500, examples=["Another day suits better."])]
Feedback = Annotated[str, Words, Field(max_length=4000, examples=["I was listened to."])]
PersonName = Annotated[str, Field(examples=["Amara Okafor"])]


class Asking(BaseModel):
    model_config = ConfigDict(extra="forbid")

    person_id: UUID


class ParticipationStatusNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: ParticipationStatus = Field(examples=["accepted"])
    reason: Reason | None = None

    @model_validator(mode="after")
    def _follows(self) -> Self:
        if self.status in BEGINNINGS:
            raise ValueError("an invitation and an application are made, not turned to")
        return self


class FeedbackNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    words: Feedback


class ParticipationOut(BaseModel):
    """That a person was asked to take part in an opportunity or asked to, and what came of it."""

    id: UUID
    opportunity_id: UUID
    opportunity_title: str = Field(examples=["A kinder front door"])
    person_id: UUID
    person_name: PersonName
    status: ParticipationStatus
    status_since: Day
    asked_at: Instant | None = Field(description="When they were invited; null: they applied.")
    reason: Reason | None
    from_person: Feedback | None = Field(description="What the person says of it.")
    to_person: Feedback | None = Field(description="What the person was told.")
    version: int = VERSION


class ParticipationList(BaseModel):
    items: list[ParticipationOut]
    next: str | None = NEXT


class ParticipationFilters(Paging):
    opportunity: UUID | None = None
    person: UUID | None = None
    status: ParticipationStatus | None = None


class MatchOut(BaseModel):
    """A person who fits, and why: what they share with what the opportunity names."""

    person_id: UUID
    name: PersonName
    preferred_channel: ContactChannel | None
    asked_at: Instant | None = Field(description="When they were last invited to anything.")
    pathways: Pathways
    skills: Skills
    interests: Interests
    availability: Available = Field(description="Parts of the week of its times that they told.")
    availability_unknown: bool = Field(description="They told no availability at all.")


class MatchList(BaseModel):
    items: list[MatchOut] = Field(description="Who has not been asked for longest first.")
    next: str | None = NEXT


class MatchFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    after: Annotated[str, StringConstraints(pattern=r"^\d{16}[0-9a-f]{32}$")] | None = Field(
        None,
        description="The `next` of the page before.",
        examples=["17724428400000000195542d8f007c3a9d552f4a6b8c0d1e"],
    )
    limit: int = Field(50, ge=1, le=200, description="Items a page holds at most.")

    def place(self) -> Place | None:
        if self.after is None:
            return None
        asked_at = _EPOCH + timedelta(microseconds=int(self.after[:_MICROSECONDS]))
        return Place(asked_at, UUID(self.after[_MICROSECONDS:]))


class CalendarOut(BaseModel):
    """That a person's calendar can be read by its address."""

    id: UUID
    person_id: UUID
    version: int = VERSION


class CalendarMade(CalendarOut):
    path: str = Field(
        description="Where calendar programs read it, below this service's address; told once.",
        examples=["/v1/public/calendars/Xq2v0mH8r1bQw3nT5yZ7aC9dE4fG6jKl"],
    )


def matches(items: str, following: Place | None) -> bytes:
    """Write a page around the items that PostgreSQL wrote."""
    told = "null" if following is None else f'"{_cursor(following)}"'
    return f'{{"items":[{items}],"next":{told}}}'.encode()


def _cursor(place: Place) -> str:
    micros = (place.asked_at - _EPOCH) // timedelta(microseconds=1)
    return f"{micros:0{_MICROSECONDS}}{place.person_id.hex}"
