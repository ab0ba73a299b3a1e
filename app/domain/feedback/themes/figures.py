"""How often each theme was told, by team, directorate or trust, from the roll-up alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import compress
from typing import Any, Final

from app.core.actor import Actor
from app.core.errors import InvalidError
from app.core.statement import Statement
from app.domain.feedback import hiding, periods
from app.domain.feedback.errors import WholeMonthsError
from app.domain.feedback.hiding import At, Range
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
from app.domain.feedback.themes.veiling import Hidden, Place

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
    start: date
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
    InvalidError for a theme that there never was.
    """
    _check(asked)
    found = await _fetch(door, asked, to)
    if to.can(SMALL_NUMBERS):
        written = [each.written() for each in found if each.texts]
    else:
        veiled = zip(found, await _veiled(door, asked, found, to), strict=True)
        written = [each.written(hidden) for each, hidden in veiled if hidden or each.texts]
    return f"[{','.join(written)}]".encode()


def _check(asked: Asked) -> None:
    if not periods.whole_months(asked.first or FIRST, asked.last or LAST):
        raise WholeMonthsError.at("#/from", "Give whole calendar months", "whole_months")
    if asked.theme is not None and asked.theme not in _ORDER:
        raise InvalidError.at("#/theme", "No theme has this code", "unknown_theme")


async def _veiled(
    door: Statement, asked: Asked, found: Sequence[_Told], to: Actor
) -> Sequence[frozenset[str]]:
    """Say what is hidden of each place, some of it told of by nobody there.

    It is chosen among all siblings of what was asked for, whatever is filtered for, and for whole
    financial years, so that another range or kind of period hides the same.
    """
    first, last = hiding.years(asked.first, asked.last)
    level = _level(asked)
    wanted = replace(asked, by=level, per=Per.MONTH, first=first, last=last)
    everyone = replace(wanted, team=None, directorate=None)
    months = found if everyone == asked else await _fetch(door, everyone, to, text=False)
    if not any(each.place.small for each in months):
        return [each.place.small for each in found]
    hidden = await _hidden(door, everyone, months, to)
    above: frozenset[str] = frozenset()
    if level is not asked.by:
        concerned = await _fetch(door, wanted, to, text=False)
        above = frozenset(each.place.key for each in concerned)
    whole = Range.of(asked.first, asked.last, [each.start for each in months])
    return [
        each.place.small.union(
            *(
                hidden.get(at, ())
                for at in hiding.parts(
                    (each.place.key,) if level is asked.by else above,
                    *whole.within(each.place.period, asked.per),
                )
            )
        )
        for each in found
    ]


async def _hidden(door: Statement, asked: Asked, months: Sequence[_Told], to: Actor) -> Hidden:
    """Choose what to hide in months, quarters and years."""
    places = {At(each.place.key, Per.MONTH, each.start): each.place for each in months}
    for per in hiding.LONGER.values():
        for each in await _fetch(door, replace(asked, per=per), to, text=False):
            places[At(each.place.key, per, each.start)] = each.place
    found: dict[At, list[str]] = {}
    statement = parents(asked.by, using(asked, to))
    for key, start, parent in await door.fetch(statement, *values(asked, to)):
        at: At | None = At(key, Per.MONTH, start)
        while at is not None:
            if parent not in found.setdefault(at, []):
                found[at].append(parent)
            at = hiding.longer(at)
    return veiling.veil(places, found)


def _level(asked: Asked) -> By:
    """Name the level whose siblings a figure must be hidden among."""
    if asked.team is not None or asked.by is By.TEAM:
        return By.TEAM
    return By.TRUST if asked.directorate is None and asked.by is By.TRUST else By.DIRECTORATE


async def _fetch(door: Statement, asked: Asked, to: Actor, *, text: bool = True) -> list[_Told]:
    statement = told(asked.by, asked.per, using(asked, to), text=text)
    return [
        _told(row) for row in await door.fetch(statement, *values(asked, to), asked.theme, _CODES)
    ]


def _told(row: Any) -> _Told:
    key, period, start, head, people, themes, telling, small, texts = row
    if themes is None:
        return _Told(Place(key, period, people, {}, frozenset()), start, head, ())
    few = frozenset(compress(themes, small))
    place = Place(key, period, people, dict(zip(themes, telling, strict=True)), few)
    return _Told(place, start, head, texts)


def _place_in_framework(theme: str) -> int:
    return _ORDER.get(theme, len(_ORDER))
