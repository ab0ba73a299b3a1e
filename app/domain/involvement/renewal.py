"""How long a check or a course counts, and when somebody is warned that it ends; all pure."""

import calendar
from datetime import date
from enum import StrEnum
from typing import Final

_MONTHS: Final = 12


class Warned(StrEnum):
    """The nearest of the days before the end on which somebody is warned; or it has ended."""

    IN_60_DAYS = "in_60_days"
    IN_30_DAYS = "in_30_days"
    IN_7_DAYS = "in_7_days"
    EXPIRED = "expired"


# Days left at most, nearest end first (domain reference 4.3: 60, 30 and 7 days).
STEPS: Final = (
    (0, Warned.EXPIRED),
    (7, Warned.IN_7_DAYS),
    (30, Warned.IN_30_DAYS),
    (60, Warned.IN_60_DAYS),
)


def after_months(day: date, months: int) -> date:
    """Give the same day so many months later, or the last of its month where it has no such day."""
    at = day.year * _MONTHS + day.month - 1 + months
    year, month = at // _MONTHS, at % _MONTHS + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def warned(expires_on: date, today: date) -> Warned | None:
    """Tell how near the end is; `expires_on` is the first day on which it no longer counts."""
    left = (expires_on - today).days
    return next((step for most, step in STEPS if left <= most), None)
