"""The ledger: double entry, only added to, summing to zero at every commit.

A debit is positive, a credit negative. What each kind of posting books:

    reservation       debit commitments,  credit commitments_control
    release           debit commitments_control,  credit commitments
    payment           as a release, and debit expense, credit the clearing account of its route
    return, reversal  the entries of another posting, each with its sign turned
    voucher_purchase  debit voucher_stock,  credit bank
    voucher_issue     as a release, and debit expense, credit voucher_stock
    voucher_void      debit voucher_loss,  credit voucher_stock
    advance_payment   debit advances,  credit bank
    advance_settlement  debit expense,  credit advances
"""

from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.involvement.checks.models import NOT_IN_FUTURE
from app.domain.people.register.models import Person
from app.domain.reimbursements.kinds import LineKind

CURRENCY: Final = "GBP"


class Account(StrEnum):
    # What is approved and not yet paid, by budget.
    COMMITMENTS = "commitments"
    # The other side of commitments, so that they balance and owe nobody anything.
    COMMITMENTS_CONTROL = "commitments_control"
    # What involvement has cost, by budget.
    EXPENSE = "expense"
    # What payroll pays out for us.
    PAYROLL_CLEARING = "payroll_clearing"
    # What accounts payable pays out for us.
    PAYABLES_CLEARING = "payables_clearing"
    # What people gave to a charity instead.
    CHARITY_CLEARING = "charity_clearing"
    # What the vouchers in stock are worth.
    VOUCHER_STOCK = "voucher_stock"
    # What voided vouchers had cost, until finance writes it off.
    VOUCHER_LOSS = "voucher_loss"
    # What was paid directly.
    BANK = "bank"
    # What people were paid in advance, and no claim accounts for yet.
    ADVANCES = "advances"


class PostingKind(StrEnum):
    RESERVATION = "reservation"
    RELEASE = "release"
    PAYMENT = "payment"
    RETURN = "return"
    REVERSAL = "reversal"
    VOUCHER_PURCHASE = "voucher_purchase"
    VOUCHER_ISSUE = "voucher_issue"
    VOUCHER_VOID = "voucher_void"
    ADVANCE_PAYMENT = "advance_payment"
    ADVANCE_SETTLEMENT = "advance_settlement"


# Vouchers are in one's hands, whatever the books say; and what was turned is not turned again.
REVERSIBLE: Final = frozenset({PostingKind.RESERVATION, PostingKind.RELEASE, PostingKind.PAYMENT})
# What is some budget's.
BUDGETED: Final = frozenset({Account.COMMITMENTS, Account.COMMITMENTS_CONTROL, Account.EXPENSE})
_BUDGETED: Final = ", ".join(f"'{each}'" for each in sorted(BUDGETED))


class Posting(Entity):
    """Entries that belong together; rows are added and never changed.

    `once` says what it is posted for, so that nothing is posted twice. `entries` is how many
    there are, so that none joins later. `words` names nobody.
    """

    __tablename__ = "ledger_posting"
    __table_args__ = (
        UniqueConstraint("once"),
        UniqueConstraint("reverses_id"),
        UniqueConstraint("id", "budget_id"),
        CheckConstraint("entries >= 2", name="entries"),
        CheckConstraint(
            "(kind = 'return' OR kind = 'reversal') = (reverses_id IS NOT NULL)", name="reverses"
        ),
        CheckConstraint(NOT_IN_FUTURE.format("day"), name="not_in_future"),
        Index(None, "budget_id", "id"),
        Index(None, "claim_id", postgresql_where="claim_id IS NOT NULL"),
        Index(None, "payment_id", postgresql_where="payment_id IS NOT NULL"),
        Index(None, "day"),
    )

    kind: Mapped[PostingKind]
    once: Mapped[str]
    day: Mapped[date]
    budget_id: Mapped[UUID | None] = mapped_column(ForeignKey("budget.id"))
    claim_id: Mapped[UUID | None]
    payment_id: Mapped[UUID | None]
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_posting.id"))
    made_by: Mapped[UUID]
    words: Mapped[str | None]
    entries: Mapped[int]


class LedgerEntry(Entity):
    """One side of a posting; rows are added and never changed."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        ForeignKeyConstraint(["posting_id", "budget_id"], [Posting.id, Posting.budget_id]),
        CheckConstraint("amount_pence <> 0", name="amount_pence"),
        CheckConstraint(f"currency = '{CURRENCY}'", name="currency"),
        CheckConstraint(f"budget_id IS NOT NULL OR account NOT IN ({_BUDGETED})", name="budgeted"),
        Index(None, "posting_id"),
        Index(None, "budget_id", "id"),
        Index(None, "person_id", "id"),
    )

    posting_id: Mapped[UUID] = mapped_column(ForeignKey(Posting.id))
    account: Mapped[Account]
    budget_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    line_kind: Mapped[LineKind | None]
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(default=CURRENCY)
