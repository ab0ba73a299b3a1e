from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.api.deps import Paging
from app.api.v1.feedback.actions_parts import (
    CoProduced,
    CoProducedWith,
    Display,
    Displays,
    Measure,
    ResponseIds,
    Short,
    StrategyAction,
    StrategyActions,
    TeamIds,
    Theme,
    Themes,
    Words,
)
from app.api.v1.organisation.schemas import KEPT, NotNull, Null, without_default
from app.core.wire import Day
from app.domain.feedback.actions.codes import (
    ActionStatus,
    CoProducer,
    Decision,
    Level,
)
from app.domain.feedback.actions.service import Told

_SAID = "We had to ring many times before somebody answered."
_SAID_EASY = "You said: it is hard to get us on the phone."
_DID = "Two more people now answer the telephone between 8 and 10."
_DID_EASY = "More people now answer the phone in the morning."


class AnswerCounts(BaseModel):
    very_good: int = Field(examples=[50])
    good: int = Field(examples=[30])
    neither_good_nor_poor: int = Field(examples=[8])
    poor: int = Field(examples=[5])
    very_poor: int = Field(examples=[4])
    dont_know: int = Field(examples=[3])
    unanswered: int = Field(examples=[0])


class ActionCounts(BaseModel):
    """What all had answered whom the action is for, and those who spoke of each theme."""

    all: AnswerCounts
    themes: dict[str, AnswerCounts] = Field(examples=[{}])


class _Told(BaseModel):
    """What can be told of an action at any time, null where it is not known yet."""

    model_config = ConfigDict(extra="forbid")

    directorate_id: UUID | None = Field(
        None,
        description="For a directorate as a whole; without it and `team_ids`, for the trust.",
        examples=[None],
    )
    said_easy_read: Words | None = Field(None, examples=[_SAID_EASY])
    did: Words | None = Field(None, description="What we did or will do.", examples=[_DID])
    did_easy_read: Words | None = Field(None, examples=[_DID_EASY])
    reason: Words | None = Field(
        None, description="Why it cannot be done; the public reads it.", examples=[None]
    )
    reason_easy_read: Words | None = Field(None, examples=[None])
    note: Words | None = Field(None, description="For staff; never published.", examples=[None])
    owner_id: UUID | None = Field(None, description="A user of this service.", examples=[None])
    owner_name: Short | None = Field(
        None, description="The owner, or what they are called here.", examples=["Ward manager"]
    )
    due_on: Day | None = Field(None, examples=["2026-05-01"])
    measure: Measure | None = Field(None, description="What it should move.", examples=["K1"])
    effective_on: Day | None = Field(
        None, description="The day it took effect; needed once it is done.", examples=[None]
    )

    def told(self) -> Told:
        names = self.model_fields_set - {"response_ids", "counted_from", "counted_to"}
        itself = {name: getattr(self, name) for name in names}
        for name in ("co_produced_with", "displays"):
            if name in itself:
                itself[name] = [each.model_dump(mode="json") for each in itself[name]]
        return Told(itself=itself, response_ids=getattr(self, "response_ids", None))


class ActionNew(_Told):
    team_ids: TeamIds = Field(
        default_factory=list, description="For one or more teams.", examples=[[]]
    )
    said: Words = Field(description="What people said, in staff's words.", examples=[_SAID])
    decision: Decision
    themes: Themes = Field(default_factory=list, examples=[["contacting_services"]])
    response_ids: ResponseIds = Field(default_factory=list)
    counted_from: Day | None = Field(
        None,
        description="First day of the whole months whose counts are kept with the action as they"
        " are now: of all whom it is for, and of each theme.",
        examples=["2026-01-01"],
    )
    counted_to: Day | None = Field(None, examples=["2026-03-31"])
    co_produced_with: CoProducedWith = Field(default_factory=list)
    displays: Displays = Field(default_factory=list)
    strategy_actions: StrategyActions = Field(
        default_factory=lambda: ["4.1"],
        description="Ids of the strategy's actions that it serves; 4.1 if not told.",
        examples=[["4.1"]],
    )

    @model_validator(mode="after")
    def _range(self) -> Self:
        if (self.counted_from is None) != (self.counted_to is None):
            raise ValueError("`counted_from` and `counted_to` go together")
        if self.counted_from and self.counted_to and self.counted_from > self.counted_to:
            raise ValueError("`counted_from` is after `counted_to`")
        return self

    def new(self) -> Told:
        told = self.told()
        itself = {**told.itself, "strategy_actions": self.strategy_actions}
        counted = None
        if self.counted_from is not None and self.counted_to is not None:
            counted = (self.counted_from, self.counted_to)
        return Told(itself=itself, response_ids=self.response_ids, counted=counted)


