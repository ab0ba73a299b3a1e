"""Who is heard: responses of each group beside its share of the population (action 4.6, PCREF).

- share of all = the group's responses / all responses, who stated nothing included;
- share of stated = the same / responses that stated the characteristic;
- representation ratio = share of stated / the group's share of the population that stated it;
- its interval = Wilson's 95 % interval of the share of stated / the share of the population.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

import orjson

from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import InvalidError
from app.core.statement import Statement
from app.domain.feedback import periods
from app.domain.feedback.errors import WholeMonthsError
from app.domain.feedback.representation import defining, queries, telling, wilson
from app.domain.feedback.representation.dimensions import (
    CHARACTERISTICS,
    GROUP_OF,
    Characteristic,
    Dimension,
)
from app.domain.feedback.representation.queries import Area
from app.domain.feedback.representation.telling import Veil
from app.domain.feedback.representation.trees import tree
from app.domain.feedback.summary import ANSWERS, SMALL_NUMBERS

FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)
NOBODY: Final = (0,) * (len(ANSWERS) + 1)


class Heard(StrEnum):
    """Where the whole interval of the ratio lies: below 1, above it, or on both sides."""

    UNDER = "under_heard"
    OVER = "over_heard"
    IN_LINE = "in_line"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Asked:
    by: Dimension
    first: date = FIRST
    last: date = LAST
    directorate: str | None = None
    team: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One group's figures; `counts` (ANSWERS, then the unanswered) is None where hidden."""

    code: str
    label: str
    stated: bool
    counts: tuple[int, ...] | None
    people: int | None
    everyone: int
    """All responses."""
    stating: int | None
    """Responses that stated the characteristic; None where that would tell what is hidden."""
    population: int
    """People of the groups that stated it."""

    @property
    def responses(self) -> int | None:
        return None if self.counts is None else sum(self.counts)

    @property
    def population_share(self) -> float | None:
        if not self.stated or self.people is None or not self.population:
            return None
        return self.people / self.population

    @property
    def ratio(self) -> tuple[float, float, float] | None:
        """Give the representation ratio and its interval's bounds."""
        expected = self.population_share
        if not self.stated or not expected or self.responses is None or not self.stating:
            return None
        low, high = wilson.interval(self.responses, self.stating)
        return self.responses / self.stating / expected, low / expected, high / expected

    @property
    def heard(self) -> Heard:
        if self.ratio is None:
            return Heard.UNKNOWN
        _, low, high = self.ratio
        if high < 1:
            return Heard.UNDER
        return Heard.OVER if low > 1 else Heard.IN_LINE


@dataclass(frozen=True, slots=True)
class Representation:
    responses: int
    stated: int | None
    profile: Mapping[str, Any] | None
    groups: list[Group] = field(default_factory=list)


async def represent(door: Statement, asked: Asked, *, to: Actor) -> Representation:
    """Give each group's figures, in the order of its list of codes.

    Raises WholeMonthsError, InvalidError for what cannot be asked together, and the NotFoundErrors
    of teams, directorates and profiles.
    """
    check_months(asked.first, asked.last)
    if asked.team is not None and asked.directorate is not None:
        raise InvalidError.at("#/directorate", "A team is asked for already", "not_together")
    within = await queries.area(door, team=asked.team, directorate=asked.directorate, to=to)
    kind = CHARACTERISTICS[asked.by]
    between = (asked.first, asked.last)
    found = (await queries.totals(door, kind.counted_by, between, within)).get("")
    told = found or {kind.counted_by: {}, "source": {}}
    veil = Veil() if to.can(SMALL_NUMBERS) else await _veil(door, asked, within)
    profile = await _profile(door, asked, within)
    everyone = sum(map(sum, told["source"].values()))
    counts = _grouped(asked.by, told[kind.counted_by])
    return _figures(kind, (counts, everyone), veil, (profile, _people(asked.by, profile)))


def check_months(first: date, last: date) -> None:
    """Refuse ranges that are not whole months: the roll-up tells nothing finer."""
    if not periods.whole_months(first, last):
        raise WholeMonthsError.at("#/from", "Give whole calendar months", "whole_months")


async def _veil(door: Statement, asked: Asked, within: Area) -> Veil:
    between = (asked.first, asked.last)
    counted_by = CHARACTERISTICS[asked.by].counted_by
    years = await telling.read(door, counted_by, between, within)
    known = await defining.known(door)
    trees = {
        number: tree(asked.by, year.codes(), defining.in_force(known, number).codes)
        for number, year in years.items()
    }
    return telling.hidden(years, between, within, trees)


def _grouped(by: Dimension, told: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    if by is not Dimension.ETHNIC_GROUP:
        return dict(told)
    groups: dict[str, tuple[int, ...]] = {}
    for code, counts in told.items():
        before = groups.get(GROUP_OF[code], NOBODY)
        groups[GROUP_OF[code]] = tuple(a + b for a, b in zip(before, counts, strict=True))
    return groups


async def _profile(door: Statement, asked: Asked, within: Area) -> Mapping[str, Any] | None:
    telling_it = [asked.by.value, CHARACTERISTICS[asked.by].counted_by]
    on = min(asked.last, today())
    found = await queries.profile(door, telling_it, on, within, asked.profile)
    return None if found is None else {**found, "people": orjson.loads(found["people"])}


def _people(by: Dimension, profile: Mapping[str, Any] | None) -> dict[str, int]:
    """Give people by code; high-level groups are added up where only categories are told."""
    people: Mapping[str, dict[str, int]] = profile["people"] if profile else {}
    if by is Dimension.ETHNIC_GROUP and by.value not in people:
        summed: dict[str, int] = {}
        for code, number in people.get(Dimension.ETHNIC_CATEGORY, {}).items():
            summed[GROUP_OF[code]] = summed.get(GROUP_OF[code], 0) + number
        return summed
    return people.get(by, {})


def _figures(
    kind: Characteristic,
    heard: tuple[Mapping[str, tuple[int, ...]], int],
    veil: Veil,
    expected: tuple[Mapping[str, Any] | None, Mapping[str, int]],
) -> Representation:
    (counts, everyone), (profile, people) = heard, expected
    unstated = sum(sum(counts.get(code, NOBODY)) for code in kind.unstated)
    stating = None if veil.stated else everyone - unstated
    population = sum(n for code, n in people.items() if code not in kind.unstated)
    groups = [
        Group(
            code=code,
            label=kind.label(code),
            stated=code not in kind.unstated,
            counts=None if code in veil.groups else counts.get(code, NOBODY),
            people=people.get(code),
            everyone=everyone,
            stating=stating,
            population=population,
        )
        for code in _listed(kind, counts, people, veil.groups)
    ]
    return Representation(everyone, stating, profile, groups)


def _listed(
    kind: Characteristic,
    counts: Mapping[str, Any],
    people: Mapping[str, int],
    hidden: frozenset[str],
) -> list[str]:
    """List codes in order. Of an open list, one that is hidden is not even named."""
    if kind.open_codes is None:
        beyond = (counts.keys() | people.keys()) - kind.labels.keys()
        return [*kind.labels, *sorted(beyond)]
    named = {code for code in counts if code not in hidden} | people.keys() | kind.unstated
    return sorted(named, key=lambda code: (code in kind.unstated, _order(code)))


def _order(code: str) -> tuple[int, str]:
    """Put age bands in the order of ages."""
    head = code.partition("-")[0].rstrip("+")
    return (int(head) if head.isdecimal() else 0, code)
