from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.feedback.periods import Per
from app.domain.feedback.themes.veiling import Counted, Veil, small, veil

MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04")
TEAMS = ("A", "B", "C")


def cell(theme, team, month, answered, unanswered=0):
    parent = ((0, "ONE" if team != "C" else "TWO"),)
    return Counted(
        theme,
        team,
        team,
        month,
        parent,
        (answered, 0, 0, 0, 0, 0, unanswered),
        answered + unanswered,
        answered,
    )


@st.composite
def tables(draw):
    found = []
    for team, month in product(TEAMS, MONTHS):
        people = draw(st.integers(0, 30))
        telling = draw(st.integers(0, people))
        if people:
            found.append(cell("", team, month, people))
        if telling:
            found.append(cell("parking", team, month, telling))
    return found


@given(tables())
@settings(deadline=None)
def test_no_sum_gives_few_people_away(found):
    """What is small is hidden, and no line that adds up has just one unknown beside known ones."""
    hidden = veil(found, Per.MONTH)
    everything = [each for each in found if not each.theme]
    told = {each.place: each for each in found if each.theme}

    def is_hidden(place):
        return place[1] in hidden.get(("parking", place[0]), ())

    for whole in everything:
        part = told.get(whole.place)
        if part is not None and small(part, whole):
            assert is_hidden(whole.place)
    lines = [[(team, month) for team in TEAMS] for month in MONTHS]
    lines += [[(team, month) for team in "AB"] for month in MONTHS]
    lines += [[(team, month) for month in MONTHS[:3]] for team in TEAMS]
    places = {each.place for each in everything}
    for line in lines:
        present = [place for place in line if place in places]
        assert sum(map(is_hidden, present)) != 1 or len(present) == 1


def test_a_place_without_the_theme_is_shown_as_hidden_where_no_other_tells_of_it():
    found = [cell("", "A", "2026-01", 30), cell("", "B", "2026-01", 40)]
    found.append(cell("parking", "A", "2026-01", 28))
    hidden = veil(found, Per.MONTH)
    assert hidden == {("parking", team): {"2026-01"} for team in "AB"}
    (beside,) = Veil(hidden).beside(found[2:], found[:2])
    assert (beside.theme, beside.key, beside.people) == ("parking", "B", 0)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (cell("x", "A", None, 5), cell("", "A", None, 10), False),
        (cell("x", "A", None, 4), cell("", "A", None, 10), True),
        (cell("x", "A", None, 8), cell("", "A", None, 10), True),
        (cell("x", "A", None, 8, 9), cell("", "A", None, 8, 9), False),
        (cell("x", "A", None, 2, 9), cell("", "A", None, 12, 9), True),
        (cell("x", "A", None, 0, 9), cell("", "A", None, 9, 9), False),
    ],
)
def test_few_are_those_who_answered_or_all_on_either_side(part, whole, expected):
    assert small(part, whole) is expected


def test_a_range_is_hidden_with_any_month_of_it():
    hidden = {("parking", "A"): frozenset({"2026-02"})}
    one = cell("parking", "A", None, 20)
    assert Veil(hidden, None, ("2026-01", "2026-03")).hides(one)
    assert not Veil(hidden, None, ("2026-03", "2026-04")).hides(one)
    assert not Veil(hidden, None, ("2026-01", "2026-03")).hides(cell("parking", "B", None, 20))
    assert Veil(hidden, frozenset("A"), ("2026-01", "2026-03")).hides(
        cell("parking", "RNU", None, 20)
    )
    assert not Veil(hidden, frozenset("B")).hides(cell("parking", "RNU", "2026-02", 20))