class ActionChange(_Told):
    """A merge patch (RFC 7396): what is left out stays, lists are replaced whole.

    Of `response_ids` only those that you may see are replaced.
    """

    team_ids: Annotated[TeamIds | Null, NotNull] = KEPT
    said: Annotated[Words | Null, NotNull] = Field(
        None, json_schema_extra=without_default, examples=[_SAID]
    )
    decision: Annotated[Decision | Null, NotNull] = KEPT
    themes: Annotated[Themes | Null, NotNull] = KEPT
    response_ids: Annotated[ResponseIds | Null, NotNull] = KEPT
    co_produced_with: Annotated[CoProducedWith | Null, NotNull] = KEPT
    displays: Annotated[Displays | Null, NotNull] = KEPT
    strategy_actions: Annotated[StrategyActions | Null, NotNull] = KEPT


class ActionOut(BaseModel):
    """What people said and what was decided: the copy that is worked on.

    The public reads the newest published version; `unpublished_changes` tells that it differs.
    """

    id: UUID
    status: ActionStatus
    level: Level = Field(description="For whom: some teams, a directorate or the whole trust.")
    team_ids: list[UUID]
    directorate_id: UUID | None
    said: str = Field(examples=[_SAID])
    said_easy_read: str | None = Field(examples=[_SAID_EASY])
    did: str | None = Field(examples=[_DID])
    did_easy_read: str | None = Field(examples=[_DID_EASY])
    decision: Decision
    reason: str | None = Field(examples=[None])
    reason_easy_read: str | None = Field(examples=[None])
    note: str | None = Field(examples=[None])
    themes: list[Theme]
    response_ids: list[UUID] | None = Field(
        description="Those you may see; null without `feedback:read:small_numbers`."
    )
    counted_from: date | None = Field(examples=["2026-01-01"])
    counted_to: date | None = Field(examples=["2026-03-31"])
    counts: ActionCounts | None = Field(
        description="As they were when the action was begun; null without"
        " `feedback:read:small_numbers`."
    )
    owner_id: UUID | None
    owner_name: str | None = Field(examples=["Ward manager"])
    due_on: date | None = Field(examples=["2026-05-01"])
    overdue: bool = Field(description="Its day is over and it is neither done nor refused.")
    co_produced_with: list[CoProduced]
    displays: list[Display]
    strategy_actions: list[StrategyAction]
    measure: Measure | None
    effective_on: date | None = Field(examples=[None])
    authors: list[UUID] = Field(
        description="Users who changed what the public reads since it was last published; none"
        " of them can publish it."
    )
    unpublished_changes: bool
    published_number: int | None = Field(examples=[1])
    published_on: date | None = Field(examples=["2026-04-02"])
    withdrawn_on: date | None = Field(examples=[None])
    withdrawn_reason: str | None = Field(examples=[None])
    version: int = Field(description="Also the ETag.", examples=[1])


class ActionList(BaseModel):
    items: list[ActionOut]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class ActionFilters(Paging):
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )
    level: Level | None = None
    status: ActionStatus | None = None
    decision: Decision | None = None
    theme: Theme | None = None
    strategy_action: StrategyAction | None = Field(None, examples=["4.1"])
    measure: Measure | None = Field(None, examples=["K1"])
    response: UUID | None = Field(None, description="Those that answer this response.")
    overdue: bool | None = None

    def filters(self) -> dict[str, Any]:
        found = super().filters()
        overdue = found.pop("overdue", None)
        name = {True: "overdue", False: "not_overdue"}.get(overdue)
        return found if name is None else found | {name: True}


class ActionVersionOut(BaseModel):
    """What the public was told from a day on, until the next version or a withdrawal."""

    id: UUID
    number: int = Field(examples=[1])
    level: Level
    team_ids: list[UUID]
    directorate_id: UUID | None
    said: str = Field(examples=[_SAID])
    said_easy_read: str = Field(examples=[_SAID_EASY])
    did: str | None = Field(examples=[_DID])
    did_easy_read: str | None = Field(examples=[_DID_EASY])
    decision: Decision
    reason: str | None = Field(examples=[None])
    reason_easy_read: str | None = Field(examples=[None])
    themes: list[Theme]
    measure: Measure | None
    effective_on: date | None = Field(examples=[None])
    people_at_least: int | None = Field(
        description="How many people said so, in steps of five; null below five.", examples=[20]
    )
    co_produced_with: list[CoProducer]
    published_on: date = Field(examples=["2026-04-02"])
    published_by: UUID
    authors: list[UUID]


class ActionVersionList(BaseModel):
    items: list[ActionVersionOut]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class Withdrawal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Words = Field(description="For staff; kept.", examples=["It named a person"])
