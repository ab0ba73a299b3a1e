"""The newest responses that hold some words, found in steps of bounded work.

Words that many use are soon met by walking from the newest; for words that few use it is quicker to
ask the index of words. For those in between either alone touches tens of thousands of rows, and
the planner cannot know which words are which. So a short walk comes first, and then stretches of
days, newest first, which the index holds beside the words. What was met so far tells how long the
next stretch should be; one that holds too much is made shorter. For one team, or a few, a stretch
is made of whole blocks, since the index holds these for each team.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from app.core.json_rows import Build
from app.core.statement import Kept, Statement
from app.domain.feedback import blocks
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.queries import named
from app.domain.organisation.models import Team

R = FeedbackResponse
WALK: Final = 500  # rows looked at before the index is asked
MOST_HITS: Final = 1_000  # of a stretch of more than one day
ENOUGH: Final = 2.0  # how much more than is wanted a stretch should hold
MOST_GROWTH: Final = 32
# The index holds no order of words: each comment with all words of a phrase is read, and a
# statement that reads too many would be ended by its timeout.
MOST_DAYS: Final = 4_000
MOST_DAYS_OF_PHRASE: Final = 64
MOST_DAYS_OF_TEAMS_PHRASE: Final = 512
NARROW: Final = 8  # days of a stretch from which on a team's blocks are quicker than its days
MOST_NARROW: Final = 512  # of teams' blocks asked for at once
_NO_LIMIT: Final = 2**31 - 1
_OWN: Final = frozenset({"walk", "stretch", "hits", "until"})  # what is no filter of the view
_LEAST: Final = UUID(int=0)
BEHIND_ALL: Final = UUID(int=(1 << 128) - 1)
_MS_BITS: Final = 80  # below an id's milliseconds
_DAY_MS: Final = 86_400_000
_TEXTS: Final = ARRAY(Text())
_PLACES: Final[Any] = literal_column(blocks.PLACES, _TEXTS)
_BEFORE: Final[Any] = bindparam("before", type_=Uuid())
_Back: Final = aliased(R, name="back")


def _number(name: str) -> Any:
    return bindparam(name, type_=Integer())


# What the index knows of the filters, by the parameter that tells it.
_HINTS: Final[Mapping[str, Any]] = {
    "visible": _PLACES.op("&&")(cast(bindparam("visible", type_=ARRAY(Uuid())), _TEXTS)),
    "team": _PLACES.op("&&")(
        func.array(named(Team, "team", cast(Team.id, Text)).scalar_subquery())
    ),
}


_BLOCK: Final[Any] = func.unnest(bindparam("stretch", type_=_TEXTS)).column_valued("block")
_SEEN: Final[Any] = func.unnest(bindparam("visible", type_=ARRAY(Uuid()))).column_valued("seen")
# The blocks of those teams that a search is limited to, by the parameter that tells them.
_NARROWED: Final[Mapping[str, Any]] = {
    "team": named(Team, "team", cast(Team.id, Text) + _BLOCK),
    "visible": select(cast(_SEEN, Text) + _BLOCK),
}


@dataclass(slots=True)
class _Sought:
    """How far a search has come: everything from `before` on has been looked at.

    `teams` is how many it is limited to; 0 where to none.
    """

    most: int
    before: UUID
    teams: int = 0
    days: int = 1
    longest: int = MOST_DAYS
    oldest: UUID = _LEAST
    ids: list[UUID] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return self.before <= self.oldest or len(self.ids) >= self.most

    def narrow(self, around: list[str]) -> list[str]:
        """Give these blocks where it is best to ask for them team by team."""
        few = 0 < self.teams * len(around) <= MOST_NARROW
        return around if few and self.days >= NARROW else []

    def plan(self, hits: int, days: float) -> None:
        """Choose how many days come next, after so many held so many hits."""
        wanted = ENOUGH * (self.most - len(self.ids))
        longest = min(self.longest, MOST_GROWTH * max(days, 1))
        self.days = int(max(1, min(days * wanted / (hits + 1), longest)))


class Words:
    """Searches one view of the responses; `build` makes the view, as for its lists."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._kept: dict[tuple[frozenset[str], str], Kept] = {}

    async def newest(
        self, door: Statement, values: Mapping[str, Any], after: UUID | None, most: int
    ) -> Sequence[UUID]:
        """Give the ids of the newest responses below `after`, in order; `values` are filters."""
        teams = 1 if "team" in values else len(values.get("visible", ()))
        sought = _Sought(most, after or BEHIND_ALL, teams)
        if "<->" in values["search"]:
            few = 0 < teams <= MOST_NARROW // (MOST_DAYS_OF_TEAMS_PHRASE // blocks.WIDE + 1)
            sought.longest = MOST_DAYS_OF_TEAMS_PHRASE if few else MOST_DAYS_OF_PHRASE
        if "to_day" in values:
            behind = blocks.start(blocks.of_day(values["to_day"]) + 1)
            await self._moved(door, values, sought, behind)
        first = blocks.of_day(values["from_day"]) if "from_day" in values else 0
        if not sought.done:
            await self._walk(door, values, sought)
        sought.oldest = max(sought.oldest, blocks.start(first))
        while not sought.done:
            await self._stretch(door, values, sought)
        if first and len(sought.ids) < most:
            await self._moved(door, values, sought, _LEAST)
        return sought.ids[:most]

    async def _moved(
        self, door: Statement, values: Mapping[str, Any], sought: _Sought, until: UUID
    ) -> None:
        """Look where no day that is asked for has its ids, save those that a correction moved."""
        if until < sought.before:
            row = await self._ask(door, "moved", {**values, "until": until}, sought)
            sought.ids += row["ids"]
            sought.before = until

    async def _walk(self, door: Statement, values: Mapping[str, Any], sought: _Sought) -> None:
        row = await self._ask(door, "walk", {**values, "walk": WALK}, sought)
        sought.ids += row["ids"]
        if row["walked"] < WALK:
            sought.before = _LEAST
            return
        days = ((row["newest"].int - row["reached"].int) >> _MS_BITS) / _DAY_MS
        sought.before, sought.oldest = row["reached"], row["oldest"]
        sought.plan(len(row["ids"]), days)

    async def _stretch(self, door: Statement, values: Mapping[str, Any], sought: _Sought) -> None:
        """Look through the next days, fewer of them where they hold too much."""
        last = blocks.of_id(UUID(int=sought.before.int - 1))
        while True:
            first = max(last - sought.days + 1, 0)
            narrow = sought.narrow(blocks.around(first, last))
            if narrow:
                first = first // blocks.WIDE * blocks.WIDE
            hits = max(MOST_HITS, sought.most) if last > first else _NO_LIMIT
            told = {"stretch": narrow or list(blocks.cover(first, last)), "hits": hits}
            shape = "narrow" if narrow else "stretch"
            row = await self._ask(door, shape, {**values, **told}, sought)
            if row["hits"] < hits:
                break
            sought.days = max(1, (last - first + 1) // 8)
        sought.ids += row["ids"]
        sought.before = blocks.start(first)
        sought.plan(row["hits"], last - first + 1)

    async def _ask(
        self, door: Statement, shape: str, values: Mapping[str, Any], sought: _Sought
    ) -> Any:
        using = frozenset(values)
        kept = self._kept.get((using, shape))
        if kept is None:
            start = self._build(using - _OWN).with_only_columns(R.id)
            kept = self._kept[using, shape] = _SHAPES[shape](start, using)
        told = {**values, "before": sought.before, "most": sought.most}
        return await door.fetchrow(kept.text, *kept.arguments(told))


def _walking(start: Select[Any], using: frozenset[str]) -> Kept:
    """Walk back over so many rows; the walk itself knows no filter but the team, by its index."""
    back = select(_Back.id).where(_Back.id < _BEFORE)
    if "team" in using:
        back = back.where(_Back.team_id == named(Team, "team").scalar_subquery())
    walked = back.order_by(_Back.id.desc()).limit(_number("walk")).cte("walked")
    ids = func.array(select(walked.c.id).scalar_subquery(), type_=ARRAY(Uuid()))
    hits = start.where(R.id == func.any(ids)).order_by(R.id.desc()).limit(_number("most"))
    oldest = select(_Back.id).order_by(_Back.id).limit(1)
    newest = select(walked.c.id).order_by(walked.c.id.desc()).limit(1)
    reached = select(walked.c.id).order_by(walked.c.id).limit(1)
    return Kept.of(
        select(
            func.array(hits.scalar_subquery()).label("ids"),
            newest.scalar_subquery().label("newest"),
            reached.scalar_subquery().label("reached"),
            select(func.count()).select_from(walked).scalar_subquery().label("walked"),
            oldest.scalar_subquery().label("oldest"),
        )
    )


def _stretching(start: Select[Any], using: frozenset[str]) -> Kept:
    """Find all hits in a stretch by the index, unless there are too many."""
    hints = [hint for name, hint in _HINTS.items() if name in using]
    return _hits(start.where(_PLACES.op("&&")(bindparam("stretch", type_=_TEXTS)), *hints))


def _narrow(start: Select[Any], using: frozenset[str]) -> Kept:
    """Find all hits in whole blocks of the teams that the search is limited to."""
    narrowed = _NARROWED["team" if "team" in using else "visible"]
    return _hits(start.where(_PLACES.op("&&")(func.array(narrowed.scalar_subquery()))))


def _hits(start: Select[Any]) -> Kept:
    found = start.where(R.id < _BEFORE).limit(_number("hits")).subquery("found")
    newest = func.array_agg(aggregate_order_by(found.c.id, found.c.id.desc()), type_=ARRAY(Uuid()))
    return Kept.of(
        select(
            func.coalesce(newest, literal_column("'{}'::uuid[]")).label("ids"),
            func.count().label("hits"),
        )
    )


def _moving(start: Select[Any], _: frozenset[str]) -> Kept:
    """Find hits whose day is no longer that of their id, of which there are few."""
    until: Any = bindparam("until", type_=Uuid())
    hits = start.where(literal_column(blocks.MOVED), R.id < _BEFORE, R.id >= until)
    newest = hits.order_by(R.id.desc()).limit(_number("most"))
    return Kept.of(select(func.array(newest.scalar_subquery()).label("ids")))


_SHAPES: Final = {"walk": _walking, "stretch": _stretching, "narrow": _narrow, "moved": _moving}
