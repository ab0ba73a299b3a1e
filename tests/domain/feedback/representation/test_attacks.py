"""Integer programming over everything that may be asked for recovers no small figure.

A made-up trust of two directorates and four teams answers every question there is: each range of
months, each area, ethnic categories, their groups and measure K7b. How many responded in each team
and month is known as well. A small figure is recovered where its least and its greatest possible
value are one.
"""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from app.domain.feedback.representation import telling
from app.domain.feedback.representation.dimensions import (
    ETHNIC_UNSTATED,
    GROUP_OF,
    STATED_CATEGORIES,
    Dimension,
)
from app.domain.feedback.representation.hiding import NOBODY, Count
from app.domain.feedback.representation.queries import Area
from app.domain.feedback.representation.settling import Year
from app.domain.feedback.representation.telling import Range, Veil
from app.domain.feedback.representation.trees import Tree, classes, ethnic_class, tree

COUNTED = frozenset(STATED_CATEGORIES - set("ABC"))
ALSO_IRISH = COUNTED | {"B"}  # a definition that cuts the White group
NORTH, SOUTH = UUID(int=1), UUID(int=2)
TEAMS = {UUID(int=11): NORTH, UUID(int=12): NORTH, UUID(int=21): SOUTH, UUID(int=22): SOUTH}
MONTHS = 3
CODES = ("A", "B", "C", "D", "E", "H", "M", "Z", "99")
YEAR = (date(2025, 4, 1), date(2026, 3, 31))
AREAS = (
    Area(),
    Area(directorate=NORTH),
    Area(directorate=SOUTH),
    *(Area(teams=frozenset({team}), team=team) for team in TEAMS),
)
Cell = tuple[UUID, int, str]
Figure = tuple[list[int], bool | None, bool]


class World:
    """Responses by team, month and code, and what a caller without small numbers is told."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)  # noqa: S311  made up
        usual = {code: rng.choice((0, 0.3, 1, 2, 4, 9)) for code in CODES} | {"A": 12, "99": 5}
        self.told: Counter[Cell] = Counter()
        for team in TEAMS:
            size = rng.choice((0, 0.5, 1, 2))
            for month in range(MONTHS):
                for code in CODES:
                    self.told[team, month, code] = round(rng.expovariate(1) * usual[code] * size)
        self.counted = rng.choice((COUNTED, ALSO_IRISH))
        self.cells = list(self.told)

    @cached_property
    def year(self) -> Year:
        year = Year()
        for (team, month, code), number in self.told.items():
            directorate = TEAMS[team]
            teams = year.teams.setdefault(directorate, {})
            for cells in (
                year.months.setdefault(month, {}),
                year.directorates.setdefault(directorate, {}),
                teams.setdefault(team, {}),
            ):
                before = cells.get(code, NOBODY).responses
                cells[code] = Count(before + number, before + number)
        return year

    def trees(self) -> Iterator[tuple[Tree, dict[str, str]]]:
        for by, group in (
            (Dimension.ETHNIC_CATEGORY, {code: code for code in CODES}),
            (Dimension.ETHNIC_GROUP, GROUP_OF),
        ):
            yield tree(by, CODES, self.counted), group
        yield classes(self.counted), {code: ethnic_class(code, self.counted) for code in CODES}

    def figures(self) -> Iterator[Figure]:
        """Each figure that may be asked for: its cells, if it is hidden, and if that says >= 1."""
        ranges = [
            YEAR,
            *(
                (date(2025, 4 + a, 1), date(2025, 5 + b, 1) - timedelta(days=1))
                for a in range(MONTHS)
                for b in range(a, MONTHS)
            ),
        ]
        for shown, group in self.trees():
            for area in AREAS:
                for between in ranges:
                    veil = telling.hidden({2025: self.year}, between, area, {2025: shown})
                    yield from self._stated(veil, area, between)
                    somebody = area.whole_trust and between == YEAR
                    somebody = somebody and veil.groups != shown.shown.keys()
                    for code in sorted({group[each] for each in CODES}):
                        codes = {each for each in CODES if group[each] == code}
                        yield self._of(codes, area, between), code in veil.groups, somebody

    def _stated(self, veil: Veil, area: Area, between: Range) -> Iterator[Figure]:
        """How many stated their ethnicity, which is told beside the groups."""
        if not veil.stated:
            yield self._of(set(CODES) - ETHNIC_UNSTATED, area, between), None, False

    def _of(self, codes: set[str], area: Area, between: Range) -> list[int]:
        return [
            at
            for at, (team, month, code) in enumerate(self.cells)
            if code in codes
            and _within(team, area)
            and between[0] <= date(2025, 4 + month, 1) <= between[1]
        ]


def _within(team: UUID, area: Area) -> bool:
    return (area.teams is None or team in area.teams) and (area.directorate in (None, TEAMS[team]))


def _attack(world: World) -> tuple[int, list[tuple[int, ...]]]:
    """Give how many small figures there are, and the cells of those that are recovered."""
    values = np.array([world.told[cell] for cell in world.cells])
    rows, small = _known(world, values)
    matrix = np.zeros((len(rows), len(values)))
    for row, cells in enumerate(rows):
        matrix[row, list(cells)] = 1
    low, high = zip(*rows.values(), strict=True)
    known = LinearConstraint(matrix, low, high)
    return len(small), _recovered(small, values, known)


def _known(
    world: World, values: np.ndarray
) -> tuple[dict[tuple[int, ...], tuple[float, float]], set[tuple[int, ...]]]:
    """Give the bounds that are known of sums of cells, and the sums that are small figures."""
    rows: dict[tuple[int, ...], tuple[float, float]] = {}
    small: set[tuple[int, ...]] = set()
    for place in {cell[:2] for cell in world.cells}:
        cells = tuple(at for at, cell in enumerate(world.cells) if cell[:2] == place)
        rows[cells] = (values[list(cells)].sum(),) * 2
    for listed, hidden, somebody in world.figures():
        cells, value = tuple(listed), values[listed].sum()
        if not hidden:
            assert hidden is None or not 0 < value < 5
            rows[cells] = (value, value)
        elif 0 < value < 5:
            small.add(cells)
        if hidden and somebody and value:
            rows.setdefault(cells, (1, np.inf))
    return rows, small


def _recovered(
    small: set[tuple[int, ...]], values: np.ndarray, known: LinearConstraint
) -> list[tuple[int, ...]]:
    """Give those that are the same in every world; one found to differ clears many at once."""
    recovered, left = [], sorted(small)
    while left:
        cells = left[0]
        for way in (1, -1):
            world = _least(cells, way, known, len(values))
            left = [each for each in left if _sum(each, world) == _sum(each, values)]
        if cells in left:
            recovered.append(cells)
            left.remove(cells)
    return recovered


def _sum(cells: tuple[int, ...], world: np.ndarray) -> int:
    return round(world[list(cells)].sum())


def _least(cells: tuple[int, ...], way: int, known: LinearConstraint, size: int) -> np.ndarray:
    """Give a world, as far as it is known, in which these are fewest, or most where way is -1."""
    aim = np.zeros(size)
    aim[list(cells)] = way
    found = milp(aim, integrality=np.ones_like(aim), bounds=Bounds(0), constraints=known)
    assert found.success, found.message
    return found.x


@pytest.mark.parametrize("seed", range(12))
def test_no_small_figure_is_recovered(seed):
    small, recovered = _attack(World(seed))
    assert small
    assert recovered == []
