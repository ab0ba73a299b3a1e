"""Settles for a financial year what each area tells, going down its levels and its parts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from app.domain.feedback.representation import hiding
from app.domain.feedback.representation.hiding import NOBODY, Cells, Count
from app.domain.feedback.representation.trees import Level, Tree

MONTHS = 12
Part = tuple[UUID, UUID | None]
"""A directorate, or a team for the time that it stood in one."""


@dataclass(frozen=True, slots=True)
class Year:
    """What a financial year's parts counted by the codes of one characteristic.

    `months` (April is 0) are the whole trust's; directorates and teams are there where asked for.
    """

    months: dict[int, dict[str, Count]] = field(default_factory=dict)
    directorates: dict[UUID, dict[str, Count]] = field(default_factory=dict)
    teams: dict[UUID, dict[UUID, dict[str, Count]]] = field(default_factory=dict)

    def codes(self) -> set[str]:
        return {code for cells in self.months.values() for code in cells}

    def counted(self) -> set[int]:
        """Give the months in which anybody responded."""
        return {m for m, cells in self.months.items() if any(cells.values())}


def of_trust(year: Year, tree: Tree, *, whole: bool) -> list[set[str]]:
    """Give the groups of each level that a year of the trust hides, or parts of it."""
    return _yearly(year, tree) if whole else _monthly(year, tree)


def of_parts(year: Year, tree: Tree, parts: Iterable[Part]) -> list[set[str]]:
    """Give the groups of each level that one of these parts of the trust hides in a whole year."""
    trust = _yearly(year, tree)
    directorates = _areas(tree, year.directorates, trust)
    teams: dict[UUID, Mapping[UUID, list[set[str]]]] = {}
    found: list[list[set[str]]] = [[set() for _ in tree.levels]]
    for directorate, team in parts:
        if team is not None and directorate not in teams:
            within = year.teams[directorate]
            teams[directorate] = _areas(tree, within, directorates[directorate])
        found.append(directorates[directorate] if team is None else teams[directorate][team])
    return [set().union(*levels) for levels in zip(*found, strict=True)]


def _total(cells: Iterable[Cells]) -> dict[str, Count]:
    total: dict[str, Count] = {}
    for each in cells:
        for code, count in each.items():
            one = total.get(code, NOBODY)
            total[code] = Count(one.responses + count.responses, one.answered + count.answered)
    return total


def _yearly(year: Year, tree: Tree) -> list[set[str]]:
    total = _total(year.months.values())
    found: list[set[str]] = []
    for level, above in _down(tree, found):
        found.append(hiding.in_year(level.cells(total), level.blocks, above, tree.unstated))
    return found


def _monthly(year: Year, tree: Tree) -> list[set[str]]:
    yearly = _yearly(year, tree)
    found: list[set[str]] = []
    for level, above in _down(tree, found):
        months = [level.cells(year.months.get(month, {})) for month in range(MONTHS)]
        by_code = {code: [month[code] for month in months] for code in level.blocks}
        found.append(
            hiding.in_months(by_code, level.blocks, above, tree.unstated, yearly[len(found)])
        )
    return found


def _areas(
    tree: Tree, areas: Mapping[UUID, Cells], outside: list[set[str]]
) -> Mapping[UUID, list[set[str]]]:
    """Give each area's hidden groups, level by level."""
    found: dict[UUID, list[set[str]]] = {area: [] for area in areas}
    for number, level in enumerate(tree.levels):
        above = {area: hidden[-1] if hidden else set() for area, hidden in found.items()}
        cells = {area: level.cells(told) for area, told in areas.items()}
        for area, hidden in hiding.in_areas(
            cells, level.blocks, above, tree.unstated, outside[number]
        ).items():
            found[area].append(hidden)
    return found


def _down(tree: Tree, found: list[set[str]]) -> Iterator[tuple[Level, set[str]]]:
    """Go down the levels, each with what has been hidden on the one above."""
    for level in tree.levels:
        yield level, found[-1] if found else set()
