"""The most that somebody wants to be paid in fees within a week or a month of their own."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.people.register.models import Person
from app.domain.reimbursements.caps.errors import CapStartError
from app.domain.reimbursements.caps.periods import CapPeriod, Period, period_of

PERSONAL: Final = {"class": "personal"}
MOST_PENCE: Final = 10_000_000
# From so many per cent of a cap on a fee comes near it; a figure of this service, of no law.
NEAR_PERCENT: Final = 80
_LAST_START: Final = {CapPeriod.WEEK: 7, CapPeriod.MONTH: 31}
_WHOLE: Final = 100


class CountedBy(StrEnum):
    """Which day of a fee says in which period it counts."""

    ACTIVITY_DAY = "activity_day"
    PAYMENT_DAY = "payment_day"


class CapLevel(StrEnum):
    WITHIN = "within"
    NEAR = "near"
    ABOVE = "above"


class PaymentCap(Entity):
    """A cap that a person sets for themselves; why they do is theirs alone, and asked nowhere.

    It warns before a fee is taken and never blocks one. Fees alone count. `starts_on` is an ISO
    weekday, or a day of the month that falls to the last day of shorter months.
    """

    __tablename__ = "payment_cap"
    __table_args__ = (
        CheckConstraint(f"most_pence BETWEEN 1 AND {MOST_PENCE}", name="most_pence"),
        CheckConstraint(
            "starts_on BETWEEN 1 AND CASE period WHEN 'week' THEN 7 ELSE 31 END",
            name="starts_on",
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), unique=True)
    most_pence: Mapped[int] = mapped_column(BigInteger, info=PERSONAL)
    period: Mapped[CapPeriod]
    starts_on: Mapped[int]
    counted_by: Mapped[CountedBy]
    set_by: Mapped[UUID]

    def startable(self) -> None:
        """Refuse a start that its period cannot have; raises CapStartError."""
        if not 1 <= self.starts_on <= _LAST_START[self.period]:
            raise CapStartError.at("#/starts_on", "No such day in the period", "starts_on")

    def counted_on(self, day: date, expected_on: date) -> date:
        """Give the day that counts of a fee's two: its activity's, or when payment is expected."""
        return day if self.counted_by is CountedBy.ACTIVITY_DAY else expected_on

    def period_of(self, day: date) -> Period:
        return period_of(day, self.period, self.starts_on)


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a fee of so many pence comes to the cap of its period."""

    period: Period
    most_pence: int
    so_far_pence: int
    pence: int

    @property
    def comes_to_pence(self) -> int:
        return self.so_far_pence + self.pence

    @property
    def left_pence(self) -> int:
        """Give what is left below the cap with this fee; 0 where it is reached or passed."""
        return max(self.most_pence - self.comes_to_pence, 0)

    @property
    def level(self) -> CapLevel:
        if self.comes_to_pence > self.most_pence:
            return CapLevel.ABOVE
        near = self.comes_to_pence * _WHOLE >= self.most_pence * NEAR_PERCENT
        return CapLevel.NEAR if near else CapLevel.WITHIN
