from collections.abc import Collection, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.identity.models import User
from app.domain.involvement.forums.meetings.errors import (
    ForumMeetingNotYetError,
    ForumMeetingNowhereError,
    ForumMeetingStateError,
    NotInvitedError,
)
from app.domain.involvement.forums.models import Forum, ForumMember
from app.domain.involvement.naming.models import ONE_NAMED, TODAY, not_after, one_named
from app.domain.people.register.models import Person


class ForumMeetingState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class ForumMeeting(Entity):
    """A meeting of a forum: planned, then held or cancelled.

    Papers are due by a day that the forum's rule gave when the meeting was planned, so that a
    later rule does not judge it.
    """

    __tablename__ = "forum_meeting"
    __table_args__ = (
        CheckConstraint("num_nonnulls(place, link) > 0", name="somewhere"),
        CheckConstraint(f"state <> 'held' OR day <= {TODAY}", name="held_by_now"),
        CheckConstraint("papers_due_on <= day", name="papers_due_on"),
        UniqueConstraint("id", "forum_id"),  # what an issue refers to
        Index(None, "forum_id", "day"),
    )

    forum_id: Mapped[UUID] = mapped_column(ForeignKey(Forum.id))
    day: Mapped[date]
    place: Mapped[str | None]
    link: Mapped[str | None]
    agenda: Mapped[list[str]]
    papers_due_on: Mapped[date]
    state: Mapped[ForumMeetingState] = mapped_column(default=ForumMeetingState.PLANNED)

    def plan(self, told: Mapping[str, Any], papers_days: int) -> None:
        """Take what is told; raises ForumMeetingStateError, ForumMeetingNowhereError."""
        self.planned()
        for name, value in told.items():
            setattr(self, name, value)
        self.papers_due_on = self.day - timedelta(papers_days)
        if self.place is None and self.link is None:
            raise ForumMeetingNowhereError.at("#/place", "Tell the place or the link", "somewhere")

    def hold(self, today: date) -> None:
        """Note that it took place; raises ForumMeetingStateError, ForumMeetingNotYetError."""
        if self.state is ForumMeetingState.CANCELLED:
            raise ForumMeetingStateError(f"It is {self.state}", state=self.state)
        if self.day > today:
            raise ForumMeetingNotYetError
        self.state = ForumMeetingState.HELD

    def cancel(self) -> None:
        """Let it not take place; raises ForumMeetingStateError."""
        self.planned()
        self.state = ForumMeetingState.CANCELLED

    def planned(self) -> None:
        """Refuse what is done before a meeting only; raises ForumMeetingStateError."""
        if self.state is not ForumMeetingState.PLANNED:
            raise ForumMeetingStateError(f"It is {self.state}", state=self.state)


def invited(told: Collection[UUID], known: Collection[UUID]) -> None:
    """Refuse who is not among those known; raises NotInvitedError."""
    if strangers := sorted(str(id_) for id_ in told if id_ not in known):
        raise NotInvitedError(strangers=strangers)


class ForumPaper(Entity):
    """What members read for a meeting, and when it was sent to them."""

    __tablename__ = "forum_paper"
    __table_args__ = (CheckConstraint(f"sent_on <= {TODAY}", name="sent_by_now"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(ForumMeeting.id), index=True)
    title: Mapped[str]
    link: Mapped[str]
    sent_on: Mapped[date | None]

    def tell(self, told: Mapping[str, Any], today: date) -> None:
        """Take what is told; raises DayInFutureError."""
        for name, value in told.items():
            setattr(self, name, value)
        not_after(today, self.sent_on, "sent_on")


class ForumGuest(Entity):
    """Somebody who is no member and was invited to one meeting; and whether they came."""

    __tablename__ = "forum_guest"
    __table_args__ = (
        CheckConstraint(ONE_NAMED, name="one_named"),
        UniqueConstraint("meeting_id", "person_id"),
        UniqueConstraint("meeting_id", "user_id"),
    )

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(ForumMeeting.id))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    attended: Mapped[bool] = mapped_column(default=False)

    def named(self) -> None:
        """Refuse nobody, and two at once; raises PersonOrStaffError."""
        one_named(self.person_id, self.user_id)


class ForumAttendance(Entity):
    """A member came to a meeting."""

    __tablename__ = "forum_attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "member_id"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(ForumMeeting.id))
    member_id: Mapped[UUID] = mapped_column(ForeignKey(ForumMember.id), index=True)
