from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity

LONGEST: Final = 1200  # months: a hundred years
DRAFT: Final = (
    "Records Management Code of Practice, Appendix II: to be confirmed by information governance"
)


class Category(StrEnum):
    """What is kept for a time that information governance decides."""

    PEOPLE_LEFT = "people_left"
    ENQUIRIES = "enquiries"
    CHECKS = "checks"
    COMPLETIONS = "completions"
    APPLICANTS = "applicants"
    RECOVERY_REFERRALS = "recovery_referrals"
    SUBJECT_ACCESSES = "subject_accesses"


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"


class RetentionRule(Entity):
    """How long records of a category are kept; without a named confirmation it deletes nothing."""

    __tablename__ = "retention_rule"
    __table_args__ = (
        UniqueConstraint("category"),
        CheckConstraint(f"keeps_months BETWEEN 1 AND {LONGEST}", name="keeps_months"),
        CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_by_somebody"
        ),
        CheckConstraint("NOT active OR confirmed_by IS NOT NULL", name="active_confirmed"),
    )

    category: Mapped[Category]
    keeps_months: Mapped[int]
    source: Mapped[str]
    active: Mapped[bool]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]


class RetentionRun(Entity):
    """One night's deletion of a category: what is past its day, in order of ids, from `last_id` on.

    A run that was cut off goes on where it stood; `kept` counts what a hold or an unfinished
    matter kept.
    """

    __tablename__ = "retention_run"
    __table_args__ = (
        UniqueConstraint("category", "day"),
        CheckConstraint("deleted >= 0 AND kept >= 0", name="counted"),
    )

    category: Mapped[Category]
    day: Mapped[date]
    before: Mapped[date]
    state: Mapped[RunState] = mapped_column(default=RunState.RUNNING)
    last_id: Mapped[UUID | None]
    deleted: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
