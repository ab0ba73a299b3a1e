from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity


class InpatientPeriod(StrEnum):
    """How often a ward must have heard somebody."""

    FORTNIGHT = "fortnight"
    MONTH = "month"


class Policy(Entity):
    """What the trust decides about feedback. There is one row, made by the migration."""

    __tablename__ = "feedback_policy"
    __table_args__ = (
        CheckConstraint("singleton", name="singleton"),
        CheckConstraint(
            "acknowledge_escalation_hours BETWEEN 1 AND 720"
            " AND act_within_days BETWEEN 1 AND 365"
            " AND told_back_within_days BETWEEN 1 AND 365"
            " AND before_discharge_share_pct BETWEEN 1 AND 100"
            " AND deadline_working_day_mental_health BETWEEN 1 AND 23"
            " AND deadline_working_day_community BETWEEN 1 AND 23"
            " AND propose_above BETWEEN 0 AND 1"
            " AND public_days BETWEEN 1 AND 3660",
            name="in_bounds",
        ),
        CheckConstraint("extract(isodow FROM inpatient_period_start) = 1", name="starts_monday"),
    )

    singleton: Mapped[bool] = mapped_column(unique=True, default=True)
    release_unmarked_published: Mapped[bool]
    release_unmarked_own: Mapped[bool]
    acknowledge_escalation_hours: Mapped[int]
    act_within_days: Mapped[int]
    told_back_within_days: Mapped[int]
    inpatient_period: Mapped[InpatientPeriod]
    inpatient_period_start: Mapped[date]
    before_discharge_share_pct: Mapped[int]
    deadline_working_day_mental_health: Mapped[int]
    deadline_working_day_community: Mapped[int]
    propose_above: Mapped[Decimal] = mapped_column(Numeric(3, 2))
    public_days: Mapped[int]
