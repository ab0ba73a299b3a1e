"""The days on which money moves: Bacs takes three working days, input, processing and entry.

A payment file is sent on its input day, is processed on the working day after, and the money is in
the account on the working day after that. England's bank holidays are the system's.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.core.working_days import working_day_after, working_day_before, working_day_from
from app.domain.reimbursements.layouts.errors import PayDayError

_DAY: Final = timedelta(1)


@dataclass(frozen=True, slots=True)
class Lead:
    """How far ahead a payment is made: working days until processing and arrival, days at most.

    The defaults are those of a public generator of Standard 18 files
    (tracey-stobbs/ddcms-direct-file-generator, Bacs18PaymentLines.md): processing two working days
    ahead or more, arrival three, and no more than 30 days.
    """

    processing: int = 2
    arrival: int = 3
    most: int = 30


@dataclass(frozen=True, slots=True)
class BankDays:
    """When a run's file is sent, when it is processed, and when the money is in the account."""

    input_on: date
    processing_on: date
    arrival_on: date


def bank_days(day: date, lead: Lead, wanted: date | None = None) -> BankDays:
    """Give a run's days: the earliest, or those for money by a wanted day.

    Where the wanted day is no working day, the money is there on the working day before it. Raises
    PayDayError: `too_early` where that is before the earliest, `too_late` beyond the most days.
    """
    processing = working_day_after(day, max(lead.processing, lead.arrival - 1))
    start = max(working_day_from(day), working_day_before(processing))
    arrival = working_day_after(start, 2)
    if wanted is not None:
        last, earliest = working_day_before(wanted + _DAY), arrival
        if last < earliest:
            raise PayDayError.at("#/arrival_on", "Before the earliest day", "too_early")
        arrival = last
    if arrival > day + timedelta(lead.most):
        raise PayDayError.at("#/arrival_on", "Further ahead than payments are made", "too_late")
    return _arriving(arrival)


def payroll_days(day: date, pay_day: int, closes: int) -> BankDays:
    """Give the days of the next payroll: `pay_day` of a month, or the working day before it.

    The payroll takes what is sent by `closes` working days (two or more) before its pay day. In a
    month that has no such day its last is meant.
    """
    month = day.replace(day=1)
    while True:
        last = monthrange(month.year, month.month)[1]
        arrival = working_day_before(month.replace(day=min(pay_day, last)) + _DAY)
        input_on = working_day_before(arrival, max(closes, 2))
        if input_on >= day:
            return BankDays(input_on, working_day_before(arrival), arrival)
        month = month.replace(day=last) + _DAY


def _arriving(arrival: date) -> BankDays:
    processing = working_day_before(arrival)
    return BankDays(working_day_before(processing), processing, arrival)
