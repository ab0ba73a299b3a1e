from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import KEPT, NEXT, SAYS, VERSION, NotNull, Null
from app.core.wire import Day
from app.domain.involvement.forums.issues.models import STRATEGY_ACTION, RaisedBy

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
What = Annotated[
    str, Words, Field(max_length=2000, examples=["Nobody told me who takes over after discharge."])
]
Answer = Annotated[
    str, Words, Field(max_length=2000, examples=["We phone the community team before discharge."])
]
Who = Annotated[str, Words, Field(max_length=200, examples=["Jo Bloggs"])]
StrategyAction = Annotated[
    str,
    StringConstraints(pattern=STRATEGY_ACTION),
    Field(description="Id of an action of the strategy.", examples=["1.4"]),
]
Teams = Annotated[
    list[UUID],
    Field(
        max_length=2,
        description="The two teams that it lies between, of any directorate, or none.",
        examples=[[]],
    ),
]


class IssueState(StrEnum):
    OPEN = "open"
    UNANSWERED = "unanswered"
    OVERDUE = "overdue"
    CLOSED = "closed"


class IssueTeamOut(BaseModel):
    """One of two teams, and what it answered."""

    team_id: UUID
    answer: Answer | None
    answered_on: Day | None


class ForumIssueOut(BaseModel):
    """What was raised at a forum, what is done about it, and how it ended."""

    id: UUID
    forum_id: UUID
    meeting_id: UUID | None
    what: What
    raised_by: RaisedBy
    raised_on: Day
    strategy_action: StrategyAction | None
    teams: list[IssueTeamOut] = Field(description="Two, or none; both answer before it closes.")
    action: What | None = Field(examples=["A named contact stands in every discharge letter."])
    action_by: Who | None
    due_on: Day | None
    overdue: bool
    closed_on: Day | None
    outcome: What | None = Field(examples=["Since May every letter has a name and a number."])
    version: int = VERSION


class ForumIssueList(BaseModel):
    items: list[ForumIssueOut]
    next: str | None = NEXT


class ForumIssueFilters(Paging):
    forum: UUID | None = None
    meeting: UUID | None = None
    raised_by: RaisedBy | None = None
    strategy_action: StrategyAction | None = None
    team: str | None = Field(
        None, max_length=100, description="Id or code of one of its teams.", examples=["CMHT-CITY"]
    )
    state: IssueState | None = Field(
        None, description="`unanswered` and `overdue` ones are open, too."
    )
    from_day: Day | None = Field(None, alias="from", examples=["2026-04-01"])
    to_day: Day | None = Field(None, alias="to", examples=["2027-03-31"])


class ForumIssueNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    forum_id: UUID
    meeting_id: UUID | None = Field(None, description="One of the forum's.", examples=[None])
    what: What
    raised_by: RaisedBy
    raised_on: Day = Field(examples=["2026-05-12"])
    strategy_action: StrategyAction | None = None
    teams: Teams = Field(default_factory=list)
    action: What | None = None
    action_by: Who | None = None
    due_on: Day | None = Field(None, examples=["2026-09-01"])


class ForumIssuePatch(BaseModel):
    """A merge patch (RFC 7396): what is left out stays. Other teams have not answered."""

    model_config = ConfigDict(extra="forbid")

    meeting_id: UUID | None = Field(None, examples=[None])
    what: Annotated[What | Null, NotNull] = KEPT
    raised_by: Annotated[RaisedBy | Null, NotNull] = KEPT
    raised_on: Annotated[Day | Null, NotNull] = KEPT
    strategy_action: StrategyAction | None = None
    teams: Annotated[Teams | Null, NotNull] = KEPT
    action: What | None = None
    action_by: Who | None = None
    due_on: Day | None = None


class IssueAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    answer: Answer


class IssueClosing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    closed_on: Day | None = Field(None, description="Today if not told.", examples=["2026-06-01"])
    outcome: What
