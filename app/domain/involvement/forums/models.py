from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.identity.models import User
from app.domain.involvement.forums.errors import ForumMemberAttendedError, ForumPathwayError
from app.domain.involvement.naming.models import IN_ORDER, ONE_NAMED, in_order, one_named
from app.domain.organisation.models import Directorate
from app.domain.people.register.models import Person


class ForumKind(StrEnum):
    PATHWAY = "pathway"
    YOUTH_BOARD = "youth_board"
    TRUST_WIDE = "trust_wide"


class Forum(Entity):
    """A pathway's "Our voice" forum, the youth board, or a group of the whole trust.

    Papers of a meeting are in time when sent `papers_days` days before it, or earlier.
    """

    __tablename__ = "forum"
    __table_args__ = (
        CheckConstraint("(kind = 'pathway') = (pathway IS NOT NULL)", name="pathway_named"),
        CheckConstraint("papers_days >= 0 AND papers_days <= 60", name="papers_days"),
        UniqueConstraint("name"),
    )

    kind: Mapped[ForumKind]
    name: Mapped[str]
    pathway: Mapped[str | None]
    purpose: Mapped[str | None]
    papers_days: Mapped[int]
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id), index=True)
    closed_on: Mapped[date | None]

    def tell(self, told: Mapping[str, Any]) -> None:
        """Take what is told; raises ForumPathwayError."""
        for name, value in told.items():
            setattr(self, name, value)
        if (self.kind is ForumKind.PATHWAY) != (self.pathway is not None):
            raise ForumPathwayError.at("#/pathway", "Only a pathway's forum has one", "pathway")


class ForumMember(Entity):
    """A person of the register or a member of staff who belongs to a forum for a time."""

    __tablename__ = "forum_member"
    __table_args__ = (
        CheckConstraint(ONE_NAMED, name="one_named"),
        CheckConstraint(IN_ORDER, name="in_order"),
        ExcludeConstraint(
            ("forum_id", "="),
            (text("COALESCE(person_id, user_id)"), "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_forum_member_once",
            using="gist",
        ),
    )

    forum_id: Mapped[UUID] = mapped_column(ForeignKey(Forum.id), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), index=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    def tell(self, told: Mapping[str, Any], attended: Iterable[date] = ()) -> None:
        """Take what is told; `attended` are the days of meetings they came to.

        Raises PersonOrStaffError, PeriodOrderError, ForumMemberAttendedError.
        """
        for name, value in told.items():
            setattr(self, name, value)
        one_named(self.person_id, self.user_id)
        in_order(self.valid_from, self.valid_to)
        for day in attended:
            if not self.is_one(day):
                raise ForumMemberAttendedError(f"On {day.isoformat()}", on=day.isoformat())

    def is_one(self, day: date) -> bool:
        """Tell whether they are a member on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
