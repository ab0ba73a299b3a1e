"""The people of the involvement register.

A person's status, and what may follow it:

    enquiry  -> welcomed | left
    welcomed -> active | paused | left
    active   -> paused | left
    paused   -> active | left
    left     -> welcomed
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.identity.models import User
from app.domain.organisation.models import Directorate
from app.domain.people.register.errors import (
    BornLaterError,
    ChannelMissingError,
    PersonMergedError,
    PersonStatusError,
    RolePeriodOrderError,
)

PERSONAL: Final = {"class": "personal"}
SPECIAL: Final = {"class": "special"}
# What a name is searched by, as PostgreSQL writes it back.
NAMES: Final = (
    "to_tsvector('simple'::regconfig, (name || ' '::text) || COALESCE(known_as, ''::text))"
)


class PersonStatus(StrEnum):
    ENQUIRY = "enquiry"
    WELCOMED = "welcomed"
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"


FOLLOWING: Final[Mapping[PersonStatus, frozenset[PersonStatus]]] = {
    PersonStatus.ENQUIRY: frozenset({PersonStatus.WELCOMED, PersonStatus.LEFT}),
    PersonStatus.WELCOMED: frozenset({PersonStatus.ACTIVE, PersonStatus.PAUSED, PersonStatus.LEFT}),
    PersonStatus.ACTIVE: frozenset({PersonStatus.PAUSED, PersonStatus.LEFT}),
    PersonStatus.PAUSED: frozenset({PersonStatus.ACTIVE, PersonStatus.LEFT}),
    PersonStatus.LEFT: frozenset({PersonStatus.WELCOMED}),
}


class ContactChannel(StrEnum):
    """How somebody is reached; the column of the same name holds what they are reached by."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    LETTER = "letter"


_REACHED_BY: Final[Mapping[ContactChannel, str]] = {
    ContactChannel.EMAIL: "email",
    ContactChannel.SMS: "phone",
    ContactChannel.PHONE: "phone",
    ContactChannel.LETTER: "address",
}


class InvolvementRole(StrEnum):
    EXPERT_BY_EXPERIENCE = "expert_by_experience"
    CARER = "carer"
    YOUNG_PERSON = "young_person"
    PEER_SUPPORT_WORKER = "peer_support_worker"
    VOLUNTEER = "volunteer"
    GOVERNOR = "governor"


class Availability(StrEnum):
    MON_MORNING = "mon_morning"
    MON_AFTERNOON = "mon_afternoon"
    MON_EVENING = "mon_evening"
    TUE_MORNING = "tue_morning"
    TUE_AFTERNOON = "tue_afternoon"
    TUE_EVENING = "tue_evening"
    WED_MORNING = "wed_morning"
    WED_AFTERNOON = "wed_afternoon"
    WED_EVENING = "wed_evening"
    THU_MORNING = "thu_morning"
    THU_AFTERNOON = "thu_afternoon"
    THU_EVENING = "thu_evening"
    FRI_MORNING = "fri_morning"
    FRI_AFTERNOON = "fri_afternoon"
    FRI_EVENING = "fri_evening"
    SAT_MORNING = "sat_morning"
    SAT_AFTERNOON = "sat_afternoon"
    SAT_EVENING = "sat_evening"
    SUN_MORNING = "sun_morning"
    SUN_AFTERNOON = "sun_afternoon"
    SUN_EVENING = "sun_evening"


