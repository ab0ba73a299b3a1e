"""Money in advance, or travel that the trust books, for people who cannot pay first.

An advance's status, and what may follow it:

    asked  -> agreed | declined
    agreed -> paid      (money)
            | booked    (travel)
    paid   -> settled

Money that was paid is settled against the claims of its activity. Whoever decides neither asked
nor acted for the person, and somebody else pays.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.involvement.opportunities.models import Opportunity
from app.domain.involvement.participation.models import Participation
from app.domain.organisation.models import Directorate
from app.domain.people.register.models import Person
from app.domain.reimbursements.advances.errors import (
    AdvanceAboveError,
    AdvanceHandsError,
    AdvanceReasonError,
    AdvanceSelfError,
    AdvanceSettledError,
    AdvanceStatusError,
)
from app.domain.reimbursements.claims.models import Claim

PERSONAL: Final = {"class": "personal"}
MOST_PENCE: Final = 10_000_000


class AdvanceKind(StrEnum):
    ADVANCE = "advance"
    BOOKED_TRAVEL = "booked_travel"


class AdvanceStatus(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    PAID = "paid"
    SETTLED = "settled"
    BOOKED = "booked"


S = AdvanceStatus
_DONE: Final = {AdvanceKind.ADVANCE: S.PAID, AdvanceKind.BOOKED_TRAVEL: S.BOOKED}
FOLLOWING: Final[Mapping[S, tuple[S, ...]]] = {
    S.ASKED: (S.AGREED, S.DECLINED),
    S.AGREED: (S.PAID, S.BOOKED),
    S.DECLINED: (),
    S.PAID: (S.SETTLED,),
    S.SETTLED: (),
    S.BOOKED: (),
}


class Advance(Entity):
    """What somebody asks for before an activity: so many pence, or travel that the trust books.

    `reference` is what the payment or the booking is found by. `settled_pence` is how much of the
    money claims have been reduced by; the rows of `AdvanceSettlement` say which claims.
    """

    __tablename__ = "advance"
    __table_args__ = (
        CheckConstraint(f"pence BETWEEN 1 AND {MOST_PENCE}", name="pence"),
        CheckConstraint(
            "(kind = 'advance') = (pence IS NOT NULL)"
            " AND (kind = 'booked_travel') = (travel_on IS NOT NULL)"
            " AND (kind = 'booked_travel' OR num_nonnulls(what, from_place, to_place) = 0)",
            name="parts",
        ),
        CheckConstraint(
            "CASE status WHEN 'paid' THEN kind = 'advance' WHEN 'settled' THEN kind = 'advance'"
            " WHEN 'booked' THEN kind = 'booked_travel' ELSE true END",
            name="status_of_kind",
        ),
        CheckConstraint(
            "num_nonnulls(decided_by, decided_on) = CASE status WHEN 'asked' THEN 0 ELSE 2 END"
            " AND num_nonnulls(done_by, done_on) = CASE WHEN status = 'asked'"
            " OR status = 'agreed' OR status = 'declined' THEN 0 ELSE 2 END",
            name="by_somebody",
        ),
        CheckConstraint("(status = 'declined') = (reason IS NOT NULL)", name="reasoned"),
        CheckConstraint(
            "settled_pence BETWEEN 0 AND coalesce(pence, 0)"
            " AND (settled_pence = 0 OR status = 'paid' OR status = 'settled')"
            " AND (status = 'settled') = (settled_pence > 0 AND settled_pence = pence)",
            name="settled_pence",
        ),
        Index(
            "uq_advance_money_once",
            "participation_id",
            unique=True,
            postgresql_where="kind = 'advance' AND status <> 'declined'",
        ),
        Index(None, "person_id", "id"),
        Index(None, "status", "id"),
        Index(None, "directorate_id", "id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    participation_id: Mapped[UUID] = mapped_column(ForeignKey(Participation.id), index=True)
    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey(Opportunity.id), index=True)
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id))
    kind: Mapped[AdvanceKind]
    pence: Mapped[int | None] = mapped_column(BigInteger)
    what: Mapped[str | None] = mapped_column(info=PERSONAL)
    from_place: Mapped[str | None] = mapped_column(info=PERSONAL)
    to_place: Mapped[str | None] = mapped_column(info=PERSONAL)
    travel_on: Mapped[date | None]
    status: Mapped[AdvanceStatus] = mapped_column(default=AdvanceStatus.ASKED)
    asked_by: Mapped[UUID]
    on_behalf: Mapped[bool]
    decided_by: Mapped[UUID | None]
    decided_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(info=PERSONAL)
    done_by: Mapped[UUID | None]
    done_on: Mapped[date | None]
    reference: Mapped[str | None] = mapped_column(info=PERSONAL)
    settled_pence: Mapped[int] = mapped_column(BigInteger, default=0)

    def within(self, most_pence: int) -> None:
        """Refuse more than is paid in advance; raises AdvanceAboveError."""
        if self.pence is not None and self.pence > most_pence:
            told = AdvanceAboveError.at("#/need/pence", "More than is paid in advance", "above")
            raise told

    def decide(self, reason: str | None, *, agreed: bool, by: UUID, today: date) -> None:
        """Agree, or decline with a reason.

        Raises AdvanceSelfError, AdvanceReasonError, AdvanceStatusError.
        """
        if by in (self.asked_by, self.person_id):
            raise AdvanceSelfError
        if agreed != (reason is None):
            raise AdvanceReasonError.at("#/reason", "Needed to decline, and then alone", "reason")
        self._turn(S.AGREED if agreed else S.DECLINED)
        self.reason = reason
        self.decided_by, self.decided_on = by, today

    def pay(self, reference: str, *, by: UUID, today: date) -> None:
        """Note that the money was paid; raises AdvanceHandsError, AdvanceStatusError."""
        if by == self.decided_by:
            raise AdvanceHandsError
        self._do(AdvanceKind.ADVANCE, reference, by, today)

    def book(self, reference: str, *, by: UUID, today: date) -> None:
        """Note that the travel was booked; raises AdvanceStatusError."""
        self._do(AdvanceKind.BOOKED_TRAVEL, reference, by, today)

    @property
    def outstanding_pence(self) -> int:
        """Give what no claim accounts for yet, of money that was paid."""
        return 0 if self.status is not S.PAID else (self.pence or 0) - self.settled_pence

    def settle(self, pence: int) -> None:
        """Settle so many pence of what is outstanding; raises AdvanceSettledError."""
        if pence > self.outstanding_pence:
            raise AdvanceSettledError(outstanding_pence=self.outstanding_pence)
        self.settled_pence += pence
        if self.settled_pence == self.pence:
            self._turn(S.SETTLED)

    def _do(self, kind: AdvanceKind, reference: str, by: UUID, today: date) -> None:
        if self.kind is not kind:
            raise AdvanceStatusError(f"It is {self.kind}", state=self.status)
        self._turn(_DONE[kind])
        self.reference = reference
        self.done_by, self.done_on = by, today

    def _turn(self, status: S) -> None:
        if status not in FOLLOWING[self.status]:
            raise AdvanceStatusError(f"It is {self.status}", state=self.status)
        self.status = status


class AdvanceSettlement(Entity):
    """How much of an advance a claim accounts for; rows are added and never changed."""

    __tablename__ = "advance_settlement"
    __table_args__ = (
        UniqueConstraint("advance_id", "claim_id"),
        CheckConstraint("pence > 0", name="pence"),
    )

    advance_id: Mapped[UUID] = mapped_column(ForeignKey(Advance.id))
    claim_id: Mapped[UUID] = mapped_column(ForeignKey(Claim.id), index=True)
    pence: Mapped[int] = mapped_column(BigInteger)
