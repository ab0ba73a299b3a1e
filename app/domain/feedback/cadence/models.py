from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.feedback.cadence.errors import EmptyPeriodOrderError
from app.domain.organisation.models import Team


class EmptyPeriod(Entity):
    """A time in which a team had nobody to hear, such as a ward closed for refurbishment."""

    __tablename__ = "feedback_empty_period"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="not_empty"),
        ExcludeConstraint(
            ("team_id", "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_feedback_empty_period_once",
            using="gist",
        ),
    )

    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    reason: Mapped[str]

    def set(self, told: Mapping[str, Any]) -> None:
        """Take what is told; raises EmptyPeriodOrderError."""
        for name, value in told.items():
            setattr(self, name, value)
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise EmptyPeriodOrderError.at("#/valid_to", "Ends before it begins", "not_empty")


class Denominator(Entity):
    """How many people a team discharged in a month, and how many could have been asked."""

    __tablename__ = "feedback_denominator"
    __table_args__ = (
        UniqueConstraint("team_id", "month"),
        CheckConstraint("extract(day FROM month) = 1", name="first_of_month"),
        CheckConstraint(
            "discharged BETWEEN 0 AND 1000000 AND eligible BETWEEN 0 AND 1000000", name="counts"
        ),
    )

    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id))
    month: Mapped[date]
    discharged: Mapped[int | None]
    eligible: Mapped[int | None]
