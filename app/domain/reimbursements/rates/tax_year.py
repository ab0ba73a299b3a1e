"""The tax year of the United Kingdom: from 6 April to 5 April."""

from datetime import date


def tax_year(day: date) -> int:
    """Give the calendar year in which the tax year of a day began: 2025 for 5 April 2026."""
    return day.year if (day.month, day.day) >= (4, 6) else day.year - 1


def first_day(year: int) -> date:
    """Give the first day of the tax year that begins in a calendar year."""
    return date(year, 4, 6)
