from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.core.wire import Day
from app.domain.involvement.forums.models import ForumKind

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
ForumName = Annotated[str, Words, Field(max_length=200, examples=["Our voice: eating disorders"])]
Pathway = Annotated[str, Words, Field(max_length=60, examples=["eating disorders"])]
Purpose = Annotated[
    str, Words, Field(max_length=2000, examples=["To be heard before a service changes."])
]
PapersDays = Annotated[
    int,
    Field(
        ge=0, le=60, description="Papers are in time when sent so many days before.", examples=[7]
    ),
]
Ends = Annotated[Day, Field(description="The first day as none.", examples=["2027-04-01"])]
Share = Annotated[float, Field(description="In percent.", examples=[83.3])]


class ForumOut(BaseModel):
    """A pathway's forum, the youth board, or a group of the whole trust."""

    id: UUID
    kind: ForumKind
    name: ForumName
    pathway: Pathway | None
    purpose: Purpose | None
    papers_days: PapersDays
    directorate_id: UUID | None = Field(description="Null is the trust.")
    members: int = Field(description="Today.", examples=[12])
    closed_on: Day | None
    version: int = VERSION


class ForumList(BaseModel):
    items: list[ForumOut]
    next: str | None = NEXT


class ForumFilters(Paging):
    kind: ForumKind | None = None
    pathway: str | None = Field(None, max_length=60, examples=["eating disorders"])
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )
    open: bool | None = None


class ForumNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: ForumKind
    name: ForumName
    pathway: Pathway | None = Field(None, description="A pathway's forum tells it.")
    purpose: Purpose | None = None
    papers_days: PapersDays = 7
    directorate_id: UUID | None = Field(None, examples=[None])
    closed_on: Day | None = Field(None, examples=[None])


class ForumPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[ForumKind | Null, NotNull] = KEPT
    name: Annotated[ForumName | Null, NotNull] = KEPT
    pathway: Pathway | None = None
    purpose: Purpose | None = None
    papers_days: Annotated[PapersDays | Null, NotNull] = KEPT
    directorate_id: UUID | None = Field(None, examples=[None])
    closed_on: Day | None = None


class ForumMemberOut(BaseModel):
    """Somebody who belongs to a forum for a time."""

    id: UUID
    forum_id: UUID
    person_id: UUID | None = Field(
        description="A person of the register; null where it is staff, or you may not see them."
    )
    user_id: UUID | None = Field(description="A member of staff.")
    valid_from: Day
    valid_to: Ends | None
    version: int = VERSION


class ForumMemberList(BaseModel):
    items: list[ForumMemberOut]
    next: str | None = NEXT


class ForumMemberFilters(Paging):
    person: UUID | None = None
    user: UUID | None = None
    on: Day | None = Field(None, description="Who is a member on a day.")


class ForumMemberNew(BaseModel):
    """Tell `person_id` or `user_id`."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID | None = Field(None, examples=["0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"])
    user_id: UUID | None = Field(None, examples=[None])
    valid_from: Day = Field(examples=["2026-04-01"])
    valid_to: Ends | None = Field(None, examples=[None])


class ForumMemberPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays. Who it is stays too."""

    model_config = ConfigDict(extra="forbid")

    valid_from: Annotated[Day | Null, NotNull] = KEPT
    valid_to: Ends | None = None


class DaysFilters(BaseModel):
    """Days from and to, both included."""

    model_config = ConfigDict(extra="forbid")

    from_day: Day = Field(alias="from", examples=["2026-04-01"])
    to_day: Day = Field(alias="to", examples=["2027-03-31"])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_day > self.to_day:
            raise ValueError("`from` is after `to`")
        return self


class ForumCounts(BaseModel):
    meetings: int = Field(description="Held.", examples=[6])
    members_expected: int = Field(
        description="Members on the days of these meetings.", examples=[72]
    )
    members_attended: int = Field(description="Those who came.", examples=[60])
    pct_attended: Share | None
    papers: int = Field(description="Of meetings that were held.", examples=[18])
    papers_in_time: int = Field(examples=[15])
    pct_papers_in_time: Share | None
    issues: int = Field(description="Raised in these days.", examples=[9])
    issues_from_patients: int = Field(examples=[6])
    issues_from_carers: int = Field(examples=[1])
    issues_closed: int = Field(description="Those of them that are closed today.", examples=[4])


class OneForumsCounts(ForumCounts):
    id: UUID
    name: ForumName
    kind: ForumKind
    pathway: Pathway | None


class ForumFiguresOut(BaseModel):
    """Whether members come, papers are in time, and patients are heard."""

    from_day: Day = Field(alias="from")
    to_day: Day = Field(alias="to")
    total: ForumCounts
    forums: list[OneForumsCounts]