class Person(Entity):
    """Somebody who is involved, was, or asked to be.

    `lead_id` is the involvement lead who welcomed them. Who was merged into another record stays,
    for its history, and is changed no more. Of who was erased a row stays that names nobody, so
    that figures stay; it is never read as a person's.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(
            "CASE preferred_channel WHEN 'email' THEN email WHEN 'letter' THEN address"
            " ELSE phone END IS NOT NULL OR preferred_channel IS NULL",
            name="reachable",
        ),
        CheckConstraint("status = 'enquiry' OR status = 'left' OR lead_id IS NOT NULL", name="led"),
        CheckConstraint("(status = 'paused') OR paused_until IS NULL", name="paused_until"),
        CheckConstraint("merged_into IS NULL OR status = 'left'", name="merged_left"),
        CheckConstraint("merged_into <> id", name="merged_into_another"),
        CheckConstraint(
            "erased_on IS NULL OR (status = 'left' AND name = '(erased)'"
            " AND num_nonnulls(known_as, pronouns, born_on, email, phone, address,"
            " preferred_channel, lived_experience, availability_note, asked, lead_id) = 0"
            " AND cardinality(lived_experience_tags || interests || skills || pathways"
            " || availability) = 0)",
            name="erased_whole",
        ),
        Index("ix_person_names", text(NAMES), postgresql_using="gin"),
        Index("ix_person_found_by", "pathways", "skills", "interests", postgresql_using="gin"),
        Index(None, "status", "id"),
        Index(None, "lead_id"),
        Index(None, "merged_into", postgresql_where="merged_into IS NOT NULL"),
    )

    name: Mapped[str] = mapped_column(info=PERSONAL)
    known_as: Mapped[str | None] = mapped_column(info=PERSONAL)
    pronouns: Mapped[str | None] = mapped_column(info=PERSONAL)
    born_on: Mapped[date | None] = mapped_column(info=PERSONAL)
    email: Mapped[str | None] = mapped_column(info=PERSONAL)
    phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    address: Mapped[str | None] = mapped_column(info=PERSONAL)
    preferred_channel: Mapped[ContactChannel | None]
    language: Mapped[str] = mapped_column(default="en")
    lived_experience: Mapped[str | None] = mapped_column(info=SPECIAL)
    lived_experience_tags: Mapped[list[str]] = mapped_column(info=SPECIAL, default=list)
    interests: Mapped[list[str]] = mapped_column(default=list)
    skills: Mapped[list[str]] = mapped_column(default=list)
    pathways: Mapped[list[str]] = mapped_column(default=list)
    availability: Mapped[list[str]] = mapped_column(default=list)
    availability_note: Mapped[str | None] = mapped_column(info=PERSONAL)
    asked: Mapped[str | None] = mapped_column(info=PERSONAL)
    directorate_id: Mapped[UUID | None] = mapped_column(ForeignKey(Directorate.id), index=True)
    status: Mapped[PersonStatus] = mapped_column(default=PersonStatus.ENQUIRY)
    status_since: Mapped[date]
    paused_until: Mapped[date | None]
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id))
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    erased_on: Mapped[date | None]

    def tell(self, told: Mapping[str, Any], today: date) -> None:
        """Take what is told; raises PersonMergedError, ChannelMissingError, BornLaterError."""
        self.unmerged()
        for name, value in told.items():
            setattr(self, name, value)
        if self.born_on is not None and self.born_on > today:
            raise BornLaterError.at("#/born_on", "After today", "born_later")
        channel = self.preferred_channel
        if channel is not None and getattr(self, _REACHED_BY[channel]) is None:
            raise ChannelMissingError.at(
                f"#/{_REACHED_BY[channel]}", f"The person prefers {channel}", "channel_missing"
            )

    def reached_by(self, channel: ContactChannel) -> str | None:
        """Give what the person is reached by in a way; None where it is not known."""
        found: str | None = getattr(self, _REACHED_BY[channel])
        return found

    def turn(self, status: PersonStatus, today: date, until: date | None = None) -> None:
        """Let the status follow; raises PersonMergedError, PersonStatusError."""
        self.unmerged()
        if status not in FOLLOWING[self.status]:
            raise PersonStatusError(f"The status is {self.status}", state=self.status)
        self.status, self.status_since, self.paused_until = status, today, until

    def unmerged(self) -> None:
        """Refuse what is done to a record that stands for its history; raises PersonMergedError."""
        if self.merged_into is not None:
            raise PersonMergedError(merged_into=str(self.merged_into))


class StatusChange(Entity):
    """A status a person once had, since when and why; rows are added and never changed."""

    __tablename__ = "person_status"
    __table_args__ = (Index(None, "person_id", "id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    status: Mapped[PersonStatus]
    since: Mapped[date]
    reason: Mapped[str | None] = mapped_column(info=PERSONAL)
    changed_by: Mapped[UUID | None]


class RolePeriod(Entity):
    """A role somebody has from a day until another, that one excluded; open where none is told."""

    __tablename__ = "person_role"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="in_order"),
        ExcludeConstraint(
            ("person_id", "="),
            ("role", "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_person_role_once",
            using="gist",
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    role: Mapped[InvolvementRole]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    def last(self, until: date | None) -> None:
        """Let the role end, or go on; raises RolePeriodOrderError."""
        if until is not None and until <= self.valid_from:
            raise RolePeriodOrderError.at("#/valid_to", "Not after it begins", "in_order")
        self.valid_to = until
