"""What is paid of an approved claim by each route, and the runs that pay it.

A payment's status, and what may follow it; it begins when a run takes it:

    taken -> sent | void
    sent  -> paid | returned
    paid  -> returned

What came back is paid again by a new payment, which takes its place. A run's status:

    made -> released | void
    released -> settled
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy import Sequence as Numbers
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base, Entity
from app.domain.people.register.models import Person
from app.domain.reimbursements.budgets.models import Budget
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.layouts.models import PaymentLayout
from app.domain.reimbursements.payees.charities.models import Charity
from app.domain.reimbursements.payments.errors import (
    PaymentRunReleaserError,
    PaymentRunStatusError,
)

NUMBERS: Final = Numbers("payment_run_number", metadata=Base.metadata)


class PaymentStatus(StrEnum):
    TAKEN = "taken"
    SENT = "sent"
    PAID = "paid"
    RETURNED = "returned"
    VOID = "void"


class RunStatus(StrEnum):
    MADE = "made"
    RELEASED = "released"
    SETTLED = "settled"
    VOID = "void"


class PaymentRun(Entity):
    """Payments of one route that go out together, made by one person and released by another.

    Its file is written once, with the days on which the banks move it, and kept with its hash.
    """

    __tablename__ = "payment_run"
    __table_args__ = (
        CheckConstraint("released_by <> created_by", name="released_by_another"),
        CheckConstraint(
            "(status = 'released' OR status = 'settled') = (released_by IS NOT NULL)"
            " AND (released_by IS NULL) = (released_at IS NULL)",
            name="released",
        ),
        CheckConstraint("payments >= 0 AND total_pence >= 0", name="pays"),
        CheckConstraint(
            "input_on <= processing_on AND processing_on <= arrival_on", name="days_in_order"
        ),
        Index(None, "status", "id"),
    )

    number: Mapped[int] = mapped_column(
        Integer, NUMBERS, server_default=NUMBERS.next_value(), unique=True
    )
    route: Mapped[Route]
    layout_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentLayout.id), index=True)
    status: Mapped[RunStatus] = mapped_column(default=RunStatus.MADE)
    payments: Mapped[int]
    total_pence: Mapped[int] = mapped_column(BigInteger)
    made_on: Mapped[date]
    input_on: Mapped[date]
    processing_on: Mapped[date]
    arrival_on: Mapped[date]
    file_name: Mapped[str]
    file_bytes: Mapped[int]
    file_sha256: Mapped[str]
    created_by: Mapped[UUID]
    released_by: Mapped[UUID | None]
    released_at: Mapped[datetime | None]

    def release(self, *, by: UUID) -> None:
        """Let it go out; raises PaymentRunStatusError, PaymentRunReleaserError."""
        self.stands(RunStatus.MADE)
        if by == self.created_by:
            raise PaymentRunReleaserError
        self.status, self.released_by, self.released_at = RunStatus.RELEASED, by, now()

    def void(self) -> None:
        """Let it not go out, before it has; raises PaymentRunStatusError."""
        self.stands(RunStatus.MADE)
        self.status = RunStatus.VOID

    def stands(self, *statuses: RunStatus) -> None:
        """Refuse where it stands otherwise; raises PaymentRunStatusError."""
        if self.status not in statuses:
            raise PaymentRunStatusError(f"It is {self.status}", state=self.status)


class PaymentFile(Base):
    """The file of a run as it was written, sealed: the same bytes for ever."""

    __tablename__ = "payment_file"
    __table_args__ = {"info": {"unrecorded": "is written with its run, and never again"}}  # noqa: RUF012  SQLAlchemy's form

    run_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentRun.id), primary_key=True)
    sealed: Mapped[str] = mapped_column(info={"class": "personal"})


class PaymentFileRead(Entity):
    """That somebody downloaded a run's file; rows are added and never changed."""

    __tablename__ = "payment_file_read"
    __table_args__ = (Index(None, "run_id", "id"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentRun.id))
    read_by: Mapped[UUID]


class ClaimPayment(Entity):
    """What a run pays of a claim by its route, out of one budget.

    `reference` is what files and results name it by. One that came back stays, and `replaced`
    says that another was made in its place. Vouchers are in no run: somebody hands them over.
    """

    __tablename__ = "claim_payment"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint("amount_pence > 0", name="amount_pence"),
        CheckConstraint("(route = 'charity') = (charity_id IS NOT NULL)", name="to_a_charity"),
        CheckConstraint(
            "num_nonnulls(run_id, issued_by) = 1 AND (route = 'voucher') = (issued_by IS NOT NULL)",
            name="in_a_run",
        ),
        CheckConstraint("NOT replaced OR status = 'returned'", name="replaced"),
        CheckConstraint(
            "(status = 'returned') = (returned_because IS NOT NULL)", name="returned_because"
        ),
        Index(
            "uq_claim_payment_live",
            "claim_id",
            "route",
            unique=True,
            postgresql_where="status <> 'void' AND NOT replaced",
        ),
        Index(None, "run_id", "id"),
        Index(None, "person_id", "id"),
        Index(None, "budget_id"),
        Index(None, "charity_id"),
        Index(None, "paid_on", postgresql_where="status = 'paid'"),
    )

    claim_id: Mapped[UUID] = mapped_column(ForeignKey(Claim.id), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    budget_id: Mapped[UUID] = mapped_column(ForeignKey(Budget.id))
    route: Mapped[Route]
    charity_id: Mapped[UUID | None] = mapped_column(ForeignKey(Charity.id))
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    reference: Mapped[str]
    status: Mapped[PaymentStatus] = mapped_column(default=PaymentStatus.TAKEN)
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey(PaymentRun.id))
    issued_by: Mapped[UUID | None]
    paid_on: Mapped[date | None]
    returned_because: Mapped[str | None]
    replaced: Mapped[bool] = mapped_column(default=False)
