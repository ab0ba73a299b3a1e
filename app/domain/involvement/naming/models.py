"""Rules on days, and on who is named, that several registers share; each is a CHECK as well."""

from datetime import date
from typing import Final
from uuid import UUID

from app.domain.involvement.naming.errors import (
    DayInFutureError,
    PeriodOrderError,
    PersonOrStaffError,
)

IN_ORDER: Final = "valid_to IS NULL OR valid_to > valid_from"
ONE_NAMED: Final = "num_nonnulls(person_id, user_id) = 1"
TODAY: Final = "(now() AT TIME ZONE 'Europe/London')::date"


def in_order(valid_from: date, valid_to: date | None) -> None:
    """Refuse a period without a day; `valid_to` is the first one outside."""
    if valid_to is not None and valid_to <= valid_from:
        raise PeriodOrderError.at("#/valid_to", "Not after it begins", "in_order")


def not_after(today: date, day: date | None, field: str) -> None:
    """Refuse that something was done on a day that is still to come."""
    if day is not None and day > today:
        raise DayInFutureError.at(f"#/{field}", "After today", "in_future")


def one_named(person_id: UUID | None, user_id: UUID | None) -> None:
    """Refuse nobody, and two at once."""
    if (person_id is None) == (user_id is None):
        raise PersonOrStaffError.at("#/person_id", "Name one of the two", "one_named")
