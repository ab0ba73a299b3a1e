"""Checks by the Disclosure and Barring Service: level and day, never a number or a copy."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.involvement.checks.errors import CheckInFutureError
from app.domain.involvement.renewal import after_months
from app.domain.people.register.models import Person

PERSONAL: Final = {"class": "personal"}
MOST_MONTHS: Final = 120
NOT_IN_FUTURE: Final = "{} <= CAST(timezone('Europe/London', created_at) AS date)"


class DbsLevel(StrEnum):
    """From the least to the most that is looked at."""

    BASIC = "basic"
    STANDARD = "standard"
    ENHANCED = "enhanced"
    ENHANCED_BARRED = "enhanced_barred"


# A check of a higher level does for a lower one.
SUFFICES: Final[Mapping[DbsLevel, tuple[DbsLevel, ...]]] = {
    level: tuple(DbsLevel)[at:] for at, level in enumerate(DbsLevel)
}


class DbsPolicy(Entity):
    """After how many months the trust has a check of a level done again."""

    __tablename__ = "dbs_policy"
    __table_args__ = (
        UniqueConstraint("level"),
        CheckConstraint(f"months BETWEEN 1 AND {MOST_MONTHS}", name="months"),
    )

    level: Mapped[DbsLevel]
    months: Mapped[int]


class DbsCheck(Entity):
    """That a person's certificate was seen, of what level and day, and until when it counts."""

    __tablename__ = "dbs_check"
    __table_args__ = (
        CheckConstraint(NOT_IN_FUTURE.format("issued_on"), name="not_in_future"),
        CheckConstraint("expires_on > issued_on", name="expires_later"),
        UniqueConstraint("person_id", "level", "issued_on"),
        Index(None, "expires_on", "id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    level: Mapped[DbsLevel]
    issued_on: Mapped[date] = mapped_column(info=PERSONAL)
    expires_on: Mapped[date] = mapped_column(info=PERSONAL)
    seen_by: Mapped[UUID]

    @classmethod
    def seen(
        cls, person: Person, policy: DbsPolicy, issued_on: date, *, today: date, by: UUID
    ) -> "DbsCheck":
        """Note a certificate that somebody saw; raises PersonMergedError, CheckInFutureError."""
        person.unmerged()
        if issued_on > today:
            raise CheckInFutureError.at("#/issued_on", "After today", "not_in_future")
        return cls(
            person_id=person.id,
            level=policy.level,
            issued_on=issued_on,
            expires_on=after_months(issued_on, policy.months),
            seen_by=by,
        )
