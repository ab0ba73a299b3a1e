"""Requests for what is held of a person, and every reading of all of it."""

from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import months_after
from app.core.db import Entity
from app.domain.people.register.models import Person
from app.domain.rights.access.errors import (
    AccessExtendedError,
    AccessReceivedError,
    AccessReleasedError,
    IdentityUncheckedError,
    ReviewNeededError,
)

PERSONAL: Final = {"class": "personal"}
# UK GDPR 12(3): one month, and two more where requests are complex or many.
MONTHS, MORE_MONTHS = 1, 2


class Identity(StrEnum):
    """How it was checked that the request is the person's."""

    KNOWN = "known"
    DOCUMENT = "document"
    CALLED_BACK = "called_back"
    SIGNED_IN = "signed_in"
    REPRESENTATIVE = "representative"
    UNCHECKED = "unchecked"


class AccessState(StrEnum):
    OPEN = "open"
    RELEASED = "released"


class ReadingPurpose(StrEnum):
    ACCESS = "access"
    ERASURE = "erasure"


class SubjectAccess(Entity):
    """That a person asked for all that is held of them, and by when they are answered."""

    __tablename__ = "subject_access"
    __table_args__ = (
        CheckConstraint("due_on > received_on", name="due_later"),
        CheckConstraint(
            "(state = 'released') = (released_on IS NOT NULL)"
            " AND (released_on IS NULL) = (released_by IS NULL)",
            name="released_on",
        ),
        CheckConstraint("state = 'open' OR identity <> 'unchecked'", name="identity_checked"),
        CheckConstraint("released_on >= received_on", name="released_later"),
        Index(None, "person_id", "id"),
        Index(None, "state", "due_on"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    received_on: Mapped[date]
    due_on: Mapped[date]
    identity: Mapped[Identity]
    extended_because: Mapped[str | None] = mapped_column(info=PERSONAL)
    state: Mapped[AccessState] = mapped_column(default=AccessState.OPEN)
    received_by: Mapped[UUID]
    released_on: Mapped[date | None]
    released_by: Mapped[UUID | None]

    @classmethod
    def received(
        cls, person: Person, on: date, identity: Identity, *, by: UUID, today: date
    ) -> "SubjectAccess":
        """Take a request down; raises PersonMergedError, AccessReceivedError."""
        person.unmerged()
        if on > today:
            raise AccessReceivedError.at("#/received_on", "After today", "received_later")
        due = months_after(on, MONTHS)
        return cls(
            person_id=person.id, received_on=on, due_on=due, identity=identity, received_by=by
        )

    def check(self, identity: Identity) -> None:
        """Note how the identity was checked; raises AccessReleasedError."""
        self._open()
        self.identity = identity

    def extend(self, because: str) -> None:
        """Take two more months; raises AccessReleasedError, AccessExtendedError."""
        self._open()
        if self.extended_because is not None:
            raise AccessExtendedError
        self.extended_because = because
        self.due_on = months_after(self.received_on, MONTHS + MORE_MONTHS)

    def release(self, *, reviewed: bool, by: UUID, today: date) -> None:
        """Note that the person was answered.

        Raises AccessReleasedError, IdentityUncheckedError, ReviewNeededError.
        """
        self._open()
        if self.identity is Identity.UNCHECKED:
            raise IdentityUncheckedError
        if not reviewed:
            raise ReviewNeededError.at("#/reviewed", "Read what staff wrote first", "unreviewed")
        self.state, self.released_on, self.released_by = AccessState.RELEASED, today, by

    def _open(self) -> None:
        if self.state is not AccessState.OPEN:
            raise AccessReleasedError


class SubjectReading(Entity):
    """That somebody read, or had read, all that is held of a person; rows are only added.

    The database shows rows that are hidden otherwise only by a reading that stands here.
    """

    __tablename__ = "subject_reading"
    __table_args__ = (Index(None, "person_id", "id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    purpose: Mapped[ReadingPurpose]
    read_by: Mapped[UUID]
