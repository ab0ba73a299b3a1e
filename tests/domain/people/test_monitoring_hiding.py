"""An attacker who adds up and subtracts all that is told recovers no small group."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from app.domain.people.monitoring.hiding import Told, tell

WITHIN = {"x": "any", "y": "any"}


@pytest.mark.parametrize(
    ("whole", "hidden"),
    [
        ({"a": 150, "b": 80, "c": 2}, {"b", "c"}),
        ({"a": 20, "b": 3, "c": 4}, {"b", "c"}),
        ({"a": 20, "b": 1, "c": 1}, {"a", "b", "c"}),
        ({"a": 20, "b": 1, "c": 1, "d": 30}, {"a", "b", "c"}),
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}, {"a", "b", "c", "d", "e"}),
        ({"a": 6, "b": 7, "c": 0}, set()),
        ({"a": 4, "b": 0}, {"a", "b"}),
        ({"a": 0, "b": 0}, set()),
        ({"any": 9, "none": 20, "x": 2, "y": 8}, {"x"}),
        ({"any": 3, "none": 20, "x": 0, "y": 3}, {"any", "none", "x", "y"}),
    ],
)
def test_of_the_whole_small_groups_hide_each_other(whole, hidden):
    told, parts = tell(whole, {}, {k: v for k, v in WITHIN.items() if v in whole})
    assert {code for code, people in told.groups.items() if people is None} == hidden
    assert parts == {}


def test_a_group_is_told_in_all_parts_or_in_none():
    parts = {
        "north": {"a": 40, "b": 30, "c": 9},
        "south": {"a": 25, "b": 2, "c": 11},
        "east": {"a": 20, "b": 10, "c": 10},
    }
    whole = {code: sum(part[code] for part in parts.values()) for code in "abc"}
    told, by_part = tell(whole, parts, {})
    assert told.groups == whole
    assert {name: each.total for name, each in by_part.items()} == {
        "north": 79,
        "south": 38,
        "east": 40,
    }
    assert [dict(each.groups) for each in by_part.values()] == [
        {"a": people, "b": None, "c": None} for people in (40, 25, 20)
    ]


def test_hidden_parts_count_as_one_part_more():
    parts = {
        "north": {"a": 40, "b": 30},
        "south": {"a": 2, "b": 1},
        "east": {"a": 4, "b": 2},
        "west": {"a": 50, "b": 60},
    }
    whole = {code: sum(part[code] for part in parts.values()) for code in "ab"}
    told, by_part = tell(whole, parts, {})
    assert told == Told(189, whole)
    assert [by_part[name].total for name in parts] == [70, None, None, 110]
    # South and east together have three of b: the difference of the whole and the others.
    assert [by_part[name].groups for name in parts] == [{"a": None, "b": None}] * 4


@st.composite
def registers(draw) -> list[tuple[int, int, int]]:
    """The people of a register: each with a group and a place in two cuts."""
    size = draw(st.sampled_from([3, 8, 20, 60]))
    common = draw(st.integers(0, 9))
    kinds = st.tuples(
        st.one_of(st.integers(0, 3), st.just(0 if common < 6 else 1)),
        st.integers(0, 2),
        st.one_of(st.integers(0, 2), st.just(0)),
    )
    return draw(st.lists(kinds, min_size=size, max_size=size))


@settings(max_examples=60, deadline=None)
@given(registers())
def test_no_small_group_is_recovered(people):
    unknown = dict.fromkeys(product(range(4), range(3), range(3)), 0)
    for each in people:
        unknown[each] += 1
    cells = list(unknown)
    truth = np.array([unknown[cell] for cell in cells])
    rows: list[tuple[np.ndarray, int]] = []
    secret: list[np.ndarray] = []
    for at in (1, 2):
        for mask, told in told_of(cells, truth, at):
            if told is not None:
                rows.append((mask, told))
            elif 0 < mask @ truth < 5:
                secret.append(mask)
    if not secret:
        return
    known = np.array([mask for mask, _ in rows] or [np.zeros(len(cells))])
    values = np.array([told for _, told in rows] or [0])
    for mask in secret:
        assert extremes(mask, known, values, len(people)) > 0, people


def told_of(cells, truth, at: int) -> Iterator[tuple[np.ndarray, int | None]]:
    """Give each sum of unknowns that is shown or hidden, with what is told of it."""

    def mask(code: str | None = None, part: str | None = None) -> np.ndarray:
        return np.array(
            [
                float(code in (None, str(cell[0])) and part in (None, str(cell[at])))
                for cell in cells
            ]
        )

    codes, places = [str(c) for c in range(4)], [str(p) for p in range(3)]
    whole = {code: int(mask(code) @ truth) for code in codes}
    parts = {p: {code: int(mask(code, p) @ truth) for code in codes} for p in places}
    told, by_part = tell(whole, parts, {})
    yield mask(), told.total
    for code, people in told.groups.items():
        yield mask(code), people
    for part, each in by_part.items():
        yield mask(None, part), each.total
        for code, people in each.groups.items():
            yield mask(code, part), people


def extremes(mask: np.ndarray, known: np.ndarray, values: np.ndarray, most: int) -> float:
    """Give how far apart the least and the most are that agree with all that is told."""
    bounds, fits = Bounds(0, most), LinearConstraint(known, values, values)
    least, greatest = (
        milp(sign * mask, constraints=fits, bounds=bounds, integrality=np.ones(len(mask)))
        for sign in (1, -1)
    )
    return round(-greatest.fun) - round(least.fun)
