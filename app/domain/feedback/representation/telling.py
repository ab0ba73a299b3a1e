"""What of a characteristic's figures a caller without small numbers is told of a range."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.statement import Statement
from app.domain.feedback.representation import queries, settling
from app.domain.feedback.representation.hiding import NOBODY, Count
from app.domain.feedback.representation.queries import Area
from app.domain.feedback.representation.settling import MONTHS, Part, Year
from app.domain.feedback.representation.trees import Tree

APRIL = 4
Range = tuple[date, date]
Years = Mapping[int, Year]
"""By the calendar year in which the financial year begins."""


def begins(day: date) -> int:
    """Name the financial year of a day by the year in which it begins."""
    return day.year if day.month >= APRIL else day.year - 1


async def read(door: Statement, dimension: str, between: Range, within: Area) -> dict[int, Year]:
    """Read the financial years that a range touches, with the parts that an area asks for."""
    years: dict[int, Year] = {}
    by_month = queries.by_month if within.whole_trust else queries.by_directorate
    whole = (_of_year(begins(between[0]))[0], _of_year(begins(between[1]))[1])
    for row in await by_month(door, dimension, whole):
        year = years.setdefault(begins(row["month"]), Year())
        _add(year.months.setdefault(_month(row["month"]), {}), dimension, row)
        if place := row.get("place"):
            _add(year.directorates.setdefault(place, {}), dimension, row)
    for number, year in years.items() if within.teams is not None else ():
        for row in await queries.by_team(door, dimension, _of_year(number), within.teams or ()):
            teams = year.teams.setdefault(row["place"], {})
            _add(teams.setdefault(row["team"], {}), dimension, row)
    return years


def _of_year(number: int) -> Range:
    return date(number, APRIL, 1), date(number + 1, APRIL - 1, 31)


@dataclass(frozen=True, slots=True)
class Veil:
    """What is hidden: groups by their codes, and whether how many stated it at all is."""

    groups: frozenset[str] = frozenset()
    stated: bool = False


def hidden(years: Years, between: Range, within: Area, trees: Mapping[int, Tree]) -> Veil:
    """Give what a range hides: all that is hidden in one of its years or parts.

    How many stated it is what all the others leave, or is added up; both ways are closed where
    groups of either kind are hidden.
    """
    groups: set[str] = set()
    top: set[str] = set()
    unstated: frozenset[str] = frozenset()
    for number, year in years.items():
        if asked := _months(number, between):
            tree = trees[number]
            levels = _levels(year, asked, within, tree)
            groups |= {code for code, nodes in tree.shown.items() if nodes & levels[-1]}
            top |= levels[0]
            unstated = tree.unstated
    return Veil(frozenset(groups), bool(top & unstated and top - unstated))


def _levels(year: Year, asked: set[int], within: Area, tree: Tree) -> list[set[str]]:
    whole = not year.counted() - asked
    if within.whole_trust:
        return settling.of_trust(year, tree, whole=whole)
    if whole:
        return settling.of_parts(year, tree, _parts(year, within))
    return [set(level.blocks) for level in tree.levels]


def _parts(year: Year, within: Area) -> Iterator[Part]:
    """Name the fewest parts that make an area up: a directorate that is whole in it is one."""
    if within.teams is None:
        if within.directorate in year.directorates:
            yield within.directorate, None
        return
    for directorate, teams in year.teams.items():
        if within.directorate in (None, directorate):
            mine = within.teams & teams.keys()
            if len(mine) == len(teams):
                yield directorate, None
            else:
                yield from ((directorate, team) for team in mine)


def _months(year: int, between: Range) -> set[int]:
    """Number the months of a financial year that a range holds, April as 0."""
    months = (date(year + (m > 8), (m + APRIL - 1) % MONTHS + 1, 1) for m in range(MONTHS))  # noqa: PLR2004  January follows
    return {m for m, month in enumerate(months) if between[0] <= month <= between[1]}


def _month(day: date) -> int:
    return (day.month - APRIL) % MONTHS


def _add(cells: dict[str, Count], dimension: str, row: Any) -> None:
    for code, sign in queries.lines(dimension, row):
        before = cells.get(code, NOBODY)
        cells[code] = Count(
            before.responses + sign * row["responses"], before.answered + sign * row["answered"]
        )
