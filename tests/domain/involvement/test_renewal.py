from datetime import date, timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from app.domain.involvement.checks.models import SUFFICES, DbsLevel
from app.domain.involvement.renewal import Warned, after_months, warned

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (61, None),
        (60, Warned.IN_60_DAYS),
        (31, Warned.IN_60_DAYS),
        (30, Warned.IN_30_DAYS),
        (8, Warned.IN_30_DAYS),
        (7, Warned.IN_7_DAYS),
        (1, Warned.IN_7_DAYS),
        (0, Warned.EXPIRED),
        (-400, Warned.EXPIRED),
    ],
)
def test_the_nearest_of_60_30_and_7_days_warns(left, expected):
    assert warned(DAY + timedelta(left), DAY) == expected


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2023, 3, 1), 36, date(2026, 3, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_months_last(day, months, expected):
    assert after_months(day, months) == expected


@drawn(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 60), st.integers(1, 60))
def test_more_months_never_end_earlier(day, fewer, more):
    assert after_months(day, fewer) <= after_months(day, fewer + more)
    assert after_months(day, fewer) > day


def test_a_higher_level_does_for_a_lower_one():
    assert SUFFICES[DbsLevel.BASIC] == tuple(DbsLevel)
    assert SUFFICES[DbsLevel.ENHANCED] == (DbsLevel.ENHANCED, DbsLevel.ENHANCED_BARRED)
    assert SUFFICES[DbsLevel.ENHANCED_BARRED] == (DbsLevel.ENHANCED_BARRED,)
