from datetime import date

import pytest
from hypothesis import given, strategies

from app.domain.organisation.coding import Held, added, ended
from app.domain.organisation.errors import LocationCodeTakenError

FIRST, DAY, LATER = date(2020, 1, 1), date(2026, 3, 1), date(2026, 6, 1)
WANTED = {"iwgc": ["A"]}


def held(since: date, until: date | None = None, code: str = "A", source: str = "iwgc") -> Held:
    return Held(source, code, since, until)


def test_a_code_ends_on_the_day_told_and_leaves_others_as_they_are():
    before = [held(FIRST), held(FIRST, code="B"), held(FIRST, code="C", source="own")]
    assert ended(before, {"iwgc": ["B"]}, DAY) == [held(FIRST, DAY), *before[1:]]


def test_what_began_on_the_day_or_later_was_never_held():
    assert ended([held(DAY), held(LATER)], {"iwgc": []}, DAY) == []


def test_what_was_over_by_then_stays_so():
    over = [held(FIRST, DAY)]
    assert ended(over, {"iwgc": []}, LATER) == over


@pytest.mark.parametrize(
    ("mine", "others", "day", "now"),
    [
        ([], [], None, [held(FIRST)]),
        ([], [], DAY, [held(DAY)]),
        ([], [held(FIRST, DAY)], None, [held(DAY)]),
        ([], [held(FIRST, DAY, code="B")], None, [held(FIRST)]),
        ([held(DAY)], [], None, [held(DAY)]),
        ([held(DAY)], [], LATER, [held(DAY)]),
        ([held(DAY)], [], FIRST, [held(FIRST)]),
        ([held(FIRST, DAY)], [], None, [held(FIRST)]),
        ([held(FIRST, DAY)], [], DAY, [held(FIRST)]),
        ([held(FIRST, DAY)], [], LATER, [held(FIRST, DAY), held(LATER)]),
        ([held(FIRST, DAY)], [held(DAY, LATER)], None, [held(FIRST, DAY), held(LATER)]),
        ([held(FIRST, DAY), held(LATER)], [], DAY, [held(FIRST, DAY), held(DAY)]),
    ],
)
def test_a_code_goes_on_or_begins_when_it_is_free(mine, others, day, now):
    assert added(mine, WANTED, others, FIRST, day) == now


@pytest.mark.parametrize(
    ("mine", "others", "day"),
    [
        ([], [held(FIRST)], None),
        ([], [held(LATER)], DAY),
        ([], [held(FIRST, DAY)], FIRST),
        ([held(FIRST, DAY)], [held(LATER)], None),
    ],
)
def test_a_code_is_not_taken_from_another_team(mine, others, day):
    with pytest.raises(LocationCodeTakenError) as refused:
        added(mine, WANTED, others, FIRST, day)
    assert refused.value.extra == {"source": "iwgc", "code": "A"}


days = strategies.dates(date(2020, 1, 1), date(2021, 1, 1))


@given(
    strategies.lists(
        strategies.tuples(strategies.sets(strategies.sampled_from("ABC")), strategies.none() | days)
    )
)
def test_whatever_is_told_no_code_is_held_twice_at_a_time_and_the_last_word_holds(tellings):
    mine: list[Held] = []
    for codes, day in tellings:
        kept = ended(mine, {"iwgc": codes}, day or date(2020, 6, 1))
        mine = added(kept, {"iwgc": sorted(codes)}, [], FIRST, day)
        assert {each.code for each in mine if each.valid_to is None} == codes
        for number, one in enumerate(mine):
            assert one.valid_to is None or one.valid_from < one.valid_to
            for other in mine[number + 1 :]:
                assert one.name != other.name or not one.overlaps(other)
