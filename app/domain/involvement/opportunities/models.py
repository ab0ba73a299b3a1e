"""What people can be involved in.

An opportunity's status, and what may follow it:

    draft     -> published | cancelled
    published -> closed | cancelled
    closed    -> cancelled

A closed one takes no more applications; who applied may still be accepted, and takes part.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.identity.models import User
from app.domain.involvement.checks.models import DbsLevel
from app.domain.involvement.opportunities.errors import (
    OpportunityFullError,
    OpportunityIncompleteError,
    OpportunityStatusError,
)
from app.domain.involvement.opportunities.times import Time, slots
from app.domain.involvement.training.models import Course
from app.domain.organisation.models import Directorate, Team

MOST_PLACES: Final = 1_000
MOST_PENCE: Final = 10_000_000
# What is searched of an opportunity, as PostgreSQL writes it back.
WORDS: Final = "to_tsvector('english'::regconfig, (title || ' '::text) || summary)"


class OpportunityKind(StrEnum):
    QI_PROJECT = "qi_project"
    SERVICE_CHANGE = "service_change"
    INTERVIEW_PANEL = "interview_panel"
    TRAINING_DELIVERY = "training_delivery"
    RESEARCH = "research"
    FORUM = "forum"
    OTHER = "other"


class OpportunityStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    CANCELLED = "cancelled"


FOLLOWING: Final[Mapping[OpportunityStatus, frozenset[OpportunityStatus]]] = {
    OpportunityStatus.DRAFT: frozenset({OpportunityStatus.PUBLISHED, OpportunityStatus.CANCELLED}),
    OpportunityStatus.PUBLISHED: frozenset({OpportunityStatus.CLOSED, OpportunityStatus.CANCELLED}),
    OpportunityStatus.CLOSED: frozenset({OpportunityStatus.CANCELLED}),
    OpportunityStatus.CANCELLED: frozenset(),
}


class Opportunity(Entity):
    """A project, panel, training, study or forum that people can take part in.

    It is relevant to their experience or not, and co-produced where it is designed, delivered or
    evaluated together. `slots` are the parts of the week that its times take. `required_check` and
    its courses are its gates: nobody joins without them.
    """

    __tablename__ = "opportunity"
    __table_args__ = (
        CheckConstraint(
            "status = 'draft' OR status = 'cancelled' OR num_nulls(easy_read, published_on) = 0",
            name="easy_read",
        ),
        CheckConstraint(
            "(status = 'cancelled') = (cancelled_because IS NOT NULL)", name="cancelled_because"
        ),
        CheckConstraint(f"places BETWEEN 1 AND {MOST_PLACES}", name="places"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        CheckConstraint(f"pays_pence BETWEEN 0 AND {MOST_PENCE}", name="pays_pence"),
        Index(None, "status", "id"),
        Index("ix_opportunity_words", text(WORDS), postgresql_using="gin"),
    )

    kind: Mapped[OpportunityKind]
    title: Mapped[str]
    summary: Mapped[str]
    easy_read: Mapped[str | None]
    experience_relevant: Mapped[bool]
    co_designed: Mapped[bool] = mapped_column(default=False)
    co_delivered: Mapped[bool] = mapped_column(default=False)
    co_evaluated: Mapped[bool] = mapped_column(default=False)
    co_produced_how: Mapped[str | None]
    pathways: Mapped[list[str]] = mapped_column(default=list)
    skills: Mapped[list[str]] = mapped_column(default=list)
    interests: Mapped[list[str]] = mapped_column(default=list)
    slots: Mapped[list[str]] = mapped_column(default=list)
    places: Mapped[int]
    level: Mapped[int]
    place: Mapped[str | None]
    link: Mapped[str | None]
    access: Mapped[list[str]] = mapped_column(default=list)
    access_note: Mapped[str | None]
    pays: Mapped[str | None]
    pays_pence: Mapped[int | None]
    coordinator_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey(Team.id), index=True)
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id), index=True)
    required_check: Mapped[DbsLevel | None]
    apply_by: Mapped[date | None]
    status: Mapped[OpportunityStatus] = mapped_column(default=OpportunityStatus.DRAFT)
    published_on: Mapped[date | None]
    cancelled_because: Mapped[str | None]

    def tell(self, told: Mapping[str, Any], taken: int = 0) -> None:
        """Take what is told.

        Raises OpportunityStatusError, OpportunityIncompleteError, and OpportunityFullError where
        more places are taken than are left.
        """
        if self.status is OpportunityStatus.CANCELLED:
            raise OpportunityStatusError("It is cancelled", state=self.status)
        for name, value in told.items():
            setattr(self, name, value)
        if self.status is not OpportunityStatus.DRAFT:
            self._complete()
        if self.places < taken:
            raise OpportunityFullError(f"{taken} are taken", taken=taken)

    def timed(self, times: Sequence[Time]) -> None:
        """Note the parts of the week that its times take."""
        self.slots = list(slots(times))

    def publish(self, today: date) -> None:
        """Show it to everybody; raises OpportunityStatusError, OpportunityIncompleteError."""
        self._turn(OpportunityStatus.PUBLISHED)
        self._complete()
        self.published_on = today

    def close(self) -> None:
        """Take no more applications; raises OpportunityStatusError."""
        self._turn(OpportunityStatus.CLOSED)

    def cancel(self, because: str) -> None:
        """Let it not take place; raises OpportunityStatusError."""
        self._turn(OpportunityStatus.CANCELLED)
        self.cancelled_because = because

    def asks(self) -> None:
        """Refuse asking people for what is not published; raises OpportunityStatusError."""
        if self.status is not OpportunityStatus.PUBLISHED:
            raise OpportunityStatusError(f"It is {self.status}", state=self.status)

    def takes_applications(self, today: date) -> None:
        """Refuse an application that comes too soon or too late; raises OpportunityStatusError."""
        self.asks()
        if self.apply_by is not None and self.apply_by < today:
            raise OpportunityStatusError("Applications have ended", state=self.status)

    def goes_on(self) -> None:
        """Refuse taking part in what is not to take place; raises OpportunityStatusError."""
        if self.status in (OpportunityStatus.DRAFT, OpportunityStatus.CANCELLED):
            raise OpportunityStatusError(f"It is {self.status}", state=self.status)

    def seat(self, taken: int) -> None:
        """Refuse one more where every place is taken; raises OpportunityFullError."""
        if taken >= self.places:
            raise OpportunityFullError(taken=taken)

    def _turn(self, status: OpportunityStatus) -> None:
        if status not in FOLLOWING[self.status]:
            raise OpportunityStatusError(f"It is {self.status}", state=self.status)
        self.status = status

    def _complete(self) -> None:
        if self.easy_read is None:
            raise OpportunityIncompleteError(missing=["easy_read"])


class OpportunityTime(Entity):
    """A time at which an opportunity takes place."""

    __tablename__ = "opportunity_time"
    __table_args__ = (
        UniqueConstraint("opportunity_id", "starts_at"),
        CheckConstraint(
            "ends_at > starts_at AND ends_at <= starts_at + interval '24 hours'", name="in_order"
        ),
    )

    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey(Opportunity.id))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class OpportunityCourse(Entity):
    """A course without which nobody joins an opportunity."""

    __tablename__ = "opportunity_course"
    __table_args__ = (UniqueConstraint("opportunity_id", "course_id"),)

    opportunity_id: Mapped[UUID] = mapped_column(ForeignKey(Opportunity.id))
    course_id: Mapped[UUID] = mapped_column(ForeignKey(Course.id), index=True)
