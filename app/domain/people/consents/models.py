"""What people of the register agreed to, for which purpose, and what it was used for."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import london_day
from app.core.db import Entity
from app.domain.people.consents.errors import (
    ConsentActiveError,
    ConsentGiverError,
    ConsentTimeError,
    ConsentWithdrawnError,
    ParentConsentError,
)
from app.domain.people.register.models import Person

PERSONAL: Final = {"class": "personal"}
OWN_CONSENT: Final = 16
ADULT: Final = 18


class Purpose(StrEnum):
    """What somebody is asked to agree to; the involvement agreement is one that is signed."""

    INVOLVEMENT_AGREEMENT = "involvement_agreement"
    OPPORTUNITIES = "opportunities"
    NEWSLETTER = "newsletter"
    RESEARCH = "research"
    STORIES = "stories"
    PHOTOGRAPHS = "photographs"
    EQUALITY_MONITORING = "equality_monitoring"
    SUPPORTER = "supporter"
    TEXT_MESSAGES = "text_messages"


class ConsentChannel(StrEnum):
    """How a consent was given, or its end was told."""

    ONLINE = "online"
    PAPER = "paper"
    SPOKEN = "spoken"
    EMAIL = "email"


class WithdrawalHow(StrEnum):
    """How a consent ended: it was withdrawn by a channel, or one to a newer text took its place."""

    ONLINE = "online"
    PAPER = "paper"
    SPOKEN = "spoken"
    EMAIL = "email"
    RENEWED = "renewed"


class GivenBy(StrEnum):
    PERSON = "person"
    PARENT = "parent"
    SUPPORTER = "supporter"


def age_on(born_on: date, day: date) -> int:
    """Give the whole years of somebody's life on a day."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


class ConsentText(Entity):
    """What people agree to for a purpose: published when it is made, and never changed.

    The next number of its purpose supersedes it. `shipped` marks a text that came with the
    service, for the trust to replace by its own.
    """

    __tablename__ = "consent_text"
    __table_args__ = (
        UniqueConstraint("purpose", "number"),
        UniqueConstraint("id", "purpose"),
        CheckConstraint("number > 0", name="number"),
    )

    purpose: Mapped[Purpose]
    number: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
    easy_read: Mapped[str]
    shipped: Mapped[bool] = mapped_column(default=False)
    published_by: Mapped[UUID | None]


class Consent(Entity):
    """What a person agreed to, from a time until it was withdrawn; at most one a purpose at a time.

    Under 16 a parent consents. Only its end is ever added to it.
    """

    __tablename__ = "person_consent"
    __table_args__ = (
        ForeignKeyConstraint(["text_id", "purpose"], ["consent_text.id", "consent_text.purpose"]),
        CheckConstraint("given_at <= created_at", name="given"),
        CheckConstraint("withdrawn_at > given_at", name="withdrawn_later"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_how IS NULL)", name="withdrawn_somehow"
        ),
        CheckConstraint("(given_by = 'person') = (giver_name IS NULL)", name="giver"),
        ExcludeConstraint(
            ("person_id", "="),
            ("purpose", "="),
            (text("tstzrange(given_at, withdrawn_at)"), "&&"),
            name="ex_person_consent_once",
            using="gist",
        ),
        Index(None, "person_id", "id"),
        Index(None, "text_id", "purpose"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    text_id: Mapped[UUID]
    purpose: Mapped[Purpose]
    channel: Mapped[ConsentChannel]
    given_at: Mapped[datetime]
    given_by: Mapped[GivenBy]
    giver_name: Mapped[str | None] = mapped_column(info=PERSONAL)
    recorded_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_how: Mapped[WithdrawalHow | None]
    withdrawal_recorded_by: Mapped[UUID | None]

    def give(self, person: Person, told: Mapping[str, Any], now: datetime) -> None:
        """Take what is told; raises ConsentTimeError, ConsentGiverError, ParentConsentError."""
        for name, value in told.items():
            setattr(self, name, value)
        self.given_at = told.get("given_at") or now
        if self.given_at > now:
            raise ConsentTimeError.at("#/given_at", "In the future", "consent_time")
        if (self.given_by is GivenBy.PERSON) != (self.giver_name is None):
            raise ConsentGiverError.at(
                "#/giver_name", "Named where it is not the person, and only then", "consent_giver"
            )
        self._by_who_may(person.born_on)

    def _by_who_may(self, born_on: date | None) -> None:
        """Refuse who may not consent, as far as the day of birth is known."""
        if born_on is None:
            return
        age = age_on(born_on, london_day(self.given_at))
        if age < 0:
            raise ConsentTimeError.at("#/given_at", "Before the person was born", "consent_time")
        if (age < OWN_CONSENT and self.given_by is not GivenBy.PARENT) or (
            age >= ADULT and self.given_by is GivenBy.PARENT
        ):
            raise ParentConsentError.at(
                "#/given_by", "Under 16 a parent, from 18 on never a parent", "parent_consent"
            )

    def withdraw(self, at: datetime, how: ConsentChannel, by: UUID) -> None:
        """End it; raises ConsentWithdrawnError."""
        if self.withdrawn_at is not None:
            raise ConsentWithdrawnError
        self.withdrawn_at, self.withdrawn_how = at, WithdrawalHow(how)
        self.withdrawal_recorded_by = by

    def renew(self, with_: "Consent", number: int, new_number: int) -> None:
        """End it where one to a newer text begins; raises ConsentActiveError."""
        if new_number <= number or with_.given_at <= self.given_at:
            raise ConsentActiveError(purpose=self.purpose)
        self.withdrawn_at, self.withdrawn_how = with_.given_at, WithdrawalHow.RENEWED
        self.withdrawal_recorded_by = with_.recorded_by


class Use(Entity):
    """Something that was done by a consent while it was active: an invitation, a story told.

    The person and the purpose are the consent's, so that one is not used for the other.
    """

    __tablename__ = "person_use"
    __table_args__ = (
        CheckConstraint("what ~ '^[a-z][a-z_]*$'", name="what"),
        CheckConstraint("used_at <= created_at", name="used"),
        Index(None, "consent_id", "used_at"),
    )

    consent_id: Mapped[UUID] = mapped_column(ForeignKey(Consent.id))
    what: Mapped[str]
    subject_id: Mapped[UUID]
    used_at: Mapped[datetime]
    used_by: Mapped[UUID | None]
