"""The rules of hiding by example; what an attacker makes of them stands in test_attacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.feedback.representation import hiding
from app.domain.feedback.representation.hiding import Count

NOTHING: frozenset[str] = frozenset()


def cells(**numbers: int) -> dict[str, Count]:
    return {code: Count(number, number) for code, number in numbers.items()}


def one_block(told) -> dict[str, str]:
    return dict.fromkeys(told, "all")


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"a": 150, "b": 80, "c": 2}, "bc"),
        ({"a": 20, "b": 3, "c": 4}, "bc"),
        ({"a": 6, "b": 7, "c": 9}, ""),
        ({"a": 0, "b": 2, "c": 30}, "bc"),
        ({"a": 0, "b": 0, "c": 2}, "abc"),  # what stands alone hides behind those who are none
        ({"a": 1, "b": 1, "c": 30, "d": 40}, "abc"),  # two people are no five
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 9}, "abcdef"),  # five of one are known
        ({"a": 5, "b": 5}, ""),
        ({}, ""),
    ],
)
def test_at_least_two_groups_and_five_people_are_hidden_in_a_block(numbers, expected):
    told = cells(**numbers)
    assert hiding.in_year(told, one_block(told), (), NOTHING) == set(expected)


def test_few_answers_are_few_even_of_many_responses():
    told = {"a": Count(20, 2), "b": Count(9, 9), "c": Count(50, 50)}
    assert hiding.in_year(told, one_block(told), (), NOTHING) == {"a", "b"}


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"a": 3, "b": 30, "z": 6, "y": 40}, "ab"),
        ({"a": 20, "b": 30, "z": 3, "y": 40}, "zy"),
        ({"a": 20, "b": 30, "z": 3, "y": 0}, "az"),
    ],
)
def test_who_stated_nothing_hide_among_each_other(numbers, expected):
    told = cells(**numbers)
    assert hiding.in_year(told, one_block(told), (), frozenset("zy")) == set(expected)


def test_a_hidden_block_is_hidden_below_and_others_are_told():
    told = cells(a=30, b=40, c=50)
    blocks = {"a": "x", "b": "x", "c": "y"}
    assert hiding.in_year(told, blocks, ("x",), NOTHING) == {"a", "b"}


@pytest.mark.parametrize(
    ("months", "yearly", "expected"),
    [
        ({"a": [9, 9], "b": [7, 3], "c": [4, 6]}, "", "bc"),
        ({"a": [9, 9], "b": [7, 3], "c": [6, 8]}, "", "bc"),
        ({"a": [9, 9], "b": [7, 0], "c": [6, 8]}, "", ""),
        ({"a": [9, 9], "b": [0, 3], "c": [0, 0]}, "ab", "ab"),
        ({"a": [9, 3]}, "", "a"),
    ],
)
def test_months_are_told_of_groups_without_a_small_one(months, yearly, expected):
    told = {code: [Count(n, n) for n in numbers] for code, numbers in months.items()}
    assert hiding.in_months(told, one_block(told), (), NOTHING, set(yearly)) == set(expected)


def test_an_area_hides_fewer_than_five_and_none_at_all():
    areas = {"n": cells(a=20, b=3, c=0), "s": cells(a=30, b=2, c=8)}
    found = hiding.in_areas(areas, one_block("abc"), {"n": (), "s": ()}, NOTHING, set())
    assert found == {"n": {"b", "c"}, "s": {"b", "c"}}


def test_hidden_people_of_an_area_have_others_to_be_exchanged_with():
    areas = {"n": cells(a=20, b=3, c=0), "s": cells(a=30, b=9, c=8)}
    found = hiding.in_areas(areas, one_block("abc"), {"n": (), "s": ()}, NOTHING, set())
    assert found == {"n": {"b", "c"}, "s": {"b", "c"}}


def test_without_anybody_to_be_exchanged_with_a_block_is_hidden_everywhere():
    areas = {"n": cells(a=20, b=3), "s": cells(a=0, b=0)}
    blocks = one_block("ab")
    found = hiding.in_areas(areas, blocks, {"n": (), "s": ()}, NOTHING, set())
    assert found == {"n": {"a", "b"}, "s": {"a", "b"}}


@given(st.lists(st.integers(0, 12), min_size=1, max_size=8))
def test_small_groups_are_always_hidden_and_never_by_themselves(numbers):
    told = {str(code): Count(number, number) for code, number in enumerate(numbers)}
    found = hiding.in_year(told, one_block(told), (), NOTHING)
    assert {code for code in told if told[code].small} <= found
    people = [told[code].responses for code in found if told[code].responses]
    assert not found or found == set(told) or (len(people) > 1 and sum(people) >= 5)
