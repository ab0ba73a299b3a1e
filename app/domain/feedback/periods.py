"""Names of periods: `2026-03`, `2026-W10`, `2025-26`, `2025-26-Q4` (financial years)."""

import calendar
from datetime import date
from enum import StrEnum


class Per(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


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


def whole_months(first: date, last: date) -> bool:
    """Tell whether a range, both days included, is made of whole calendar months."""
    return first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]
