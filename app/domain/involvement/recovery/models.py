from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.involvement.recovery.errors import (
    ReferralDayError,
    ReferralEndedError,
    ReferralOutcomeError,
)
from app.domain.organisation.models import Team

PERSONAL: Final = {"class": "personal"}


class RecoveryService(StrEnum):
    """Where recovery is supported (actions 5.2 to 5.4); employment support is IPS."""

    RECOVERY_COLLEGE = "recovery_college"
    PEER_SUPPORT = "peer_support"
    EMPLOYMENT_SUPPORT = "employment_support"


class ReferredBy(StrEnum):
    TEAM = "team"
    THEMSELVES = "themselves"


class RecoveryOutcome(StrEnum):
    COMPLETED = "completed"
    PAID_WORK = "paid_work"
    ENDED_EARLY = "ended_early"
    DECLINED = "declined"
    NOT_REACHED = "not_reached"


class Referral(Entity):
    """Somebody sent, or come by themselves, to a recovery service; nothing clinical.

    `pseudonym` is a keyed hash of what the service knows them by, which is kept nowhere: it tells
    two referrals of one person from those of two, and nothing else.
    """

    __tablename__ = "recovery_referral"
    __table_args__ = (
        CheckConstraint(
            "first_contact_on >= referred_on AND ended_on >= referred_on"
            " AND ended_on >= first_contact_on",
            name="in_order",
        ),
        CheckConstraint("(ended_on IS NULL) = (outcome IS NULL)", name="ended_somehow"),
        CheckConstraint(
            "outcome <> 'paid_work' OR service = 'employment_support'", name="paid_work"
        ),
        CheckConstraint("referred_by <> 'team' OR team_id IS NOT NULL", name="by_a_team"),
        Index(
            "uq_recovery_referral_open",
            "pseudonym",
            "service",
            unique=True,
            postgresql_where="ended_on IS NULL",
        ),
        Index(None, "referred_on"),
    )

    service: Mapped[RecoveryService]
    referred_by: Mapped[ReferredBy]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey(Team.id), index=True)
    pseudonym: Mapped[bytes] = mapped_column(LargeBinary, info=PERSONAL)
    referred_on: Mapped[date]
    first_contact_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    outcome: Mapped[RecoveryOutcome | None]

    def contact(self, on: date, today: date) -> None:
        """Note, or correct, when somebody first spoke with them.

        Raises ReferralEndedError, ReferralDayError.
        """
        self._open()
        if not self.referred_on <= on <= today:
            raise ReferralDayError.at("#/on", "Not between the referral and today", "in_order")
        self.first_contact_on = on

    def end(self, on: date, outcome: RecoveryOutcome, today: date) -> None:
        """Close it; raises ReferralEndedError, ReferralDayError, ReferralOutcomeError."""
        self._open()
        if not (self.first_contact_on or self.referred_on) <= on <= today:
            raise ReferralDayError.at("#/on", "Not between what came before and today", "in_order")
        employment = self.service is RecoveryService.EMPLOYMENT_SUPPORT
        if outcome is RecoveryOutcome.PAID_WORK and not employment:
            raise ReferralOutcomeError.at(
                "#/outcome", "An outcome of employment support", "outcome_of_another"
            )
        self.ended_on, self.outcome = on, outcome

    def _open(self) -> None:
        if self.ended_on is not None:
            raise ReferralEndedError
