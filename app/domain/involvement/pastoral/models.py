"""How somebody who is involved is looked after, by whom, and what they are not happy with.

What a named lead knows of a person is seen by that lead alone. Somebody else may break the glass
for an hour; that leaves a row, which is never changed, also where it was denied.

    check-in  planned -> held | missed
    concern   raised -> acknowledged -> answered
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.core.errors import DomainError
from app.domain.identity.models import User
from app.domain.involvement.pastoral.errors import (
    BreakGlassDeniedError,
    CheckInLaterError,
    CheckInStateError,
    ConcernHandlerError,
    ConcernNotYoursError,
    ConcernStateError,
)
from app.domain.people.register.errors import PersonNotFoundError
from app.domain.people.register.models import Person

PERSONAL: Final = {"class": "personal"}
SPECIAL: Final = {"class": "special"}
OPEN_FOR: Final = timedelta(hours=1)


class CheckInKind(StrEnum):
    CHECK_IN = "check_in"
    DEBRIEF = "debrief"


class CheckInState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    MISSED = "missed"


class Denial(StrEnum):
    """Why glass stays whole: the person is not theirs to see, or raised a concern about them."""

    UNSEEN = "unseen"
    CONCERNED = "concerned"


class ConcernAbout(StrEnum):
    """Whom a person knows that a concern may be about: users, whose ids they do not know."""

    NAMED_LEAD = "named_lead"
    INVOLVEMENT_LEAD = "involvement_lead"


class ConcernState(StrEnum):
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"


class PastoralPolicy(Entity):
    """What the trust decides about pastoral care. There is one row, made by the migration."""

    __tablename__ = "pastoral_policy"
    __table_args__ = (
        CheckConstraint("singleton", name="singleton"),
        CheckConstraint("answer_within_working_days BETWEEN 1 AND 60", name="in_bounds"),
    )

    singleton: Mapped[bool] = mapped_column(unique=True, default=True)
    answer_within_working_days: Mapped[int]


class PastoralLead(Entity):
    """Who looks after a person; known to all who keep plans, unlike what that lead is told."""

    __tablename__ = "pastoral_lead"

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), unique=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)


class Plan(Entity):
    """What keeps somebody well, in their own words, and whom to turn to if they are not."""

    __tablename__ = "pastoral_plan"

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), unique=True)
    wellbeing: Mapped[str] = mapped_column(info=SPECIAL)
    escalation_name: Mapped[str | None] = mapped_column(info=PERSONAL)
    escalation_contact: Mapped[str | None] = mapped_column(info=PERSONAL)


class CheckIn(Entity):
    """A talk between a person and their lead: a regular one, or a debrief after an event."""

    __tablename__ = "pastoral_check_in"
    __table_args__ = (
        CheckConstraint("(kind = 'debrief') = (about IS NOT NULL)", name="about_an_event"),
        CheckConstraint("(state = 'held') = (held_on IS NOT NULL)", name="held_on"),
        CheckConstraint("state = 'held' OR notes IS NULL", name="notes"),
        CheckConstraint("(state = 'missed') = (missed_because IS NOT NULL)", name="missed"),
        CheckConstraint(
            "held_on <= (updated_at AT TIME ZONE 'Europe/London')::date", name="held_by_then"
        ),
        Index(
            "ix_pastoral_check_in_next",
            "person_id",
            unique=True,
            postgresql_where="kind = 'check_in' AND state = 'planned'",
        ),
        Index(None, "person_id", "id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    kind: Mapped[CheckInKind]
    about: Mapped[str | None] = mapped_column(info=PERSONAL)
    planned_for: Mapped[date]
    state: Mapped[CheckInState] = mapped_column(default=CheckInState.PLANNED)
    held_on: Mapped[date | None]
    notes: Mapped[str | None] = mapped_column(info=SPECIAL)
    missed_because: Mapped[str | None] = mapped_column(info=SPECIAL)

    def hold(self, on: date, notes: str | None, today: date) -> None:
        """Note what was said; raises CheckInStateError, CheckInLaterError."""
        self._planned()
        if on > today:
            raise CheckInLaterError.at("#/held_on", "After today", "later")
        self.state, self.held_on, self.notes = CheckInState.HELD, on, notes

    def miss(self, because: str) -> None:
        """Note why it was not held; raises CheckInStateError."""
        self._planned()
        self.state, self.missed_because = CheckInState.MISSED, because

    def _planned(self) -> None:
        if self.state is not CheckInState.PLANNED:
            raise CheckInStateError(state=self.state)


class BreakGlass(Entity):
    """Somebody but the named lead asked to see, why, and until when they may; only added."""

    __tablename__ = "pastoral_break_glass"
    __table_args__ = (
        CheckConstraint("(denied_because IS NULL) = (until IS NOT NULL)", name="until_or_denied"),
        CheckConstraint("until <= created_at + interval '1 hour'", name="an_hour"),
        Index(None, "person_id", "id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    reason: Mapped[str] = mapped_column(info=PERSONAL)
    asked_by: Mapped[UUID]
    until: Mapped[datetime | None]
    denied_because: Mapped[Denial | None]

    @property
    def refusal(self) -> DomainError | None:
        """Give what the one who asked is told; who may not be seen is as good as absent."""
        if self.denied_because is Denial.UNSEEN:
            return PersonNotFoundError()
        return BreakGlassDeniedError() if self.denied_because else None


class Concern(Entity):
    """What somebody says of how they are treated; it goes to one who can look at it freely."""

    __tablename__ = "pastoral_concern"
    __table_args__ = (
        CheckConstraint("about_id <> handler_id", name="not_about_handler"),
        CheckConstraint("answer_by > raised_on", name="time_to_answer"),
        CheckConstraint("(state = 'raised') = (acknowledged_on IS NULL)", name="acknowledged_on"),
        CheckConstraint(
            "CASE state WHEN 'answered' THEN num_nonnulls(answered_on, answer) = 2"
            " ELSE num_nonnulls(answered_on, answer) = 0 END",
            name="answered_on",
        ),
        Index(None, "person_id", "state"),
        Index(None, "handler_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    what: Mapped[str] = mapped_column(info=SPECIAL)
    about_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    handler_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    raised_by: Mapped[UUID]
    raised_on: Mapped[date]
    answer_by: Mapped[date]
    state: Mapped[ConcernState] = mapped_column(default=ConcernState.RAISED)
    acknowledged_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    answer: Mapped[str | None] = mapped_column(info=SPECIAL)

    def give(self, handler_id: UUID, lead_id: UUID | None) -> None:
        """Let somebody look at it; raises ConcernStateError, ConcernHandlerError."""
        if self.state is ConcernState.ANSWERED:
            raise ConcernStateError(state=self.state)
        if handler_id in (lead_id, self.about_id):
            raise ConcernHandlerError.at("#/handler_id", "Is the lead or its subject", "handler")
        self.handler_id = handler_id

    def acknowledge(self, by: UUID, today: date) -> None:
        """Say that it was read; raises ConcernNotYoursError, ConcernStateError."""
        self._turn({ConcernState.RAISED: ConcernState.ACKNOWLEDGED}, by)
        self.acknowledged_on = today

    def reply(self, answer: str, by: UUID, today: date) -> None:
        """Answer it; raises ConcernNotYoursError, ConcernStateError."""
        done = ConcernState.ANSWERED
        self._turn({ConcernState.RAISED: done, ConcernState.ACKNOWLEDGED: done}, by)
        self.acknowledged_on = self.acknowledged_on or today
        self.answered_on, self.answer = today, answer

    def _turn(self, following: Mapping[ConcernState, ConcernState], by: UUID) -> None:
        if by != self.handler_id:
            raise ConcernNotYoursError
        if self.state not in following:
            raise ConcernStateError(state=self.state)
        self.state = following[self.state]
