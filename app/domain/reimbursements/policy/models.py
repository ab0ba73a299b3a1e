from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import months_after
from app.core.db import Entity
from app.domain.reimbursements.kinds import LineKind

_KINDS = ", ".join(f"'{each}'" for each in LineKind)


class ReimbursementPolicy(Entity):
    """What the trust decides about reimbursements. There is one row, made by the migration.

    `deadline_months` says for each kind of line how many months after the activity it can be
    claimed. `advice` is where people find independent advice on benefits: name, link, telephone.
    """

    __tablename__ = "reimbursement_policy"
    __table_args__ = (
        CheckConstraint("singleton", name="singleton"),
        CheckConstraint(f"deadline_months ?& ARRAY[{_KINDS}]", name="deadline_of_each_kind"),
        CheckConstraint(
            "second_approval_above_pence >= 0"
            " AND claim_within_days BETWEEN 1 AND 366"
            " AND approve_within_days BETWEEN 1 AND 366"
            " AND pay_within_days BETWEEN 1 AND 366"
            " AND payroll_pay_day BETWEEN 1 AND 31 AND payroll_closes_days BETWEEN 2 AND 20"
            " AND advance_most_pence BETWEEN 0 AND 10000000",
            name="in_bounds",
        ),
    )

    singleton: Mapped[bool] = mapped_column(unique=True, default=True)
    deadline_months: Mapped[dict[str, Any]]
    second_approval_above_pence: Mapped[int] = mapped_column(BigInteger)
    claim_within_days: Mapped[int]
    approve_within_days: Mapped[int]
    pay_within_days: Mapped[int]
    payroll_pay_day: Mapped[int]
    payroll_closes_days: Mapped[int]
    vouchers_allowed: Mapped[bool]
    advance_most_pence: Mapped[int] = mapped_column(BigInteger)
    advice: Mapped[list[dict[str, Any]]]

    def last_day(self, kind: LineKind, activity_on: date) -> date:
        """Give the last day on which a line of a kind can be claimed."""
        return months_after(activity_on, self.deadline_months[kind])
