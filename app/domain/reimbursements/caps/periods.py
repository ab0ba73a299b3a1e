"""The weeks and months in which somebody counts their fees."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.core.clock import months_after

_WEEK: Final = 7


class CapPeriod(StrEnum):
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """The days from the first to the last, both of them in it."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def period_of(day: date, period: CapPeriod, starts_on: int) -> Period:
    """Give the period in which a day lies; every day lies in one, and no day in two.

    A week starts on an ISO weekday, 1 being Monday. A month starts on a day of the month, in
    shorter months on their last day.
    """
    if period is CapPeriod.WEEK:
        first = day - timedelta((day.isoweekday() - starts_on) % _WEEK)
        return Period(first, first + timedelta(_WEEK - 1))
    month = day.replace(day=1)
    if day < _start(month, starts_on):
        month = months_after(month, -1)
    following = _start(months_after(month, 1), starts_on)
    return Period(_start(month, starts_on), following - timedelta(1))


def _start(month: date, starts_on: int) -> date:
    return month.replace(day=min(starts_on, calendar.monthrange(month.year, month.month)[1]))
