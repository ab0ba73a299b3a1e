from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.feedback import hiding
from app.domain.feedback.hiding import At
from app.domain.feedback.periods import Per
from app.domain.feedback.themes.counting import SMALL
from app.domain.feedback.themes.veiling import Place, veil

MONTHS = tuple(date(2026, month, 1) for month in (1, 2, 3, 4))
TEAMS = ("A", "B", "C")


def place(key, people, telling=0):
    few = 0 < telling < 5 or 0 < people - telling < 5
    told = {"parking": telling} if telling else {}
    return Place(key, None, people, told, frozenset(["parking"] if told and few else ()))


@st.composite
def tables(draw):
    """Give a table of people and of those who tell of a theme, added up to quarters and years."""
    counts: dict[At, tuple[int, int]] = {}
    for team, month in product(TEAMS, MONTHS):
        people = draw(st.integers(0, 30))
        telling = draw(st.integers(0, people))
        at = At(team, Per.MONTH, month) if people else None
        while at is not None:
            before = counts.get(at, (0, 0))
            counts[at] = before[0] + people, before[1] + telling
            at = hiding.longer(at)
    return {at: place(at.key, *told) for at, told in counts.items()}


@given(tables())
@settings(deadline=None)
def test_no_sum_gives_few_people_away(places):
    """What is small is hidden, and no line that adds up has just one unknown beside known ones."""
    parents = {at: ["TWO" if at.key == "C" else "ONE"] for at in places}
    hidden = {at for at, themes in veil(places, parents).items() if "parking" in themes}
    assert hidden >= {at for at, each in places.items() if each.small}
    whens = {(at.per, at.start) for at in places}
    lines = [[At(team, *when) for team in TEAMS] for when in whens]
    lines += [[At(team, *when) for team in "AB"] for when in whens]
    for at in places:
        if at.per is not Per.MONTH:
            lines.append([at, *(each for each in places if hiding.longer(each) == at)])
    for line in lines:
        present = places.keys() & set(line)
        assert len(hidden & present) != 1 or len(present) == 1


def test_a_place_without_the_theme_is_shown_as_hidden_where_no_other_tells_of_it():
    telling, silent = (At(key, Per.MONTH, MONTHS[0]) for key in "AB")
    places = {telling: place("A", 30, 28), silent: place("B", 40)}
    assert veil(places, {}) == {telling: {"parking"}, silent: {"parking"}}


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
