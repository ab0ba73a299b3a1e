from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.api.v1.registers.people_schemas import Available, Interests, Pathways, Skills
from app.core.wire import Day, Instant
from app.domain.involvement.checks.models import DbsLevel
from app.domain.involvement.opportunities.models import (
    MOST_PENCE,
    MOST_PLACES,
    OpportunityKind,
    OpportunityStatus,
)
from app.domain.organisation.accessibility import Access

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Title = Annotated[str, Words, Field(max_length=200, examples=["A kinder front door"])]
Summary = Annotated[
    str, Words, Field(max_length=4000, examples=["Redesign how people are met at the crisis hub."])
]
EasyRead = Annotated[
    str,
    Words,
    Field(max_length=4000, examples=["Help us make the first visit better. You need no training."]),
]
How = Annotated[
    str, Words, Field(max_length=2000, examples=["Two experts by experience chair the group."])
]
Where = Annotated[str, Words, Field(max_length=500, examples=["Community room, Warneford Lane"])]
Link = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=500),
    Field(examples=["https://meet.example/front-door"]),
]
AccessNote = Annotated[
    str, Words, Field(max_length=1000, examples=["Tell us a week before if you need a signer."])
]
Pays = Annotated[
    str, Words, Field(max_length=500, examples=["A fee for each half day, and travel."])
]
Pence = Annotated[
    int,
    Field(
        ge=0,
        le=MOST_PENCE,
        description="In pence; what it pays for stands in `pays`.",
        examples=[2000],
    ),
]
Places = Annotated[int, Field(ge=1, le=MOST_PLACES, examples=[4])]
Level = Annotated[
    int, Field(ge=1, le=4, description="Role level 1 to 4 of the NHS PPV policy.", examples=[3])
]
Accesses = Annotated[list[Access], Field(max_length=len(Access), examples=[["step_free"]])]
Because = Annotated[str, Words, Field(max_length=500, examples=["The project has no lead."])]
Search = Annotated[
    str,
    Words,
    Field(max_length=200, description="Words of its title and summary.", examples=["crisis"]),
]


class TimeSpan(BaseModel):
    """From an instant until another, within 24 hours."""

    model_config = ConfigDict(extra="forbid")

    starts_at: Instant = Field(examples=["2027-03-01T10:00:00Z"])
    ends_at: Instant = Field(examples=["2027-03-01T12:00:00Z"])


Times = Annotated[list[TimeSpan], Field(max_length=200)]
CourseIds = Annotated[
    list[UUID], Field(max_length=20, description="Courses without which nobody joins.")
]


class RequiredCourse(BaseModel):
    id: UUID
    code: str = Field(examples=["CO-PRODUCTION"])
    name: str = Field(examples=["Co-production for everyone"])


class PublicOpportunityOut(BaseModel):
    """What somebody can be involved in, in plain words and in easy read."""

    id: UUID
    kind: OpportunityKind
    title: Title
    summary: Summary
    easy_read: EasyRead
    experience_relevant: bool = Field(description="Whether lived experience of it is wanted.")
    co_designed: bool
    co_delivered: bool
    co_evaluated: bool
    co_produced_how: How | None
    pathways: Pathways
    skills: Skills
    level: Level
    times: Times
    place: Where | None
    online: bool = Field(description="Whether one can take part online.")
    access: Accesses = Field(description="What is there so that everybody can take part.")
    access_note: AccessNote | None
    pays: Pays | None
    pays_pence: Pence | None
    required_check: DbsLevel | None
    required_courses: list[RequiredCourse]
    places_left: int = Field(examples=[2])
    apply_by: Day | None = Field(description="The last day on which one can apply.")
    published_on: Day


class PublicOpportunityList(BaseModel):
    items: list[PublicOpportunityOut]
    next: None = Field(None, description="Always null: the next 500 stand on one page.")


class PublicOpportunityFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: OpportunityKind | None = None
    pathway: str | None = Field(None, max_length=60, examples=["eating disorders"])


