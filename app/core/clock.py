import calendar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_YEAR = 12


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  the one place allowed to read the clock


def today() -> date:
    return london_day(now())


def london_day(instant: datetime) -> date:
    """Give the calendar day on which an aware instant falls in England."""
    return instant.astimezone(LONDON).date()


def midnight(day: date) -> datetime:
    """Give the UTC midnight that stands for a calendar day inside an id."""
    return datetime.combine(day, time(), UTC)


def months_after(day: date, months: int) -> date:
    """Give the same day of a later month, or the last day of a month that is shorter."""
    years, month = divmod(day.month - 1 + months, _YEAR)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
