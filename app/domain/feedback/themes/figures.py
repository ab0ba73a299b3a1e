"""How often each theme was told, by team, directorate or trust, from the roll-up alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import compress
from typing import Any, Final

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
    parents,
    told,
    using,
    values,
)
from app.domain.feedback.themes.framework import CURRENT
from app.domain.feedback.themes.veiling import Hidden, Place, Veil

_APRIL: Final = 4
_CODES: Final = [theme.code for theme in CURRENT.themes]
_ORDER: Final = {code: at for at, code in enumerate(_CODES)}
_HIDDEN: Final = '","suppressed":true,{}}}'.format(
    ",".join(
        f'"{name}":null' for name in ("responses", "pct_of_responses", "pct_positive", *COUNTS)
    )
)


@dataclass(frozen=True, slots=True)
class _Told:
    """A place and what is written of it: each theme's JSON from its name on, behind `head`."""

    place: Place
    head: str
    texts: Sequence[str]

    def written(self, hidden: frozenset[str] = frozenset()) -> str:
        """Write its figures in the framework's order, the hidden ones without counts."""
        if not hidden:
            return self._joined(self.texts)
        shown = dict(zip(self.place.telling, self.texts, strict=True))
        shown |= {theme: theme + _HIDDEN for theme in hidden}
        return self._joined([shown[theme] for theme in sorted(shown, key=_place_in_framework)])

    def _joined(self, texts: Sequence[str]) -> str:
        return self.head + f",{self.head}".join(texts)


async def figures(door: Statement, asked: Asked, *, to: Actor) -> bytes:
    """Give the figures of each theme as JSON, in the framework's order within place and period.

    A figure is an object of `key`, `name`, `period`, `theme`, `suppressed`, `responses` (people),
    `pct_of_responses` and `pct_positive` (to one decimal place, half up) and the counts of answers;
    numbers are null where too few people stand behind them. Raises WholeMonthsError, and
    InvalidError for a theme that there never was, and for parts of quarters and years where small
    numbers are hidden.
    """
    exact = to.can(SMALL_NUMBERS)
    _check(asked, exact=exact)
    found = await _fetch(door, asked, to)
    if exact:
        written = [each.written() for each in found if each.texts]
    else:
        veil = await _veil(door, asked, [each.place for each in found], to)
        written = [
            each.written(hidden)
            for each in found
            if (hidden := veil.over(each.place)) or each.texts
        ]
    return f"[{','.join(written)}]".encode()


def _check(asked: Asked, *, exact: bool) -> None:
    first, last = asked.first or FIRST, asked.last or LAST
    if not periods.whole_months(first, last):
        raise WholeMonthsError.at("#/from", "Give whole calendar months", "whole_months")
    if asked.theme is not None and asked.theme not in _ORDER:
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


async def _veil(door: Statement, asked: Asked, found: list[Place], to: Actor) -> Veil:
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
    everyone = found if wanted == asked else await _places(door, wanted, to)
    hidden = await _hidden(door, wanted, everyone, to)
    if level is asked.by or not hidden:
        return Veil(hidden, None, _within(asked))
    concerned = await _places(door, replace(whole, first=asked.first, last=asked.last), to)
    return Veil(hidden, frozenset(each.key for each in concerned), _within(asked))


async def _hidden(door: Statement, wanted: Asked, everyone: list[Place], to: Actor) -> Hidden:
    if not any(each.small for each in everyone):
        return {}
    statement = parents(wanted.by, wanted.per, using(wanted, to))
    found: dict[tuple[str, str | None], list[str]] = {}
    for key, period, parent in await door.fetch(statement, *values(wanted, to)):
        found.setdefault((key, period), []).append(parent)
    return veiling.veil(everyone, found, wanted.per or Per.MONTH)


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


async def _places(door: Statement, asked: Asked, to: Actor) -> list[Place]:
    return [each.place for each in await _fetch(door, asked, to, text=False)]


async def _fetch(door: Statement, asked: Asked, to: Actor, *, text: bool = True) -> list[_Told]:
    statement = told(asked.by, asked.per, using(asked, to), text=text)
    return [
        _told(row) for row in await door.fetch(statement, *values(asked, to), asked.theme, _CODES)
    ]


def _told(row: Any) -> _Told:
    key, period, head, people, themes, telling, small, texts = row
    if themes is None:
        return _Told(Place(key, period, people, {}, frozenset()), head, ())
    few = frozenset(compress(themes, small))
    return _Told(
        Place(key, period, people, dict(zip(themes, telling, strict=True)), few), head, texts
    )


def _place_in_framework(theme: str) -> int:
    return _ORDER.get(theme, len(_ORDER))
