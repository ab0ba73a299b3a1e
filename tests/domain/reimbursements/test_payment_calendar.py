from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.working_days import working_day_after, working_day_before, working_day_from
from app.domain.reimbursements.layouts.calendar import (
    BankDays,
    Lead,
    bank_days,
    payroll_days,
)
from app.domain.reimbursements.layouts.errors import PayDayError

ENGLAND = holidays.country_holidays("UK", subdiv="ENG")
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
LEADS = st.builds(Lead, st.integers(1, 5), st.integers(2, 6), st.just(40))
SOON = Lead(processing=1, arrival=2)


def working(day: date) -> bool:
    return day.weekday() < 5 and day not in ENGLAND


def between(first: date, last: date) -> int:
    """Count the working days after the first and up to the last."""
    days = (first + timedelta(n) for n in range(1, (last - first).days + 1))
    return sum(working(day) for day in days)


def follow(days: BankDays) -> None:
    assert all(map(working, (days.input_on, days.processing_on, days.arrival_on)))
    assert between(days.input_on, days.processing_on) == 1
    assert between(days.processing_on, days.arrival_on) == 1


@given(DAYS, LEADS)
def test_money_takes_three_working_days_in_a_row_and_never_a_holiday(day, lead):
    days = bank_days(day, lead)
    follow(days)
    assert days.input_on >= day
    assert between(day, days.processing_on) >= lead.processing
    assert between(day, days.arrival_on) >= lead.arrival


@given(DAYS, LEADS, st.integers(0, 45))
def test_money_is_there_by_the_day_wanted_or_the_day_is_refused(day, lead, ahead):
    wanted = day + timedelta(ahead)
    try:
        days = bank_days(day, lead, wanted)
    except PayDayError as refused:
        (error,) = refused.extra["errors"]
        # A file that is made on no working day is sent on the next.
        least = max(lead.arrival, lead.processing + 1, 2 if working(day) else 3)
        early = between(day, wanted) < least
        assert early if error["code"] == "too_early" else ahead > lead.most
    else:
        follow(days)
        assert days.input_on >= day
        assert days.arrival_on <= wanted
        assert between(days.arrival_on, wanted) == 0


@given(DAYS, st.integers(1, 31), st.integers(0, 10))
def test_payroll_pays_on_its_day_or_the_working_day_before(day, pay_day, closes):
    days = payroll_days(day, pay_day, closes)
    assert all(map(working, (days.input_on, days.processing_on, days.arrival_on)))
    assert day <= days.input_on < days.processing_on < days.arrival_on
    assert between(days.input_on, days.arrival_on) == max(closes, 2)
    last = days.arrival_on
    while (last + timedelta(1)).month == last.month and last.day < pay_day:
        last += timedelta(1)
        assert not working(last)


@given(DAYS, st.integers(1, 10))
def test_working_days_are_counted_both_ways(day, number):
    assert between(day, working_day_after(day, number)) == number
    before = working_day_before(day, number)
    assert working(before)
    assert between(before - timedelta(1), day - timedelta(1)) == number
    assert (working_day_from(day) == day) is working(day)


@pytest.mark.parametrize(
    ("day", "lead", "days"),
    [
        # A Monday, and what the least lead makes of it.
        (date(2026, 11, 30), Lead(), (date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 3))),
        (date(2026, 11, 30), SOON, (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2))),
        # A Saturday.
        (date(2026, 11, 28), SOON, (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2))),
        # Over Christmas: Boxing Day is a Saturday, so that the Monday is its substitute.
        (date(2026, 12, 23), Lead(), (date(2026, 12, 24), date(2026, 12, 29), date(2026, 12, 30))),
        # Good Friday and Easter Monday.
        (date(2026, 4, 1), SOON, (date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 7))),
    ],
)
def test_days_are_those_of_banks_in_england(day, lead, days):
    assert bank_days(day, lead) == BankDays(*days)


def test_a_day_too_near_or_too_far_is_refused():
    monday = date(2026, 11, 30)
    for wanted, code in ((date(2026, 12, 2), "too_early"), (date(2027, 1, 4), "too_late")):
        with pytest.raises(PayDayError) as refused:
            bank_days(monday, Lead(), wanted)
        assert refused.value.extra["errors"][0]["code"] == code
    assert bank_days(monday, Lead(), date(2026, 12, 27)).arrival_on == date(2026, 12, 24)


def test_a_month_without_the_pay_day_pays_on_its_last():
    # 28 February 2026 is a Saturday.
    assert payroll_days(date(2026, 2, 2), 31, 5).arrival_on == date(2026, 2, 27)
    # Past the closing of December's payroll, January's it is.
    assert payroll_days(date(2026, 12, 22), 25, 5).arrival_on == date(2027, 1, 25)
