"""Names of periods: `2026-03`, `2026-W10`, `2025-26`, `2025-26-Q4` (financial years)."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum


class Per(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Per.MONTH: 1, Per.QUARTER: 3, Per.YEAR: 12}
_APRIL = 3  # months after January
_QUARTERS = 4

# A day's period in SQL, by the same rules; the financial year begins on 1 April.
SQL = {
    Per.WEEK: "to_char({day}, 'IYYY-\"W\"IW')",
    Per.MONTH: "to_char({day}, 'YYYY-MM')",
    Per.QUARTER: (
        "to_char({day} - interval '3 months', 'YYYY-')"
        " || to_char({day} + interval '9 months', 'YY\"-Q\"Q')"
    ),
    Per.YEAR: (
        "to_char({day} - interval '3 months', 'YYYY-')"
        " || to_char({day} + interval '9 months', 'YY')"
    ),
}


def name(day: date, per: Per) -> str:
    """Name the period in which a day falls."""
    if per is Per.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    if per is Per.MONTH:
        return f"{day:%Y-%m}"
    start = day.year if day.month >= 4 else day.year - 1  # noqa: PLR2004  April
    financial = f"{start}-{(start + 1) % 100:02}"
    return financial if per is Per.YEAR else f"{financial}-Q{(day.month - 4) % 12 // 3 + 1}"


def start(day: date, per: Per) -> date:
    """Give the first day of the month, quarter or financial year that a day is in."""
    months = _MONTHS[per]
    at = day.year * 12 + day.month - 1 - _APRIL
    year, month = divmod(at - at % months + _APRIL, 12)
    return date(year, month + 1, 1)


def first_day(name: str, per: Per) -> date:
    """Give the first day of the month, quarter or financial year of this name."""
    year, part = int(name[:4]), int(name[-1]) if per is Per.QUARTER else 1
    if per is Per.MONTH:
        return date(year, int(name[5:]), 1)
    return date(year + (part == _QUARTERS), 3 * part % 12 + 1, 1)


def following(day: date, per: Per) -> date:
    """Give the first day after the month, quarter or financial year that a day is in."""
    year, month = divmod(day.year * 12 + day.month - 1 + _MONTHS[per], 12)
    return start(date(year, month + 1, 1), per)


def cover(first: date, last: date) -> Iterator[tuple[Per, date]]:
    """Name the fewest years, quarters and months that make up a range of whole months, in order.

    Each comes with its first day.
    """
    while first <= last:
        per = next(
            per
            for per in (Per.YEAR, Per.QUARTER, Per.MONTH)
            if start(first, per) == first and following(first, per) <= last + timedelta(1)
        )
        yield per, first
        first = following(first, per)


def whole_months(first: date, last: date) -> bool:
    """Tell whether a range, both days included, is made of whole calendar months."""
    return first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]
