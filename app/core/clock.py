from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


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
