from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.feedback.periods import Per
from app.domain.feedback.themes.counting import SMALL
from app.domain.feedback.themes.veiling import Place, Veil, veil

MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04")
TEAMS = ("A", "B", "C")
PARENTS = {(team, month): ["TWO" if team == "C" else "ONE"] for team in TEAMS for month in MONTHS}


def place(key, period, people, telling=0):
    few = 0 < telling < 5 or 0 < people - telling < 5
    told = {"parking": telling} if telling else {}
    return Place(key, period, people, told, frozenset(["parking"] if told and few else ()))


@st.composite
def tables(draw):
    found = []
    for team, month in product(TEAMS, MONTHS):
        if people := draw(st.integers(0, 30)):
            found.append(place(team, month, people, draw(st.integers(0, people))))
    return found


@given(tables())
@settings(deadline=None)
def test_no_sum_gives_few_people_away(found):
    """What is small is hidden, and no line that adds up has just one unknown beside known ones."""
    over = Veil(veil(found, PARENTS, Per.MONTH))
    hidden = {(each.key, each.period) for each in found if "parking" in over.over(each)}
    assert hidden >= {(each.key, each.period) for each in found if each.small}
    lines = [[(team, month) for team in TEAMS] for month in MONTHS]
    lines += [[(team, month) for team in "AB"] for month in MONTHS]
    lines += [[(team, month) for month in MONTHS[:3]] for team in TEAMS]
    places = {(each.key, each.period) for each in found}
    for line in lines:
        present = places.intersection(line)
        assert len(hidden & present) != 1 or len(present) == 1


def test_a_place_without_the_theme_is_shown_as_hidden_where_no_other_tells_of_it():
    telling, silent = place("A", "2026-01", 30, 28), place("B", "2026-01", 40)
    over = Veil(veil([telling, silent], {}, Per.MONTH))
    assert over.over(telling) == over.over(silent) == {"parking"}


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ((5, 5), (10, 10), False),
        ((4, 4), (10, 10), True),
        ((8, 8), (10, 10), True),
        ((17, 8), (17, 8), False),
        ((11, 2), (21, 12), True),
        ((19, 8), (29, 9), True),
        ((9, 0), (18, 9), False),
    ],
)
async def test_few_are_those_who_answered_or_all_on_either_side(door, part, whole, expected):
    """Each side is its people and those of them who answered."""
    told = "SELECT $1::int AS people, $2::int AS answered, $3::int AS all_people"
    rule = f"SELECT {SMALL} FROM ({told}, $4::int AS all_answered) c"
    assert await door.fetchval(rule, *part, *whole) is expected


def test_a_range_is_hidden_with_any_month_of_it():
    hidden = {"A": {"2026-02": frozenset(["parking"])}}
    one, other, trust = (place(key, None, 40) for key in ("A", "B", "RNU"))
    quarter = ("2026-01", "2026-03")
    assert Veil(hidden, None, quarter).over(one) == {"parking"}
    assert not Veil(hidden, None, ("2026-03", "2026-04")).over(one)
    assert not Veil(hidden, None, quarter).over(other)
    assert Veil(hidden, frozenset("A"), quarter).over(trust) == {"parking"}
    assert not Veil(hidden, frozenset("B")).over(place("RNU", "2026-02", 40))
