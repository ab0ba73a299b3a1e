"""Wilson's interval and the measures made with it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from app.domain.feedback.representation import wilson
from app.domain.feedback.representation.dimensions import (
    CHARACTERISTICS,
    GROUP_OF,
    NOT_RECORDED,
    STATED_CATEGORIES,
    Dimension,
)
from app.domain.feedback.representation.representing import Group, Heard


def group(**values) -> Group:
    start = {
        "code": "J",
        "label": "",
        "stated": True,
        "counts": (24, 0, 0, 0, 0, 0, 0),
        "people": 31,
        "everyone": 1200,
        "stating": 960,
        "population": 1000,
    }
    return Group(**start | values)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3: the score interval.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_that_of_the_published_vectors(part, whole, low, high):
    found = wilson.interval(part, whole)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_scipys_and_holds_the_share(case):
    part, whole = case
    found = wilson.interval(part, whole)
    other = binomtest(part, whole).proportion_ci(0.95, "wilson")
    assert math.isclose(found.low, other.low, abs_tol=1e-9)
    assert math.isclose(found.high, other.high, abs_tol=1e-9)
    assert 0 <= found.low <= part / whole <= found.high <= 1


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(1, 16, 6.3), (15, 16, 93.8), (1, 2000, 0.1), (0, 5, 0.0), (5, 5, 100.0), (3, 0, None)],
)
def test_percentages_are_rounded_half_up(part, whole, percent):
    assert wilson.tenths(part, whole) == percent


def test_the_ratio_is_the_share_of_those_who_stated_by_the_share_of_the_population():
    ratio, low, high = group().ratio
    bounds = wilson.interval(24, 960)
    assert ratio == pytest.approx((24 / 960) / (31 / 1000))
    assert (low, high) == pytest.approx((bounds.low / 0.031, bounds.high / 0.031))


@pytest.mark.parametrize(
    ("values", "heard"),
    [
        ({}, Heard.IN_LINE),
        ({"people": 100}, Heard.UNDER),
        ({"people": 5}, Heard.OVER),
        ({"counts": (0,) * 7, "people": 100}, Heard.UNDER),
        ({"people": None}, Heard.UNKNOWN),
        ({"people": 0}, Heard.UNKNOWN),
        ({"population": 0}, Heard.UNKNOWN),
        ({"counts": None}, Heard.UNKNOWN),
        ({"stating": None}, Heard.UNKNOWN),
        ({"stating": 0, "counts": (0,) * 7}, Heard.UNKNOWN),
        ({"stated": False}, Heard.UNKNOWN),
    ],
)
def test_a_group_is_under_or_over_heard_where_the_interval_excludes_one(values, heard):
    assert group(**values).heard == heard


def test_what_was_not_stated_is_told_apart_and_known_by_each_list():
    unstated = {by: kind.unstated for by, kind in CHARACTERISTICS.items()}
    assert unstated[Dimension.ETHNIC_CATEGORY] == {"Z", "99"}
    assert unstated[Dimension.DISABILITY] == {"ZZ", NOT_RECORDED}
    assert unstated[Dimension.SEXUAL_ORIENTATION] == {"Z", "9", NOT_RECORDED}
    assert unstated[Dimension.RELIGION] == {"M", "N", NOT_RECORDED}
    assert "U" in CHARACTERISTICS[Dimension.SEXUAL_ORIENTATION].labels.keys() - {"Z", "9"}


def test_every_category_stands_in_one_of_five_groups():
    assert set("ABCDEFGHJKLMNPRS") == STATED_CATEGORIES
    assert {GROUP_OF[c] for c in "ABC"} == {"white"}
    assert {GROUP_OF[c] for c in "RS"} == {"other"}
    assert len({GROUP_OF[c] for c in STATED_CATEGORIES}) == 5


@pytest.mark.parametrize(
    ("by", "code", "known"),
    [
        (Dimension.ETHNIC_CATEGORY, "I", False),
        (Dimension.ETHNIC_CATEGORY, "99", True),
        (Dimension.AGE_BAND, "25-34", True),
        (Dimension.AGE_BAND, "85+", True),
        (Dimension.AGE_BAND, "old", False),
        (Dimension.AGE_BAND, NOT_RECORDED, True),
        (Dimension.LANGUAGE, "pl", True),
        (Dimension.LANGUAGE, "zh-hant", True),
        (Dimension.LANGUAGE, "Polish!", False),
        (Dimension.CARER, "yes", False),
    ],
)
def test_codes_are_those_that_responses_may_have(by, code, known):
    assert CHARACTERISTICS[by].knows(code) is known
