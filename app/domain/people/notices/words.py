"""Days and times as messages tell them: in London, in full."""

from datetime import date, datetime

from app.core.clock import LONDON


def day(told: date) -> str:
    """Write a day: 1 December 2026."""
    return f"{told.day} {told:%B %Y}"


def span(starts_at: datetime, ends_at: datetime) -> str:
    """Write a time: Tuesday 1 December 2026, 10:00 to 12:00."""
    starts, ends = starts_at.astimezone(LONDON), ends_at.astimezone(LONDON)
    last = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{day(ends)}, {ends:%H:%M}"
    return f"{starts:%A} {day(starts)}, {starts:%H:%M} to {last}"
