"""England's working days: Mondays to Fridays that are no bank holidays."""

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=256)
def working_day_after(day: date, number: int) -> date:
    """Give the n-th working day after a day; the first is the next working day."""
    england = holidays.country_holidays("UK", subdiv="ENG")
    return england.get_nth_working_day(day, number)