class OpportunityOut(BaseModel):
    """A project, panel, training, study or forum that people can take part in."""

    id: UUID
    kind: OpportunityKind
    title: Title
    summary: Summary
    easy_read: EasyRead | None
    experience_relevant: bool = Field(description="Whether lived experience of it is wanted.")
    co_produced: bool = Field(description="Designed, delivered or evaluated together.")
    co_designed: bool
    co_delivered: bool
    co_evaluated: bool
    co_produced_how: How | None
    pathways: Pathways
    skills: Skills
    interests: Interests
    slots: Available = Field(description="The parts of the week that its times take.")
    times: Times
    places: Places
    taken: int = Field(description="Places that are taken.", examples=[1])
    level: Level
    place: Where | None
    link: Link | None = Field(description="Told to those who have a place.")
    access: Accesses
    access_note: AccessNote | None
    pays: Pays | None
    pays_pence: Pence | None
    coordinator_id: UUID = Field(description="The user whom to ask about it.")
    team_id: UUID | None
    directorate_id: UUID | None
    required_check: DbsLevel | None = Field(description="The level that a check has at least.")
    required_courses: list[RequiredCourse]
    apply_by: Day | None = Field(description="The last day on which one can apply.")
    status: OpportunityStatus
    published_on: Day | None
    cancelled_because: Because | None
    version: int = VERSION


class OpportunityList(BaseModel):
    items: list[OpportunityOut]
    next: str | None = NEXT


class OpportunityFilters(Paging):
    search: Search | None = None
    status: OpportunityStatus | None = None
    kind: OpportunityKind | None = None
    level: Level | None = None
    pathway: str | None = Field(None, max_length=60, examples=["eating disorders"])
    skill: str | None = Field(None, max_length=60, examples=["interviewing"])
    interest: str | None = Field(None, max_length=60, examples=["research"])
    experience_relevant: bool | None = None
    co_produced: bool | None = None
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    coordinator: UUID | None = None


class OpportunityNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: OpportunityKind
    title: Title
    summary: Summary
    easy_read: EasyRead | None = None
    experience_relevant: StrictBool
    co_designed: StrictBool = False
    co_delivered: StrictBool = False
    co_evaluated: StrictBool = False
    co_produced_how: How | None = None
    pathways: Pathways = Field(default_factory=list)
    skills: Skills = Field(default_factory=list)
    interests: Interests = Field(default_factory=list)
    times: Times = Field(default_factory=list)
    places: Places
    level: Level
    place: Where | None = None
    link: Link | None = None
    access: Accesses = Field(default_factory=list)
    access_note: AccessNote | None = None
    pays: Pays | None = None
    pays_pence: Pence | None = None
    coordinator_id: UUID
    team_id: UUID | None = Field(None, examples=[None])
    directorate_id: UUID | None = Field(None, examples=[None])
    required_check: DbsLevel | None = None
    required_courses: CourseIds = Field(default_factory=list, examples=[[]])
    apply_by: Day | None = Field(None, examples=[None])


class OpportunityPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays, a list is replaced as a whole."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[OpportunityKind | Null, NotNull] = KEPT
    title: Annotated[Title | Null, NotNull] = KEPT
    summary: Annotated[Summary | Null, NotNull] = KEPT
    easy_read: EasyRead | None = None
    experience_relevant: Annotated[StrictBool | Null, NotNull] = KEPT
    co_designed: Annotated[StrictBool | Null, NotNull] = KEPT
    co_delivered: Annotated[StrictBool | Null, NotNull] = KEPT
    co_evaluated: Annotated[StrictBool | Null, NotNull] = KEPT
    co_produced_how: How | None = None
    pathways: Annotated[Pathways | Null, NotNull] = KEPT
    skills: Annotated[Skills | Null, NotNull] = KEPT
    interests: Annotated[Interests | Null, NotNull] = KEPT
    times: Annotated[Times | Null, NotNull] = KEPT
    places: Annotated[Places | Null, NotNull] = KEPT
    level: Annotated[Level | Null, NotNull] = KEPT
    place: Where | None = None
    link: Link | None = None
    access: Annotated[Accesses | Null, NotNull] = KEPT
    access_note: AccessNote | None = None
    pays: Pays | None = None
    pays_pence: Pence | None = None
    coordinator_id: Annotated[UUID | Null, NotNull] = KEPT
    team_id: UUID | None = Field(None, examples=[None])
    directorate_id: UUID | None = Field(None, examples=[None])
    required_check: DbsLevel | None = None
    required_courses: Annotated[CourseIds | Null, NotNull] = KEPT
    apply_by: Day | None = Field(None, examples=[None])


class OpportunityCancellation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    because: Because
