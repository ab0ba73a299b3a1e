"""Rate cards: what a scheme pays from a day until another.

A card's status, and what may follow it:

    draft    -> proposed | withdrawn
    proposed -> active | withdrawn
    active   -> superseded

One person proposes a card, and confirms its source by that; another activates it. An active card
is never edited: a successor ends it where it begins, or supersedes it where both begin together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Entity
from app.domain.reimbursements.kinds import LineKind, Vehicle
from app.domain.reimbursements.rates.errors import (
    RateCardIncompleteError,
    RateCardOverlapError,
    RateCardPeriodError,
    RateCardSamePersonError,
    RateCardStatusError,
)
from app.domain.reimbursements.rates.units import MostPer, RateUnit

MOST_PENCE: Final = 10_000_000
LEVELS: Final = 4


class Scheme(StrEnum):
    """Whose rates a card holds."""

    PPV = "ppv"
    NIHR = "nihr"
    HMRC = "hmrc"
    AFC = "afc"
    TRUST = "trust"


class RateCardStatus(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


FOLLOWING: Final[Mapping[RateCardStatus, tuple[RateCardStatus, ...]]] = {
    RateCardStatus.DRAFT: (RateCardStatus.PROPOSED, RateCardStatus.WITHDRAWN),
    RateCardStatus.PROPOSED: (RateCardStatus.ACTIVE, RateCardStatus.WITHDRAWN),
    RateCardStatus.ACTIVE: (RateCardStatus.SUPERSEDED,),
    RateCardStatus.SUPERSEDED: (),
    RateCardStatus.WITHDRAWN: (),
}


@dataclass(frozen=True, slots=True)
class Days:
    """The days from one until before another."""

    first: date
    end: date


class RateCard(Entity):
    """What a scheme pays for activities of the days from `valid_from` until before `valid_to`.

    `shipped` marks a card that came active with the service, its source confirmed. `alters_from`
    is the first day, of those gone by when the card was activated, that it prices anew.
    """

    __tablename__ = "rate_card"
    __table_args__ = (
        CheckConstraint("valid_from < valid_to", name="in_order"),
        CheckConstraint("activated_by <> proposed_by", name="activated_by_another"),
        CheckConstraint(
            "(proposed_by IS NULL) = (proposed_on IS NULL)"
            " AND (activated_by IS NULL) = (activated_on IS NULL)",
            name="by_somebody",
        ),
        CheckConstraint(
            "CASE status WHEN 'draft' THEN num_nonnulls(proposed_by, activated_by) = 0"
            " WHEN 'proposed' THEN source_confirmed AND proposed_by IS NOT NULL"
            " AND activated_by IS NULL"
            " WHEN 'withdrawn' THEN activated_by IS NULL"
            " ELSE source_confirmed AND num_nonnulls(proposed_by, activated_by)"
            " = CASE WHEN shipped THEN 0 ELSE 2 END END",
            name="two_people",
        ),
        CheckConstraint("alters_from <= activated_on", name="alters_from"),
        ExcludeConstraint(
            ("scheme", "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_rate_card_once",
            using="gist",
            where=text("status = 'active'"),
        ),
        Index(None, "scheme", "valid_from"),
    )

    scheme: Mapped[Scheme]
    title: Mapped[str]
    source: Mapped[str]
    source_confirmed: Mapped[bool] = mapped_column(default=False)
    shipped: Mapped[bool] = mapped_column(default=False)
    status: Mapped[RateCardStatus] = mapped_column(default=RateCardStatus.DRAFT)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    drafted_by: Mapped[UUID | None]
    proposed_by: Mapped[UUID | None]
    proposed_on: Mapped[date | None]
    activated_by: Mapped[UUID | None]
    activated_on: Mapped[date | None]
    alters_from: Mapped[date | None]

    def draft(self, told: Mapping[str, Any]) -> None:
        """Take what is told of a draft; raises RateCardStatusError, RateCardPeriodError."""
        if self.status is not RateCardStatus.DRAFT:
            raise RateCardStatusError(f"It is {self.status}", state=self.status)
        for name, value in told.items():
            setattr(self, name, value)
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise RateCardPeriodError.at("#/valid_to", "Not after valid_from", "in_order")
        self.updated_at = now()  # its rates are part of it: its version tells of theirs too

    def propose(self, rates: Sequence["Rate"], *, by: UUID, today: date) -> None:
        """Confirm the source, and propose the card for another to activate.

        Raises RateCardStatusError, RateCardIncompleteError.
        """
        self._turn(RateCardStatus.PROPOSED)
        if not rates or any(rate.unset for rate in rates):
            raise RateCardIncompleteError(unset=sum(rate.unset for rate in rates))
        self.source_confirmed = True
        self.proposed_by, self.proposed_on = by, today

    def activatable(self, by: UUID) -> None:
        """Refuse who proposed the card; raises RateCardSamePersonError, RateCardStatusError."""
        if by == self.proposed_by:
            raise RateCardSamePersonError
        self._may_turn(RateCardStatus.ACTIVE)

    def activate(self, *, by: UUID, today: date) -> None:
        """Let the card hold; raises what `activatable` does."""
        self.activatable(by)
        self._turn(RateCardStatus.ACTIVE)
        self.activated_by, self.activated_on = by, today
        self.alters_from = self.valid_from if self.valid_from <= today else None

    def withdraw(self) -> None:
        """Take a card back that was never active; raises RateCardStatusError."""
        self._turn(RateCardStatus.WITHDRAWN)

    def give_way(self, successor: "RateCard") -> None:
        """End where a successor begins; raises RateCardOverlapError.

        The successor holds to this card's end or longer, so that no day is left without a rate,
        and a card that begins later than its successor is none that it follows.
        """
        ends_before = successor.valid_to is not None and (
            self.valid_to is None or self.valid_to > successor.valid_to
        )
        if ends_before or self.valid_from > successor.valid_from:
            raise RateCardOverlapError(card_id=str(self.id))
        if self.valid_from == successor.valid_from:
            self._turn(RateCardStatus.SUPERSEDED)
        else:
            self.valid_to = successor.valid_from

    def altered(self) -> Days | None:
        """Tell which days, gone by when the card was activated, it prices anew."""
        if self.alters_from is None or self.activated_on is None:
            return None
        end = self.activated_on + timedelta(1)
        return Days(self.alters_from, end if self.valid_to is None else min(end, self.valid_to))

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def _may_turn(self, status: RateCardStatus) -> None:
        if status not in FOLLOWING[self.status]:
            raise RateCardStatusError(f"It is {self.status}", state=self.status)

    def _turn(self, status: RateCardStatus) -> None:
        self._may_turn(status)
        self.status = status


class Rate(Entity):
    """One rate of a card, at its place there; `pence` may go below the penny.

    `up_to_hours` limits a fee's tier: a half day has 4. `block_hours` is the length of a block.
    `over_hours` is what a time away is longer than, `over_miles` the miles in a tax year above
    which a mileage rate begins. `percent` is a share of the involvement fee. `most_pence` limits
    what is paid back by receipt. A draft may leave the figure out, for somebody to set.
    """

    __tablename__ = "rate"
    __table_args__ = (
        CheckConstraint(
            "CASE unit WHEN 'mile' THEN kind = 'mileage'"
            " WHEN 'passenger_mile' THEN kind = 'mileage'"
            " WHEN 'time_away' THEN kind = 'subsistence'"
            " WHEN 'fee_share' THEN kind = 'cancellation'"
            " WHEN 'actual' THEN kind <> 'involvement_fee' AND kind <> 'preparation'"
            " AND kind <> 'cancellation' AND kind <> 'mileage' AND kind <> 'subsistence'"
            " ELSE kind = 'involvement_fee' OR kind = 'preparation' OR kind = 'cancellation' END",
            name="unit_of_kind",
        ),
        CheckConstraint(
            f"pence BETWEEN 0 AND {MOST_PENCE} AND (pence IS NULL"
            " OR unit <> 'fee_share' AND unit <> 'actual') AND percent BETWEEN 0 AND 100"
            " AND (percent IS NULL OR unit = 'fee_share')",
            name="figure",
        ),
        CheckConstraint(
            f"level BETWEEN 1 AND {LEVELS}"
            " AND (level IS NULL OR kind = 'involvement_fee' OR kind = 'preparation'"
            " OR kind = 'cancellation')"
            " AND (vehicle IS NOT NULL) = (unit = 'mile')"
            " AND (block_hours IS NOT NULL) = (unit = 'block')"
            " AND (over_hours IS NOT NULL) = (unit = 'time_away')"
            " AND (over_miles IS NOT NULL) = (unit = 'mile')"
            " AND (up_to_hours IS NULL OR unit = 'hour' OR unit = 'half_day' OR unit = 'day'"
            " OR unit = 'block')"
            " AND (up_to_hours IS NOT NULL OR unit <> 'half_day')"
            " AND up_to_hours > 0 AND block_hours > 0 AND over_hours >= 0 AND over_miles >= 0",
            name="limits",
        ),
        CheckConstraint(
            "(most_pence IS NULL) = (most_per IS NULL)"
            " AND (most_pence IS NULL OR unit = 'actual')"
            f" AND most_pence BETWEEN 1 AND {MOST_PENCE}",
            name="most",
        ),
        UniqueConstraint(
            "card_id",
            "kind",
            "level",
            "vehicle",
            "up_to_hours",
            "over_hours",
            "over_miles",
            name="uq_rate_holding",
            postgresql_nulls_not_distinct=True,
        ),
    )

    card_id: Mapped[UUID] = mapped_column(ForeignKey(RateCard.id))
    place: Mapped[int]
    kind: Mapped[LineKind]
    unit: Mapped[RateUnit]
    label: Mapped[str | None]
    level: Mapped[int | None]
    vehicle: Mapped[Vehicle | None]
    pence: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    up_to_hours: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    block_hours: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    over_hours: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    over_miles: Mapped[Decimal | None] = mapped_column(Numeric(6, 1))
    most_pence: Mapped[int | None] = mapped_column(BigInteger)
    most_per: Mapped[MostPer | None]

    @property
    def unset(self) -> bool:
        """Tell whether somebody has yet to say how much it is."""
        if self.unit is RateUnit.FEE_SHARE:
            return self.percent is None
        return self.unit is not RateUnit.ACTUAL and self.pence is None
