"""Courses and induction packs as versioned curricula, and who completed them."""

from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.identity.models import User
from app.domain.involvement.checks.models import MOST_MONTHS, NOT_IN_FUTURE
from app.domain.involvement.renewal import after_months
from app.domain.involvement.training.errors import (
    CompletionInFutureError,
    CourseRetiredError,
    CourseVersionUnknownError,
)
from app.domain.people.register.models import Person

PERSONAL: Final = {"class": "personal"}


class CourseKind(StrEnum):
    TRAINING = "training"
    INDUCTION = "induction"


class Course(Entity):
    """A training course or an induction pack; what it teaches stands in its versions.

    `current` is its newest version, `least` the oldest whose completion still counts.
    """

    __tablename__ = "course"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("least BETWEEN 1 AND current", name="least"),
    )

    code: Mapped[str]
    kind: Mapped[CourseKind]
    name: Mapped[str]
    current: Mapped[int] = mapped_column(default=1)
    least: Mapped[int] = mapped_column(default=1)
    retired: Mapped[bool] = mapped_column(default=False)

    def revise(self, *, earlier_counts: bool) -> int:
        """Begin the next version; gives its number. Raises CourseRetiredError."""
        self.given()
        self.current += 1
        if not earlier_counts:
            self.least = self.current
        return self.current

    def given(self) -> None:
        """Refuse what only a course has that is still given; raises CourseRetiredError."""
        if self.retired:
            raise CourseRetiredError


class CourseVersion(Entity):
    """What a course teaches; rows are added and never changed."""

    __tablename__ = "course_version"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(f"months BETWEEN 1 AND {MOST_MONTHS}", name="months"),
    )

    course_id: Mapped[UUID] = mapped_column(ForeignKey(Course.id))
    number: Mapped[int]
    summary: Mapped[str]
    outcomes: Mapped[list[str]]
    months: Mapped[int | None]


class Completion(Entity):
    """That somebody completed a version of a course: a person of the register, or a staff user."""

    __tablename__ = "course_completion"
    __table_args__ = (
        ForeignKeyConstraint(
            ["course_id", "course_version"], [CourseVersion.course_id, CourseVersion.number]
        ),
        CheckConstraint("num_nonnulls(person_id, user_id) = 1", name="of_somebody"),
        CheckConstraint(NOT_IN_FUTURE.format("completed_on"), name="not_in_future"),
        CheckConstraint("expires_on > completed_on", name="expires_later"),
        UniqueConstraint("person_id", "course_id", "completed_on"),
        UniqueConstraint("user_id", "course_id", "completed_on"),
        Index(None, "course_id", "course_version"),
        Index(None, "expires_on", "id"),
    )

    course_id: Mapped[UUID]
    course_version: Mapped[int]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id))
    completed_on: Mapped[date] = mapped_column(info=PERSONAL)
    expires_on: Mapped[date | None] = mapped_column(info=PERSONAL)
    recorded_by: Mapped[UUID]

    @classmethod
    def of(
        cls, who: Person | User, version: CourseVersion, completed_on: date, *, today: date
    ) -> "Completion":
        """Note that somebody completed a version; raises CompletionInFutureError."""
        if completed_on > today:
            raise CompletionInFutureError.at("#/completed_on", "After today", "not_in_future")
        months = version.months
        return cls(
            course_id=version.course_id,
            course_version=version.number,
            person_id=who.id if isinstance(who, Person) else None,
            user_id=who.id if isinstance(who, User) else None,
            completed_on=completed_on,
            expires_on=None if months is None else after_months(completed_on, months),
        )


def known(version: CourseVersion | None) -> CourseVersion:
    """Refuse a version that is not there; raises CourseVersionUnknownError."""
    if version is None:
        raise CourseVersionUnknownError.at("#/version", "No such version", "not_found")
    return version
