from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.core.wire import Day
from app.domain.involvement.forums.meetings.models import ForumMeetingState

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Place = Annotated[str, Words, Field(max_length=500, examples=["Community room, Warneford Lane"])]
Link = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=500),
    Field(examples=["https://meet.example/our-voice"]),
]
Item = Annotated[str, Words, Field(max_length=500)]
Agenda = Annotated[list[Item], Field(max_length=50, examples=[["Welcome", "The new ward"]])]
Title = Annotated[str, Words, Field(max_length=200, examples=["Plan of the new ward"])]


class PaperOut(BaseModel):
    """What members read for a meeting."""

    id: UUID
    title: Title
    link: Link
    sent_on: Day | None
    in_time: bool = Field(description="Sent by the day on which papers are due.")
    version: int = VERSION


class GuestOut(BaseModel):
    """Somebody who is no member and was invited."""

    id: UUID
    person_id: UUID | None = Field(
        description="A person of the register; null where it is staff, or you may not see them."
    )
    user_id: UUID | None
    attended: bool


class ForumMeetingOut(BaseModel):
    """A meeting of a forum, with its papers, guests, and who came."""

    id: UUID
    forum_id: UUID
    day: Day
    place: Place | None
    link: Link | None
    agenda: Agenda
    papers_due_on: Day = Field(description="The last day on which papers are sent in time.")
    state: ForumMeetingState
    papers: list[PaperOut]
    guests: list[GuestOut]
    attended: list[UUID] = Field(description="Ids of the members who came.")
    version: int = VERSION


class ForumMeetingList(BaseModel):
    items: list[ForumMeetingOut]
    next: str | None = NEXT


class ForumMeetingFilters(Paging):
    state: ForumMeetingState | None = None
    from_day: Day | None = Field(None, alias="from", examples=["2026-04-01"])
    to_day: Day | None = Field(None, alias="to", examples=["2027-03-31"])


class ForumMeetingNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    day: Day = Field(examples=["2026-05-12"])
    place: Place | None = None
    link: Link | None = None
    agenda: Agenda = Field(default_factory=list)


class ForumMeetingPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays, the agenda is replaced as a whole."""

    model_config = ConfigDict(extra="forbid")

    day: Annotated[Day | Null, NotNull] = KEPT
    place: Place | None = None
    link: Link | None = None
    agenda: Annotated[Agenda | Null, NotNull] = KEPT


class PaperNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title
    link: Link
    sent_on: Day | None = Field(None, examples=[None])


class PaperPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[Title | Null, NotNull] = KEPT
    link: Annotated[Link | Null, NotNull] = KEPT
    sent_on: Day | None = None


class GuestNew(BaseModel):
    """Tell `person_id` or `user_id`."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID | None = Field(None, examples=[None])
    user_id: UUID | None = Field(None, examples=["0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"])


class ForumAttendanceIn(BaseModel):
    """Who came; whoever is left out did not."""

    model_config = ConfigDict(extra="forbid")

    members: list[UUID] = Field(
        max_length=500, description="Ids of memberships on the day of the meeting.", examples=[[]]
    )
    guests: list[UUID] = Field(
        default_factory=list, max_length=500, description="Ids of invitations.", examples=[[]]
    )
