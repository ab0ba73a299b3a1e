"""Cost centres, and what each may spend in a period.

What is committed, spent and billed is kept by trigger, so that the row's one constraint compares
the sum with the amount, whoever adds to it at the same time.
"""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.identity.models import User
from app.domain.involvement.fund.models import FundApplication
from app.domain.organisation.models import Directorate
from app.domain.reimbursements.budgets.errors import (
    BudgetAmountError,
    BudgetExceededError,
    BudgetOfAwardError,
    BudgetPeriodError,
)
from app.domain.reimbursements.kinds import LineKind

MOST_PENCE: Final = 10_000_000_000


class CostCentre(Entity):
    """Where the general ledger counts a cost; one of no directorate is the whole trust's."""

    __tablename__ = "cost_centre"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id), index=True)


class BudgetHolder(Entity):
    """A user who answers for what a cost centre spends."""

    __tablename__ = "budget_holder"
    __table_args__ = (UniqueConstraint("cost_centre_id", "user_id"),)

    cost_centre_id: Mapped[UUID] = mapped_column(ForeignKey(CostCentre.id))
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)


class BudgetAccount(Entity):
    """The general ledger's account that a kind of line is booked to, at a cost centre."""

    __tablename__ = "budget_account"
    __table_args__ = (UniqueConstraint("cost_centre_id", "line_kind"),)

    cost_centre_id: Mapped[UUID] = mapped_column(ForeignKey(CostCentre.id))
    line_kind: Mapped[LineKind]
    gl_account: Mapped[str]


class Budget(Entity):
    """What a cost centre may spend from a day to another, both included.

    An award of the co-production fund is a budget too; `billed_pence` are the bills noted at
    the fund itself, which no claim is behind.
    """

    __tablename__ = "budget"
    __table_args__ = (
        UniqueConstraint("fund_application_id"),
        CheckConstraint("ends_on >= starts_on", name="in_order"),
        CheckConstraint(f"amount_pence BETWEEN 1 AND {MOST_PENCE}", name="amount_pence"),
        CheckConstraint("committed_pence >= 0", name="committed_pence"),
        CheckConstraint("spent_pence >= 0", name="spent_pence"),
        CheckConstraint("billed_pence >= 0", name="billed_pence"),
        CheckConstraint(
            "committed_pence + spent_pence + billed_pence <= amount_pence", name="within_amount"
        ),
        ExcludeConstraint(
            ("cost_centre_id", "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            where=text("fund_application_id IS NULL"),
            name="ex_budget_one_at_a_time",
            using="gist",
        ),
        Index(None, "cost_centre_id", "id"),
    )

    cost_centre_id: Mapped[UUID] = mapped_column(ForeignKey(CostCentre.id))
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    amount_pence: Mapped[int] = mapped_column(BigInteger)
    fund_application_id: Mapped[UUID | None] = mapped_column(ForeignKey(FundApplication.id))
    committed_pence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    spent_pence: Mapped[int] = mapped_column(BigInteger, server_default="0")
    billed_pence: Mapped[int] = mapped_column(BigInteger, server_default="0")

    @property
    def used_pence(self) -> int:
        return self.committed_pence + self.spent_pence + self.billed_pence

    @property
    def left_pence(self) -> int:
        return self.amount_pence - self.used_pence

    def take(self, pence: int) -> None:
        """Refuse what is above what is left; raises BudgetExceededError."""
        if pence > self.left_pence:
            raise BudgetExceededError(left_pence=self.left_pence)

    def resize(self, pence: int) -> None:
        """Raise or lower the amount; raises BudgetOfAwardError, BudgetAmountError."""
        if self.fund_application_id is not None:
            raise BudgetOfAwardError
        if pence < self.used_pence:
            raise BudgetAmountError(used_pence=self.used_pence)
        self.amount_pence = pence


class BudgetChange(Entity):
    """That a budget's amount was changed, and why; rows are added and never changed."""

    __tablename__ = "budget_change"
    __table_args__ = (Index(None, "budget_id", "id"),)

    budget_id: Mapped[UUID] = mapped_column(ForeignKey(Budget.id))
    before_pence: Mapped[int] = mapped_column(BigInteger)
    after_pence: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    changed_by: Mapped[UUID]


def check_period(starts_on: date, ends_on: date) -> None:
    """Refuse a period that ends before it starts; raises BudgetPeriodError."""
    if ends_on < starts_on:
        raise BudgetPeriodError.at("#/ends_on", "Before the start", "not_before")
