from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.feedback.meetings.errors import (
    MeetingNotYetError,
    MeetingNowhereError,
    MeetingStateError,
    MeetingTimesError,
    PromiseDayError,
    PromiseKeptError,
)
from app.domain.organisation.models import Team

PERSONAL: Final = {"class": "personal"}
_COUNTS: Final = ("patients", "carers", "staff")


class MeetingKind(StrEnum):
    """How the trust listens in person (action 4.3 of the strategy)."""

    PALS_SURGERY = "pals_surgery"
    FEEDBACK_CLINIC = "feedback_clinic"
    HEAR_SAY = "hear_say"


class MeetingState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class Meeting(Entity):
    """A PALS surgery, feedback clinic or "hear say" meeting: planned, then held or cancelled.

    Who came is counted, never named. Without teams it is for the whole trust.
    """

    __tablename__ = "feedback_meeting"
    __table_args__ = (
        CheckConstraint("starts_at ~ '^([01][0-9]|2[0-3])[:][0-5][0-9]$'", name="starts_at"),
        CheckConstraint("ends_at ~ '^([01][0-9]|2[0-3])[:][0-5][0-9]$'", name="ends_at"),
        CheckConstraint("ends_at > starts_at", name="ends_later"),
        CheckConstraint("num_nonnulls(place, link) > 0", name="somewhere"),
        CheckConstraint(
            "num_nonnulls(patients, carers, staff) = CASE state WHEN 'held' THEN 3 ELSE 0 END",
            name="counted_when_held",
        ),
        CheckConstraint(
            "patients BETWEEN 0 AND 10000 AND carers BETWEEN 0 AND 10000"
            " AND staff BETWEEN 0 AND 10000",
            name="counts",
        ),
        CheckConstraint(
            "(state = 'cancelled') = (cancelled_because IS NOT NULL)", name="cancelled_because"
        ),
        Index(None, "day"),
    )

    kind: Mapped[MeetingKind]
    title: Mapped[str]
    day: Mapped[date]
    starts_at: Mapped[str]
    ends_at: Mapped[str]
    place: Mapped[str | None]
    link: Mapped[str | None]
    access: Mapped[list[str]]
    access_note: Mapped[str | None]
    host: Mapped[str | None]
    state: Mapped[MeetingState] = mapped_column(default=MeetingState.PLANNED)
    cancelled_because: Mapped[str | None]
    patients: Mapped[int | None] = mapped_column(info=PERSONAL)  # few people are known people
    carers: Mapped[int | None] = mapped_column(info=PERSONAL)
    staff: Mapped[int | None]

    def plan(self, told: Mapping[str, Any]) -> None:
        """Take what is told; raises MeetingStateError, MeetingTimesError, MeetingNowhereError."""
        self._only(MeetingState.PLANNED)
        for name, value in told.items():
            setattr(self, name, value)
        if self.ends_at <= self.starts_at:
            raise MeetingTimesError.at("#/ends_at", "Ends before it begins", "ends_later")
        if self.place is None and self.link is None:
            raise MeetingNowhereError.at("#/place", "Tell the place or the link", "somewhere")

    def hold(self, counts: Mapping[str, int], today: date) -> None:
        """Note who came, or correct it; raises MeetingStateError, MeetingNotYetError."""
        self._only(MeetingState.PLANNED, MeetingState.HELD)
        if self.day > today:
            raise MeetingNotYetError
        for name in _COUNTS:
            setattr(self, name, counts[name])
        self.state = MeetingState.HELD

    def cancel(self, because: str) -> None:
        """Let it not take place; raises MeetingStateError."""
        self._only(MeetingState.PLANNED)
        self.state, self.cancelled_because = MeetingState.CANCELLED, because

    def heard_somebody(self) -> None:
        """Refuse what only a meeting that took place has; raises MeetingStateError."""
        self._only(MeetingState.HELD)

    def _only(self, *states: MeetingState) -> None:
        if self.state not in states:
            raise MeetingStateError(f"It is {self.state}", state=self.state)


class MeetingTeam(Entity):
    """A team that a meeting is for."""

    __tablename__ = "feedback_meeting_team"
    __table_args__ = (UniqueConstraint("meeting_id", "team_id"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(Meeting.id))
    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id), index=True)


class Promise(Entity):
    """What was promised at a meeting, by whom and by when, and how it was kept."""

    __tablename__ = "feedback_promise"
    __table_args__ = (
        CheckConstraint("num_nonnulls(kept_on, kept_how) IN (0, 2)", name="kept_somehow"),
        Index(None, "due_on", postgresql_where="kept_on IS NULL"),
    )

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(Meeting.id), index=True)
    what: Mapped[str]
    who: Mapped[str] = mapped_column(info=PERSONAL)
    due_on: Mapped[date]
    kept_on: Mapped[date | None]
    kept_how: Mapped[str | None]

    def change(self, told: Mapping[str, Any]) -> None:
        """Correct what was promised; raises PromiseKeptError."""
        self._open()
        for name, value in told.items():
            setattr(self, name, value)

    def keep(self, on: date, how: str, *, made: date, today: date) -> None:
        """Note that it was kept; raises PromiseKeptError, PromiseDayError."""
        self._open()
        if not made <= on <= today:
            raise PromiseDayError.at("#/kept_on", "Not between the meeting and today", "kept_on")
        self.kept_on, self.kept_how = on, how

    def _open(self) -> None:
        if self.kept_on is not None:
            raise PromiseKeptError
