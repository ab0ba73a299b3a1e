from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.core.wire import Day, Instant
from app.domain.people.needs.codes import Format
from app.domain.people.resources.models import RequestState

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Title = Annotated[str, Words, Field(max_length=200, examples=["Coming to your first appointment"])]
About = Annotated[
    str, Words, Field(max_length=2000, examples=["What happens on the day, and whom to ask."])
]
Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2}$"),
    Field(description="ISO 639-1; of a signed video, that of its captions.", examples=["en"]),
]
Link = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=500),
    Field(examples=["https://www.example.nhs.uk/first-appointment-easy-read.pdf"]),
]
Why = Annotated[
    str,
    Words,
    Field(max_length=1000, examples=["Three families on the ward read Urdu."]),
]
Reason = Annotated[
    str, Words, Field(max_length=1000, examples=["The leaflet is rewritten in May."])
]


class ResourceFormatOut(BaseModel):
    """A resource in one format and language."""

    id: UUID
    format: Format
    language: Language
    link: Link
    made_on: Day
    version: int = VERSION


class ResourceOut(BaseModel):
    """A leaflet, letter or film that tells people something, in all its formats."""

    id: UUID
    title: Title
    about: About
    formats: list[ResourceFormatOut]
    review_on: Day
    overdue: bool = Field(description="The review should have been before today.")
    version: int = VERSION


class ResourceList(BaseModel):
    items: list[ResourceOut]
    next: str | None = NEXT


class ResourceFilters(Paging):
    overdue: bool | None = Field(None, description="Those to be reviewed, or the others.")
    format: Format | None = Field(None, description="Those that have it.")
    language: str | None = Field(
        None,
        pattern=r"^[a-z]{2}$",
        description="Those that have it, by ISO 639-1.",
        examples=["ur"],
    )


class ResourceNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title
    about: About
    review_on: Day


class ResourcePatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[Title | Null, NotNull] = KEPT
    about: Annotated[About | Null, NotNull] = KEPT
    review_on: Annotated[Day | Null, NotNull] = KEPT


class ResourceFormatNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Format
    language: Language = "en"
    link: Link
    made_on: Day = Field(examples=["2026-03-02"])


class ResourceFormatPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    link: Annotated[Link | Null, NotNull] = KEPT
    made_on: Annotated[Day | Null, NotNull] = KEPT


class FormatRequestOut(BaseModel):
    """Somebody on the staff asks for a format that a resource has not."""

    id: UUID
    resource_id: UUID
    resource_title: Title
    format: Format
    language: Language
    why: Why | None
    state: RequestState
    asked_by: UUID
    asked_at: Instant
    reason: Reason | None = Field(description="Why it was declined.")
    answered_by: UUID | None
    answered_at: Instant | None
    version: int = VERSION


class FormatRequestList(BaseModel):
    items: list[FormatRequestOut]
    next: str | None = NEXT


class FormatRequestFilters(Paging):
    state: RequestState | None = None
    resource: UUID | None = None


class FormatRequestNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    resource_id: UUID
    format: Format
    language: Language = "en"
    why: Why | None = None


class Declined(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason
