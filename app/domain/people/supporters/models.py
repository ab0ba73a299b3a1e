"""Who acts for a person that does not do so alone, for what and until when."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.actor import Login
from app.core.db import Entity
from app.domain.people.register.models import Person
from app.domain.people.supporters.errors import (
    SupporterEndedError,
    SupporterLoginError,
    SupporterMayNotError,
    SupporterTimeError,
)

PERSONAL: Final = {"class": "personal"}
LONGEST: Final = timedelta(days=366)


class Relation(StrEnum):
    """What a supporter is to the person."""

    PARENT = "parent"
    PARTNER = "partner"
    RELATIVE = "relative"
    FRIEND = "friend"
    CARER = "carer"
    ADVOCATE = "advocate"
    SUPPORT_WORKER = "support_worker"
    OTHER = "other"


class May(StrEnum):
    """What a person lets a supporter do; never how they are reached, but by a word of its own."""

    PROFILE = "profile"
    CONTACT = "contact"
    CONSENTS = "consents"
    APPLICATIONS = "applications"
    CLAIMS = "claims"


_KNOWN: Final = ", ".join(f"'{each}'" for each in May)


class Supporter(Entity):
    """Somebody a person named to act for them, from a day until another, that one excluded.

    `issuer` and `subject` are the supporter's own login, once it was bound by a sign-in code.
    """

    __tablename__ = "person_supporter"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from AND valid_to <= valid_from + 366", name="in_order"),
        CheckConstraint("cardinality(may) > 0", name="may_something"),
        CheckConstraint(f"may <@ ARRAY[{_KNOWN}]", name="may_known"),
        CheckConstraint("(issuer IS NULL) = (subject IS NULL)", name="login"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        Index(None, "person_id", "id"),
        Index(None, "issuer", "subject"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    name: Mapped[str] = mapped_column(info=PERSONAL)
    email: Mapped[str | None] = mapped_column(info=PERSONAL)
    relation: Mapped[Relation] = mapped_column(info=PERSONAL)
    may: Mapped[list[str]]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    named_by: Mapped[UUID]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    issuer: Mapped[str | None]
    subject: Mapped[str | None] = mapped_column(info=PERSONAL)

    def tell(self, told: Mapping[str, Any], today: date) -> None:
        """Take what is told; raises SupporterTimeError."""
        for name, value in told.items():
            setattr(self, name, value)
        self.may = [each for each in May if each in told["may"]]
        self.valid_from = told.get("valid_from") or today
        if not self.valid_from < self.valid_to <= self.valid_from + LONGEST or (
            self.valid_to <= today
        ):
            raise SupporterTimeError.at("#/valid_to", "Not within a year", "supporter_time")

    def acts(self, today: date) -> bool:
        return self.ended_at is None and self.valid_from <= today < self.valid_to

    def still(self, today: date) -> None:
        """Refuse what is for supporters to come or at work; raises SupporterEndedError."""
        if self.ended_at is not None or today >= self.valid_to:
            raise SupporterEndedError

    def check(self, may: str | None) -> None:
        """Refuse what they were not named for; raises SupporterMayNotError."""
        if may is None or may not in self.may:
            raise SupporterMayNotError(missing=[] if may is None else [may])

    def end(self, at: datetime, by: UUID) -> None:
        """Let them act no more; raises SupporterEndedError."""
        if self.ended_at is not None:
            raise SupporterEndedError
        self.ended_at, self.ended_by = at, by

    def sign_in(self, login: Login, today: date) -> None:
        """Bind the login they act by; raises SupporterEndedError, SupporterLoginError."""
        self.still(today)
        if self.subject is not None and (self.issuer, self.subject) != (
            login.issuer,
            login.subject,
        ):
            raise SupporterLoginError
        self.issuer, self.subject = login.issuer, login.subject


class ActedFor(Entity):
    """That something was done for a person, by whom; a row is added and never changed.

    Without a supporter it was a member of staff, whose user `acted_by` is.
    """

    __tablename__ = "acted_for"
    __table_args__ = (
        CheckConstraint("supporter_id IS NULL OR supporter_id = acted_by", name="by_supporter"),
        Index(None, "person_id", "id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    supporter_id: Mapped[UUID | None] = mapped_column(ForeignKey(Supporter.id), index=True)
    acted_by: Mapped[UUID]
    operation: Mapped[str]
