"""England's working days: Mondays to Fridays that are no bank holidays."""

from datetime import date
from functools import cache, lru_cache

import holidays
from holidays import HolidayBase


@lru_cache(maxsize=256)
def working_day_after(day: date, number: int) -> date:
    """Give the n-th working day after a day; the first is the next working day.

    The 0th is the day itself where it is one, or the next.
    """
    return _england().get_nth_working_day(day, number)


@lru_cache(maxsize=256)
def working_day_before(day: date, number: int = 1) -> date:
    """Give the n-th working day before a day; the first is the last working day that was."""
    return _england().get_nth_working_day(day, -number)


def working_day_from(day: date) -> date:
    """Give the day itself where it is a working day, or the next."""
    return working_day_after(day, 0)


@cache
def _england() -> HolidayBase:
    # Works out a year's holidays when it is first asked about one, and keeps them.
    return holidays.country_holidays("UK", subdiv="ENG")
