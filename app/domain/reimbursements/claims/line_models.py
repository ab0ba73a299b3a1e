"""The lines of a claim, what it stands for, and its receipts."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Entity
from app.domain.reimbursements.claims.models import MOST_LINES, MOST_PENCE, PERSONAL, Claim
from app.domain.reimbursements.kinds import LineKind, Route, Vehicle
from app.domain.reimbursements.receipts.models import Receipt


class ClaimLine(Entity):
    """One thing that is claimed, as it was told, and what it comes to by which rate.

    Lines are changed while their claim is open, by the database's own rule. `told_pence` is what
    was paid for it, where no rate tells.
    """

    __tablename__ = "claim_line"
    __table_args__ = (
        UniqueConstraint("claim_id", "position"),
        CheckConstraint(f"position BETWEEN 1 AND {MOST_LINES}", name="position"),
        CheckConstraint(f"amount_pence BETWEEN 0 AND {MOST_PENCE}", name="amount_pence"),
        CheckConstraint(f"told_pence BETWEEN 1 AND {MOST_PENCE}", name="told_pence"),
        CheckConstraint("miles > 0 AND miles <= 24901", name="miles"),
        CheckConstraint("hours > 0 AND hours <= 24", name="hours"),
        CheckConstraint("hours_away > 0 AND hours_away <= 24", name="hours_away"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        CheckConstraint("passengers BETWEEN 0 AND 8", name="passengers"),
        Index(None, "day", postgresql_where="from_place IS NOT NULL"),
    )

    claim_id: Mapped[UUID] = mapped_column(ForeignKey(Claim.id))
    position: Mapped[int]
    kind: Mapped[LineKind]
    day: Mapped[date]
    level: Mapped[int | None]
    hours: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    miles: Mapped[Decimal | None] = mapped_column(Numeric(6, 1))
    vehicle: Mapped[Vehicle | None]
    passengers: Mapped[int | None]
    hours_away: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    told_pence: Mapped[int | None] = mapped_column(BigInteger)
    from_place: Mapped[str | None] = mapped_column(info=PERSONAL)
    to_place: Mapped[str | None] = mapped_column(info=PERSONAL)
    no_receipt_because: Mapped[str | None] = mapped_column(info=PERSONAL)
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    route: Mapped[Route]
    rate_id: Mapped[UUID | None]
    explanation: Mapped[str]


class ClaimOccasion(Base):
    """What a claim stands for, so that nothing is claimed by two: one kind, activity and day.

    Rows are kept by triggers on lines and on claims. A claim that tops another up has none.
    """

    __tablename__ = "claim_occasion"
    __table_args__ = (
        Index(
            "uq_claim_occasion_live",
            "participation_id",
            "kind",
            "day",
            unique=True,
            postgresql_where="live",
        ),
        {"info": {"unrecorded": "follows from lines and claims, by trigger"}},
    )

    claim_id: Mapped[UUID] = mapped_column(ForeignKey(Claim.id), primary_key=True)
    kind: Mapped[LineKind] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    participation_id: Mapped[UUID]
    live: Mapped[bool]


class ClaimReceipt(Base):
    """A receipt that belongs to a line of a claim, and to no other claim that is not ended."""

    __tablename__ = "claim_receipt"
    __table_args__ = (
        Index("uq_claim_receipt_live", "receipt_id", unique=True, postgresql_where="live"),
        Index(None, "receipt_id"),
        {"info": {"unrecorded": "belongs to the lines of its claim, which are recorded"}},
    )

    claim_id: Mapped[UUID] = mapped_column(ForeignKey(Claim.id), primary_key=True)
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey(Receipt.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    live: Mapped[bool] = mapped_column(default=True)
