from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, VERSION, NotNull, Null
from app.core.wire import Day
from app.domain.involvement.posts.models import PostKind

Wte = Annotated[
    Decimal,
    Field(
        gt=0,
        le=1,
        max_digits=3,
        decimal_places=2,
        description="Whole time equivalent: 1 is full time.",
        examples=["0.60"],
    ),
]
Sum = Annotated[Decimal, Field(description="WTE.", examples=["1.60"])]
Ends = Annotated[Day, Field(description="The first day without it.", examples=["2027-04-01"])]


class PostOut(BaseModel):
    """A lived-experience role or a peer support worker's post."""

    id: UUID
    kind: PostKind
    wte: Wte
    paid: bool
    team_id: UUID
    vacant: bool
    person_id: UUID | None = Field(
        description="Who holds it; null for a vacancy, and where you may not see them."
    )
    valid_from: Day
    valid_to: Ends | None
    trained_on: Day | None = Field(description="When the holder completed the training for it.")
    version: int = VERSION


class PostList(BaseModel):
    items: list[PostOut]
    next: str | None = NEXT


class PostFilters(Paging):
    kind: PostKind | None = None
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    directorate: str | None = Field(
        None,
        max_length=100,
        description="Id or code of the directorate its team stands in today.",
        examples=["ADULT"],
    )
    person: UUID | None = None
    on: Day | None = Field(None, description="Posts there are on a day.")
    vacant: bool | None = None
    paid: bool | None = None


class PostNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: PostKind
    wte: Wte
    paid: StrictBool = Field(examples=[True])
    team_id: UUID
    person_id: UUID | None = Field(None, description="None is a vacancy.", examples=[None])
    valid_from: Day = Field(examples=["2026-04-01"])
    valid_to: Ends | None = Field(None, examples=[None])
    trained_on: Day | None = Field(None, examples=[None])


class PostPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[PostKind | Null, NotNull] = KEPT
    wte: Annotated[Wte | Null, NotNull] = KEPT
    paid: Annotated[StrictBool | Null, NotNull] = KEPT
    team_id: Annotated[UUID | Null, NotNull] = KEPT
    person_id: UUID | None = Field(None, examples=[None])
    valid_from: Annotated[Day | Null, NotNull] = KEPT
    valid_to: Ends | None = None
    trained_on: Day | None = None


class WhenFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    on: Day | None = Field(None, description="Today if not told.")


class PostFiguresFilters(WhenFilters):
    year: int | None = Field(
        None,
        ge=2000,
        le=2100,
        description="The year in whose April a financial year begins; the one of `on` if not told.",
        examples=[2026],
    )


class PostFigures(BaseModel):
    """WTE on a day, and who was trained in a financial year."""

    lived_experience_paid_wte: Sum = Field(description="Measure K5a.")
    lived_experience_unpaid_wte: Sum
    lived_experience_vacant_wte: Sum
    peer_support_paid_wte: Sum
    peer_support_unpaid_wte: Sum
    peer_support_vacant_wte: Sum
    peer_support_workers_trained: int = Field(
        description="Measure K5b: people trained for the first time in the year.", examples=[12]
    )


class DirectoratePostFigures(PostFigures):
    code: str = Field(examples=["ADULT"])
    name: str = Field(examples=["Adult Mental Health"])


class PostFiguresOut(BaseModel):
    """Figures of the trust, and of each directorate as teams stood then."""

    on: Day
    from_day: Day = Field(alias="from", description="First day of the financial year.")
    to_day: Day = Field(alias="to", description="Its last day.")
    total: PostFigures
    directorates: list[DirectoratePostFigures]


class Uncovered(BaseModel):
    """A service or team without."""

    id: UUID
    code: str = Field(examples=["CMHT-CITY"])
    name: str = Field(examples=["City Community Mental Health Team"])
    directorate: str = Field(description="The directorate's code.", examples=["ADULT"])


class PostCoverageOut(BaseModel):
    """Which services have no lived-experience role, which mental health teams no peer."""

    on: Day
    services: int = Field(description="Services with an open team.", examples=[20])
    services_without: list[Uncovered] = Field(
        description="Nobody in a lived-experience role (action 3.1)."
    )
    mental_health_teams: int = Field(
        description="Open teams of mental health and learning disability.", examples=[45]
    )
    mental_health_teams_without: list[Uncovered] = Field(
        description="No peer support worker (action 5.2)."
    )
