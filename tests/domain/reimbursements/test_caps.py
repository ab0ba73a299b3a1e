"""Periods of caps, how near a fee comes, and when published figures are out of date."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.reimbursements.caps.models import CapLevel, CountedBy, Nearness, PaymentCap
from app.domain.reimbursements.caps.periods import CapPeriod, Period, period_of
from app.domain.reimbursements.figures.models import BenefitFigure

DAYS = st.dates(date(1990, 1, 1), date(2200, 12, 31))
STARTS = st.one_of(
    st.tuples(st.just(CapPeriod.WEEK), st.integers(1, 7)),
    st.tuples(st.just(CapPeriod.MONTH), st.integers(1, 31)),
)
ONE = timedelta(1)


@given(DAYS, STARTS)
def test_periods_part_the_calendar(day, start):
    period = period_of(day, *start)
    assert period.holds(day)
    for each in (period.first, period.last):
        assert period_of(each, *start) == period
    assert period_of(period.last + ONE, *start).first == period.last + ONE
    assert period_of(period.first - ONE, *start).last == period.first - ONE


@given(DAYS, st.integers(1, 7))
def test_a_week_has_seven_days_and_starts_on_its_weekday(day, starts_on):
    period = period_of(day, CapPeriod.WEEK, starts_on)
    assert period.last - period.first == timedelta(6)
    assert period.first.isoweekday() == starts_on


@given(DAYS, st.integers(1, 31))
def test_a_month_starts_on_its_day_or_on_the_last_of_a_shorter_one(day, starts_on):
    first = period_of(day, CapPeriod.MONTH, starts_on).first
    assert first.day == min(starts_on, calendar.monthrange(first.year, first.month)[1])


@pytest.mark.parametrize(
    ("day", "starts_on", "first", "last"),
    [
        (date(2026, 2, 28), 31, date(2026, 2, 28), date(2026, 3, 30)),
        (date(2026, 2, 27), 31, date(2026, 1, 31), date(2026, 2, 27)),
        (date(2024, 2, 29), 30, date(2024, 2, 29), date(2024, 3, 29)),
        (date(2026, 1, 5), 6, date(2025, 12, 6), date(2026, 1, 5)),
    ],
)
def test_a_day_that_a_month_lacks_falls_to_its_last(day, starts_on, first, last):
    assert period_of(day, CapPeriod.MONTH, starts_on) == Period(first, last)


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.integers(1, 10**7))
def test_a_fee_is_within_near_or_above(so_far, pence, most):
    found = Nearness(Period(date.min, date.max), most, so_far, pence)
    assert (found.level is CapLevel.ABOVE) == (so_far + pence > most)
    assert found.left_pence >= 0
    if found.level is CapLevel.WITHIN:
        assert (so_far + pence) / most < 0.8


def test_a_cap_counts_by_the_day_that_was_chosen():
    day, paid = date(2026, 5, 14), date(2026, 6, 25)
    for counted_by, expected in ((CountedBy.ACTIVITY_DAY, day), (CountedBy.PAYMENT_DAY, paid)):
        assert PaymentCap(counted_by=counted_by).counted_on(day, paid) == expected


@pytest.mark.parametrize(
    ("valid_from", "today", "expected"),
    [
        (date(2025, 4, 1), date(2025, 4, 6), False),
        (date(2025, 4, 6), date(2026, 4, 5), False),
        (date(2025, 4, 6), date(2026, 4, 6), True),
        (date(2025, 4, 1), date(2026, 4, 6), True),
        (date(2026, 1, 1), date(2026, 4, 5), False),
        (date(2026, 1, 1), date(2026, 4, 6), True),
    ],
)
def test_a_figure_is_out_of_date_once_a_later_april_holds(valid_from, today, expected):
    assert BenefitFigure(valid_from=valid_from).out_of_date(today) is expected
