"""The central co-production fund.

An application's status, and what may follow it:

    submitted -> awarded | refused | withdrawn
    awarded   -> completed
"""

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.identity.models import User
from app.domain.involvement.checks.models import NOT_IN_FUTURE
from app.domain.involvement.fund.errors import (
    AwardAboveAskedError,
    AwardSpentError,
    FundOwnApplicationError,
    FundPanelError,
    FundStatusError,
    SpentInFutureError,
)
from app.domain.involvement.opportunities.models import Opportunity
from app.domain.organisation.models import Directorate

MOST_PENCE: Final = 100_000_000
LEAST_PANEL: Final = 2


class FundStatus(StrEnum):
    SUBMITTED = "submitted"
    AWARDED = "awarded"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"


FOLLOWING: Final[Mapping[FundStatus, tuple[FundStatus, ...]]] = {
    FundStatus.SUBMITTED: (FundStatus.AWARDED, FundStatus.REFUSED, FundStatus.WITHDRAWN),
    FundStatus.AWARDED: (FundStatus.COMPLETED,),
    FundStatus.REFUSED: (),
    FundStatus.WITHDRAWN: (),
    FundStatus.COMPLETED: (),
}


class FundApplication(Entity):
    """What somebody asks the fund for, what the panel awarded, and what came of it.

    `spent_pence` is the sum of what was spent, kept by trigger: the bills noted here, and, where
    the award is a budget, what claims were paid of it.
    """

    __tablename__ = "fund_application"
    __table_args__ = (
        UniqueConstraint("id", "applicant_id"),
        CheckConstraint(f"asked_pence BETWEEN 1 AND {MOST_PENCE}", name="asked_pence"),
        CheckConstraint("award_pence BETWEEN 1 AND asked_pence", name="award_within_asked"),
        CheckConstraint(
            "spent_pence BETWEEN 0 AND coalesce(award_pence, 0)", name="spent_within_award"
        ),
        CheckConstraint(
            "(status = 'awarded' OR status = 'completed') = (award_pence IS NOT NULL)",
            name="awarded_something",
        ),
        CheckConstraint(
            "num_nonnulls(decided_on, decided_by, because)"
            " = CASE WHEN status = 'submitted' OR status = 'withdrawn' THEN 0 ELSE 3 END",
            name="decided",
        ),
        CheckConstraint("decided_by <> applicant_id", name="decided_by_another"),
        CheckConstraint("(status = 'completed') = (outcome IS NOT NULL)", name="outcome"),
        Index(None, "status", "id"),
    )

    title: Mapped[str]
    purpose: Mapped[str]
    together: Mapped[str]
    asked_pence: Mapped[int]
    applicant_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    opportunity_id: Mapped[UUID | None] = mapped_column(ForeignKey(Opportunity.id), index=True)
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id), index=True)
    status: Mapped[FundStatus] = mapped_column(default=FundStatus.SUBMITTED)
    award_pence: Mapped[int | None]
    spent_pence: Mapped[int] = mapped_column(default=0)
    because: Mapped[str | None]
    decided_on: Mapped[date | None]
    decided_by: Mapped[UUID | None]
    outcome: Mapped[str | None]

    def decide(
        self, award: int | None, because: str, panel: Collection[UUID], *, by: UUID, today: date
    ) -> None:
        """Award so many pence, or nothing where none are told.

        Raises FundStatusError, FundOwnApplicationError, FundPanelError, AwardAboveAskedError.
        """
        if by == self.applicant_id:
            raise FundOwnApplicationError
        if len(set(panel)) < LEAST_PANEL or self.applicant_id in panel:
            raise FundPanelError.at("#/panel", "Too few, or the applicant's own", "panel")
        self._turn(FundStatus.REFUSED if award is None else FundStatus.AWARDED)
        if award is not None and award > self.asked_pence:
            raise AwardAboveAskedError.at("#/award_pence", "Above what was asked", "above_asked")
        self.award_pence, self.because = award, because
        self.decided_on, self.decided_by = today, by

    def withdraw(self) -> None:
        """Take the application back; raises FundStatusError."""
        self._turn(FundStatus.WITHDRAWN)

    def complete(self, outcome: str) -> None:
        """Tell what came of the award; raises FundStatusError."""
        self._turn(FundStatus.COMPLETED)
        self.outcome = outcome

    def spend(self, pence: int, on: date, today: date) -> None:
        """Refuse what cannot be spent; raises FundStatusError, SpentInFutureError, AwardSpentError.

        Bills come after the outcome too.
        """
        if self.award_pence is None:
            raise FundStatusError(f"It is {self.status}", state=self.status)
        if on > today:
            raise SpentInFutureError.at("#/spent_on", "After today", "not_in_future")
        left = self.award_pence - self.spent_pence
        if pence > left:
            raise AwardSpentError(left_pence=left)

    def _turn(self, status: FundStatus) -> None:
        if status not in FOLLOWING[self.status]:
            raise FundStatusError(f"It is {self.status}", state=self.status)
        self.status = status


class FundPanelMember(Entity):
    """A user who decided on an application; never the applicant."""

    __tablename__ = "fund_panel_member"
    __table_args__ = (
        ForeignKeyConstraint(
            ["application_id", "applicant_id"], [FundApplication.id, FundApplication.applicant_id]
        ),
        UniqueConstraint("application_id", "user_id"),
        CheckConstraint("user_id <> applicant_id", name="not_the_applicant"),
    )

    application_id: Mapped[UUID]
    applicant_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)


class FundSpend(Entity):
    """What was spent of an award; rows are added and never changed."""

    __tablename__ = "fund_spend"
    __table_args__ = (
        CheckConstraint("pence > 0", name="pence"),
        CheckConstraint(NOT_IN_FUTURE.format("spent_on"), name="not_in_future"),
        Index(None, "application_id", "id"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey(FundApplication.id))
    pence: Mapped[int]
    spent_on: Mapped[date]
    what: Mapped[str]
    recorded_by: Mapped[UUID]
