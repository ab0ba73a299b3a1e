from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, VERSION, NotNull, Null
from app.core.wire import Day

Ends = Annotated[Day, Field(description="The first day as none.", examples=["2027-04-01"])]


class ChampionOut(BaseModel):
    """An experience and involvement champion of a team."""

    id: UUID
    team_id: UUID
    person_id: UUID | None = Field(
        description="A person of the register; null where it is staff, or you may not see them."
    )
    user_id: UUID | None = Field(description="A member of staff.")
    valid_from: Day
    valid_to: Ends | None
    trained_on: Day | None = Field(description="When they completed the training for it.")
    version: int = VERSION


class ChampionList(BaseModel):
    items: list[ChampionOut]
    next: str | None = NEXT


class ChampionFilters(Paging):
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    directorate: str | None = Field(
        None,
        max_length=100,
        description="Id or code of the directorate the team stands in today.",
        examples=["ADULT"],
    )
    person: UUID | None = None
    user: UUID | None = None
    on: Day | None = Field(None, description="Who is one on a day.")
    trained: bool | None = None


class ChampionNew(BaseModel):
    """Tell `person_id` or `user_id`."""

    model_config = ConfigDict(extra="forbid")

    team_id: UUID
    person_id: UUID | None = Field(None, examples=[None])
    user_id: UUID | None = Field(None, examples=["0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"])
    valid_from: Day = Field(examples=["2026-04-01"])
    valid_to: Ends | None = Field(None, examples=[None])
    trained_on: Day | None = Field(None, examples=[None])


class ChampionPatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays. Whose champion who is, stays too."""

    model_config = ConfigDict(extra="forbid")

    valid_from: Annotated[Day | Null, NotNull] = KEPT
    valid_to: Ends | None = None
    trained_on: Day | None = None


class ChampionCounts(BaseModel):
    teams: int = Field(description="Open teams.", examples=[12])
    with_: int = Field(alias="with", description="Those with a champion.", examples=[9])
    with_trained: int = Field(description="Those with a trained one.", examples=[7])
    pct_with: float | None = Field(
        description="Share with a champion; null without teams.", examples=[75.0]
    )


class TeamWithout(BaseModel):
    id: UUID
    code: str = Field(examples=["CMHT-CITY"])
    name: str = Field(examples=["City Community Mental Health Team"])


class DirectorateChampions(ChampionCounts):
    code: str = Field(description="The directorate's.", examples=["ADULT"])
    name: str = Field(examples=["Adult Mental Health"])
    without: list[TeamWithout] = Field(description="Teams without a champion, by name.")


class ChampionCoverageOut(BaseModel):
    """Which teams have a champion: the strategy asks for one within every team (action 2.6)."""

    on: Day
    total: ChampionCounts
    directorates: list[DirectorateChampions]
