"""When an opportunity takes place, and the parts of the week that this takes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from app.core.clock import LONDON
from app.domain.involvement.opportunities.errors import OpportunityTimesError
from app.domain.people.register.models import Availability

LONGEST: Final = timedelta(hours=24)
_PARTS: Final = ((12, "morning"), (17, "afternoon"), (24, "evening"))  # until which hour
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR: Final = timedelta(hours=1)


class Time(NamedTuple):
    """From an aware instant until another, that one excluded."""

    starts_at: datetime
    ends_at: datetime


def checked(times: Iterable[Time]) -> list[Time]:
    """Give the times in order; raises OpportunityTimesError."""
    found = list(times)
    for at, time in enumerate(found):
        if not timedelta() < time.ends_at - time.starts_at <= LONGEST:
            raise OpportunityTimesError.at(f"#/times/{at}/ends_at", "Not within a day", "in_order")
    if len({time.starts_at for time in found}) < len(found):
        raise OpportunityTimesError.at("#/times", "Two begin together", "repeated")
    return sorted(found)


def slots(times: Iterable[Time]) -> list[Availability]:
    """Name every morning, afternoon and evening of the week in which a time lies, even in part."""
    found = set()
    for time in times:
        at = time.starts_at
        while at < time.ends_at:
            found.add(_slot(at))
            at += _HOUR
        found.add(_slot(time.ends_at - timedelta.resolution))
    return [each for each in Availability if each in found]


def _slot(instant: datetime) -> Availability:
    local = instant.astimezone(LONDON)
    part = next(name for until, name in _PARTS if local.hour < until)
    return Availability(f"{_DAYS[local.weekday()]}_{part}")
