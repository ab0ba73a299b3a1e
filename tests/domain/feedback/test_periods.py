from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.feedback import periods
from app.domain.feedback.periods import Per


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2026, 3, 31), ("2026-W14", "2026-03", "2025-26-Q4", "2025-26")),
        (date(2026, 4, 1), ("2026-W14", "2026-04", "2026-27-Q1", "2026-27")),
        (date(2026, 1, 1), ("2026-W01", "2026-01", "2025-26-Q4", "2025-26")),
        (date(2027, 1, 1), ("2026-W53", "2027-01", "2026-27-Q4", "2026-27")),
        (date(2024, 12, 30), ("2025-W01", "2024-12", "2024-25-Q3", "2024-25")),
        (date(1999, 10, 5), ("1999-W40", "1999-10", "1999-00-Q3", "1999-00")),
    ],
)
def test_a_days_periods_have_these_names(day, names):
    assert tuple(periods.name(day, per) for per in Per) == names


@given(days=st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1, max_size=200))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_the_database_names_periods_alike(door, days):
    for per, expression in periods.SQL.items():
        told = await door.fetch(
            f"SELECT {expression.format(day='day')} AS name FROM unnest($1::date[]) day", days
        )
        assert [row["name"] for row in told] == [periods.name(day, per) for day in days]


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [
        (date(2026, 2, 1), date(2026, 2, 28), True),
        (date(2024, 2, 1), date(2024, 2, 28), False),
        (date(2026, 1, 1), date(2026, 12, 31), True),
        (date(2026, 1, 2), date(2026, 1, 31), False),
    ],
)
def test_whole_months_begin_and_end_with_one(first, last, whole):
    assert periods.whole_months(first, last) is whole


MONTHS = st.dates(date(2000, 1, 1), date(2200, 1, 1)).map(lambda day: day.replace(day=1))


@given(MONTHS, st.sampled_from([Per.MONTH, Per.QUARTER, Per.YEAR]))
def test_a_period_begins_where_its_name_says_and_the_next_one_follows(day, per):
    first = periods.start(day, per)
    assert periods.first_day(periods.name(day, per), per) == first <= day
    after = periods.following(day, per)
    assert periods.start(after, per) == after > day
    assert periods.name(after - timedelta(1), per) == periods.name(day, per)


@given(MONTHS, st.integers(0, 60))
def test_a_range_is_covered_by_the_fewest_periods_without_a_gap(first, length):
    last = first
    for _ in range(length):
        last = periods.following(last, Per.MONTH)
    last = periods.following(last, Per.MONTH) - timedelta(1)
    at = first
    told = list(periods.cover(first, last))
    for per, start in told:
        assert start == at == periods.start(at, per)
        at = periods.following(at, per)
    assert at == last + timedelta(1)
    assert sum(per is Per.MONTH for per, _ in told) <= 4
    assert sum(per is Per.QUARTER for per, _ in told) <= 6


def test_nothing_covers_a_range_that_ends_before_it_begins():
    assert list(periods.cover(date(2026, 4, 1), date(2026, 3, 31))) == []
