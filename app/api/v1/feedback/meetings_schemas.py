from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.core.wire import Day
from app.domain.feedback.choosing import DayRange
from app.domain.feedback.codes import (
    Channel,
    FftAnswer,
    Involved,
    PublicationStatus,
    RespondentType,
)
from app.domain.feedback.events import Comment, Demographics
from app.domain.feedback.meetings.models import MeetingKind, MeetingState
from app.domain.organisation.accessibility import Access

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Title = Annotated[str, Words, Field(max_length=200, examples=["Hear say: our ward round"])]
Place = Annotated[str, Words, Field(max_length=500, examples=["Community room, Warneford Lane"])]
Host = Annotated[str, Words, Field(max_length=200, examples=["PALS team"])]
Note = Annotated[
    str,
    Words,
    Field(
        max_length=1000, examples=["Tell us by the Friday before if you need a BSL interpreter."]
    ),
]
Because = Annotated[str, Words, Field(max_length=500, examples=["The room is flooded."])]
What = Annotated[
    str, Words, Field(max_length=1000, examples=["Put a clock where everyone can see it."])
]
Who = Annotated[str, Words, Field(max_length=200, examples=["Jo Bloggs"])]
Link = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=500),
    Field(examples=["https://meet.example/hear-say"]),
]
At = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
    Field(description="Local time in England.", examples=["14:00"]),
]
Until = Annotated[At, Field(examples=["15:30"])]
Count = Annotated[int, Field(ge=0, le=10_000, examples=[6])]
Accesses = Annotated[list[Access], Field(max_length=len(Access), examples=[["step_free"]])]
Teams = Annotated[
    list[UUID],
    Field(max_length=200, description="Whom it is for; none is the whole trust."),
]


class MeetingTeamOut(BaseModel):
    id: UUID
    code: str = Field(examples=["CMHT-CITY"])
    name: str = Field(examples=["City Community Mental Health Team"])


class PublicMeetingOut(BaseModel):
    """A meeting that anybody may come to, or could have: a cancelled one says so."""

    id: UUID
    kind: MeetingKind
    title: Title
    day: Day
    starts_at: At
    ends_at: Until
    teams: list[MeetingTeamOut] = Field(description="None where it is for the whole trust.")
    place: Place | None
    link: Link | None
    access: Accesses = Field(description="What is there so that everybody can take part.")
    access_note: Note | None
    host: Host | None = Field(description="Who holds it, as the public is told.")
    state: MeetingState
    cancelled_because: Because | None = Field(description="As the public is told.")


class PublicMeetingList(BaseModel):
    items: list[PublicMeetingOut]
    next: None = Field(None, description="Always null: the next 500 stand on one page.")


class PublicMeetingFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: MeetingKind | None = None
    team: str | None = Field(
        None,
        max_length=100,
        description="A team's id or code; meetings for the whole trust are told too.",
        examples=["CMHT-CITY"],
    )


class MeetingOut(PublicMeetingOut):
    """A meeting, with who came and how much was heard once it is held.

    Counts of 1 to 4 patients, carers or responses are null without the scope
    `feedback:read:small_numbers`.
    """

    patients: int | None = Field(examples=[6])
    carers: int | None = Field(examples=[0])
    staff: int | None = Field(examples=[3])
    heard: int | None = Field(description="Responses that were taken down.", examples=[5])
    version: int = VERSION


class MeetingList(BaseModel):
    items: list[MeetingOut]
    next: str | None = NEXT


class MeetingFilters(Paging, DayRange):
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    kind: MeetingKind | None = None
    state: MeetingState | None = None


class MeetingNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: MeetingKind
    title: Title
    day: Day
    starts_at: At
    ends_at: Until
    teams: Teams = Field(default_factory=list, examples=[[]])
    place: Place | None = None
    link: Link | None = None
    access: Accesses = Field(default_factory=list)
    access_note: Note | None = None
    host: Host | None = None


class MeetingPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays, a list is replaced as a whole."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[MeetingKind | Null, NotNull] = KEPT
    title: Annotated[Title | Null, NotNull] = KEPT
    day: Annotated[Day | Null, NotNull] = KEPT
    starts_at: Annotated[At | Null, NotNull] = KEPT
    ends_at: Annotated[Until | Null, NotNull] = KEPT
    teams: Annotated[Teams | Null, NotNull] = KEPT
    place: Place | None = None
    link: Link | None = None
    access: Annotated[Accesses | Null, NotNull] = KEPT
    access_note: Note | None = None
    host: Host | None = None


class Attendance(BaseModel):
    """Who came: counted, never named."""

    model_config = ConfigDict(extra="forbid")

    patients: Count
    carers: Count
    staff: Count


class Cancellation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    because: Because = Field(description="Told to the public.")


class Background(Demographics):
    """Equality monitoring, where somebody told it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Heard(BaseModel):
    """What one person said at the meeting: an answer, words, or both."""

    model_config = ConfigDict(extra="forbid")

    team: str | None = Field(
        None,
        max_length=100,
        description="Id or code of the meeting's team that it is about; may be missing where the"
        " meeting is for one.",
        examples=["CMHT-CITY"],
    )
    fft_answer: FftAnswer | None = None
    involved: Involved | None = None
    comment_good: Comment = None
    comment_better: Comment = Field(None, examples=["A clock would help."])
    respondent_type: RespondentType | None = None
    channel: Channel = Channel.IN_PERSON
    consent_public: Annotated[
        bool, Field(description="Whether they agreed to its being shown.")
    ] = False
    language: str | None = Field(None, max_length=35, examples=["en"])
    easy_read: bool | None = None
    demographics: Background | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.fft_answer or self.involved or self.comment_good or self.comment_better):
            raise ValueError("tells neither an answer nor words")
        return self

    def told(self) -> dict[str, Any]:
        pending = {"publication_status": PublicationStatus.PENDING}
        return self.model_dump(mode="json", exclude_none=True) | pending


class HeardNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: list[Heard] = Field(min_length=1, max_length=200)


class HeardTaken(BaseModel):
    taken: int = Field(description="Responses that are on their way to be counted.", examples=[5])


class PromiseOut(BaseModel):
    """What was promised at a meeting, by whom and by when."""

    id: UUID
    meeting_id: UUID
    what: What
    who: Who
    due_on: Day = Field(examples=["2026-04-01"])
    kept_on: Day | None = Field(examples=["2026-03-20"])
    kept_how: What | None = Field(examples=["A clock hangs in the day room."])
    overdue: bool = Field(examples=[False])
    version: int = VERSION


class PromiseList(BaseModel):
    items: list[PromiseOut]
    next: str | None = NEXT


class PromiseFilters(Paging):
    meeting: UUID | None = None
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    state: str | None = Field(None, pattern="^(kept|open|overdue)$", examples=["overdue"])


class PromiseNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    what: What
    who: Who = Field(description="Who promised it.")
    due_on: Day = Field(examples=["2026-04-01"])


class PromisePatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    what: Annotated[What | Null, NotNull] = KEPT
    who: Annotated[Who | Null, NotNull] = KEPT
    due_on: Annotated[Day | Null, NotNull] = KEPT


class Keeping(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kept_on: Day | None = Field(None, description="Today if not told.", examples=["2026-03-20"])
    how: What = Field(examples=["A clock hangs in the day room."])
