"""How often each theme was told, by team, directorate or trust, from the roll-up alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from orjson import dumps

from app.core.actor import Actor
from app.core.errors import InvalidError
from app.core.statement import Statement
from app.domain.feedback import periods
from app.domain.feedback.errors import WholeMonthsError
from app.domain.feedback.periods import Per
from app.domain.feedback.summary import SMALL_NUMBERS
from app.domain.feedback.themes import veiling
from app.domain.feedback.themes.counting import (
    COUNTS,
    FIRST,
    LAST,
    Asked,
    By,
    exact_json,
    placed,
    using,
    values,
)
from app.domain.feedback.themes.framework import CURRENT
from app.domain.feedback.themes.veiling import Counted, Place, Veil


@dataclass(frozen=True, slots=True)
class Figure:
    """A theme's figures as they are told; counts are null where too few stand behind them."""

    key: str
    name: str
    period: str | None
    theme: str
    suppressed: bool
    responses: int | None
    pct_of_responses: float | None
    pct_positive: float | None
    very_good: int | None
    good: int | None
    neither_good_nor_poor: int | None
    poor: int | None
    very_poor: int | None
    dont_know: int | None
    unanswered: int | None


_APRIL: Final = 4
_PLACES: Final = {theme.code: at for at, theme in enumerate(CURRENT.themes)}


async def figures(door: Statement, asked: Asked, *, to: Actor) -> bytes:
    """Give the figures of each theme as JSON, in the framework's order within place and period.

    Raises WholeMonthsError, and InvalidError for a theme that there never was, and for parts of
    quarters and years where small numbers are hidden.
    """
    exact = to.can(SMALL_NUMBERS)
    _check(asked, exact=exact)
    if exact:
        statement = exact_json(asked.by, asked.per, using(asked, to))
        codes = [theme.code for theme in CURRENT.themes]
        told: str = await door.fetchval(statement, *values(asked, to), codes)
        return told.encode()
    return dumps(await _veiled(door, asked, to))


async def _veiled(door: Statement, asked: Asked, to: Actor) -> list[Figure]:
    found = await _fetch(door, asked, to)
    everything = {each.place: each for each in found if not each.theme}
    told = [each for each in found if each.theme]
    veil = await _veil(door, asked, found, to)
    told += veil.beside(told, everything.values())
    told.sort(key=_place_in_list)
    return [
        _figure(
            one,
            everything[one.place].people,
            suppressed=veil.hides(one) or veiling.small(one, everything[one.place]),
        )
        for one in told
    ]


def _check(asked: Asked, *, exact: bool) -> None:
    first, last = asked.first or FIRST, asked.last or LAST
    if not periods.whole_months(first, last):
        raise WholeMonthsError.at("#/from", "Give whole calendar months", "whole_months")
    if asked.theme is not None and asked.theme not in _PLACES:
        raise InvalidError.at("#/theme", "No theme has this code", "unknown_theme")
    if exact or asked.per not in (Per.QUARTER, Per.YEAR):
        return
    edges = [
        (asked.first and asked.first - timedelta(1), asked.first),
        (asked.last, asked.last and asked.last + timedelta(1)),
    ]
    for before, after in edges:
        if before and after and _same(before, after, asked.per):
            raise WholeMonthsError.at("#/from", f"Give whole {asked.per}s", "whole_periods")


def _same(one: date, other: date, per: Per) -> bool:
    return periods.name(one, per) == periods.name(other, per)


async def _veil(door: Statement, asked: Asked, found: list[Counted], to: Actor) -> Veil:
    """Say what is hidden among all siblings of what was asked for, whatever is filtered for.

    The time looked at is made of whole financial years, so that another range of months or
    another kind of period hides the same.
    """
    level, per = _level(asked), asked.per or Per.MONTH
    whole = replace(
        asked,
        by=level,
        per=per,
        first=None if asked.first is None else _year_of(asked.first),
        last=None if asked.last is None else _year_of(asked.last, after=1) - timedelta(1),
    )
    wanted = replace(whole, team=None, directorate=None)
    everyone = found if wanted == asked else await _fetch(door, wanted, to)
    hidden = veiling.veil(everyone, per)
    if level is asked.by:
        return Veil(hidden, None, _within(asked))
    concerned = await _fetch(door, replace(whole, first=asked.first, last=asked.last), to)
    return Veil(hidden, frozenset(each.key for each in concerned), _within(asked))


def _year_of(day: date, after: int = 0) -> date:
    """Give the first day of the financial year that a day is in, or of one after it."""
    year = day.year if day.month >= _APRIL else day.year - 1
    return date(year + after, _APRIL, 1)


def _within(asked: Asked) -> tuple[str, str] | None:
    """Name the first and last month of a range that is told as one."""
    if asked.per is not None:
        return None
    return f"{asked.first or FIRST:%Y-%m}", f"{asked.last or LAST:%Y-%m}"


def _level(asked: Asked) -> By:
    """Name the level whose siblings a figure must be hidden among."""
    if asked.team is not None or asked.by is By.TEAM:
        return By.TEAM
    return By.TRUST if asked.directorate is None and asked.by is By.TRUST else By.DIRECTORATE


def _place_in_list(one: Counted) -> tuple[str, str, int]:
    return one.key, one.period or "", _PLACES.get(one.theme, len(_PLACES))


def _figure(one: Counted, responses: int, *, suppressed: bool = False) -> Figure:
    counts: Sequence[int | None] = (None,) * len(COUNTS) if suppressed else one.counts
    positive = one.counts[0] + one.counts[1]
    return Figure(
        one.key,
        one.name,
        one.period,
        one.theme,
        suppressed,
        None if suppressed else one.people,
        None if suppressed else _percent(one.people, responses),
        None if suppressed else _percent(positive, one.answered),
        *counts,
    )


def _percent(part: int, whole: int) -> float | None:
    """Give a share to one decimal place, half up; None of nothing."""
    return (2000 * part + whole) // (2 * whole) / 10 if whole else None


async def _fetch(door: Statement, asked: Asked, to: Actor) -> list[Counted]:
    """Give the counts of places, each with what it is part of."""
    rows = await door.fetch(
        placed(asked.by, asked.per, using(asked, to)),
        *values(asked, to),
    )
    found: dict[tuple[str, Place], Counted] = {}
    for theme, key, name, start, people, *rest in rows:
        period = None if start is None or asked.per is None else _period(start, asked.per)
        parents, counts = rest[: -len(COUNTS)], tuple(rest[-len(COUNTS) :])
        answered = people - counts[-1]
        told = tuple(enumerate(map(str, parents)))
        one = Counted(theme, key, name, period, told, counts, people, answered)
        before = found.get((theme, (key, period)))
        found[theme, (key, period)] = one if before is None else before.joined(one)
    return list(found.values())


@lru_cache(maxsize=4096)
def _period(start: date, per: Per) -> str:
    return periods.name(start, per)
