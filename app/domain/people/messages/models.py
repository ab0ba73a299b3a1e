"""Messages, and how they stand:

queued   -> sent | failed | to_print
to_print -> sent (handed over)
sent     -> delivered | failed (as GOV.UK Notify tells)
failed   -> queued | to_print (tried anew) | sent (handed over)
"""

from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.people.messages.errors import (
    MessageForgottenError,
    MessageNotByHandError,
    MessageNotFailedError,
)
from app.domain.people.messages.templates.codes import FORGOTTEN
from app.domain.people.messages.templates.models import MessageTemplate
from app.domain.people.needs.codes import Format
from app.domain.people.register.models import ContactChannel, Person

PERSONAL: Final = {"class": "personal"}
MOST_TRIES: Final = 30  # with pauses of up to an hour, about a day


class MessageStatus(StrEnum):
    QUEUED = "queued"
    TO_PRINT = "to_print"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


class ByHand(StrEnum):
    """Why somebody must hand a message over: no machine can, or none got through."""

    CHANNEL = "channel"  # the person is telephoned
    CONTACT = "contact"  # nothing is known to reach the person by
    FORMAT = "format"  # it is to be made: braille, audio, sign language, large print
    LANGUAGE = "language"  # there is no text in a language that the person can use
    LENGTH = "length"  # too long for a text message
    CARRIER = "carrier"  # GOV.UK Notify is not set up
    FAILURE = "failure"  # it could not be delivered


class Addressee(Protocol):
    """Whom a message can be sent to: a contact is one."""

    @property
    def name(self) -> str: ...

    @property
    def email(self) -> str: ...


class Message(Entity):
    """A message to one person; sent at least once, and what it said is forgotten in time.

    `once` names what it is about: no second message has the same. Where it goes is read from the
    record of a person of the register when it is sent; other recipients stand in the message.
    `problem` is the kind of the last failure, never its text, which may quote an address.
    `carrier_id` is what GOV.UK Notify knows the last try by.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("once"),
        CheckConstraint(
            "(status <> 'queued' AND status <> 'to_print') OR num_nulls(subject, text) = 0 AND"
            " (person_id IS NOT NULL OR recipient_name IS NOT NULL AND (status = 'to_print' OR"
            " CASE channel WHEN 'email' THEN recipient_email WHEN 'letter' THEN recipient_address"
            " ELSE recipient_phone END IS NOT NULL))",
            name="can_be_sent",
        ),
        CheckConstraint(
            "CASE status WHEN 'queued' THEN sent_at IS NULL WHEN 'to_print' THEN sent_at IS NULL"
            " WHEN 'failed' THEN true ELSE sent_at IS NOT NULL END",
            name="sent_at_a_time",
        ),
        CheckConstraint("(status = 'delivered') = (delivered_at IS NOT NULL)", name="delivered"),
        CheckConstraint("status <> 'to_print' OR by_hand IS NOT NULL", name="to_print_because"),
        CheckConstraint("handed_by IS NULL OR by_hand IS NOT NULL", name="handed_over"),
        CheckConstraint(
            "num_nulls(template_id, format, language) = 0 OR"
            " num_nonnulls(template_id, format, language) = 0",
            name="of_a_template",
        ),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(None, "status", "id"),
        Index(None, "person_id", "id"),
        Index(None, "template_id"),
        Index(
            "ix_message_carried",
            "sent_at",
            postgresql_where="status = 'sent' AND carrier_id IS NOT NULL",
        ),
    )

    kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id))
    template_id: Mapped[UUID | None] = mapped_column(ForeignKey(MessageTemplate.id))
    channel: Mapped[ContactChannel] = mapped_column(default=ContactChannel.EMAIL)
    format: Mapped[Format | None]
    language: Mapped[str | None]
    recipient_name: Mapped[str | None] = mapped_column(info=PERSONAL)
    recipient_email: Mapped[str | None] = mapped_column(info=PERSONAL)
    recipient_phone: Mapped[str | None] = mapped_column(info=PERSONAL)
    recipient_address: Mapped[str | None] = mapped_column(info=PERSONAL)
    subject: Mapped[str | None] = mapped_column(info=PERSONAL)
    text: Mapped[str | None] = mapped_column(info=PERSONAL)
    html: Mapped[str | None] = mapped_column(info=PERSONAL)
    once: Mapped[str]
    status: Mapped[MessageStatus] = mapped_column(default=MessageStatus.QUEUED)
    by_hand: Mapped[ByHand | None]
    handed_by: Mapped[UUID | None]
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None]
    carrier_id: Mapped[UUID | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]

    def attempt(self) -> None:
        """Count a try before it is made, so that one that ends the process is counted too."""
        self.attempts += 1

    def sent(self, at: datetime, carrier_id: UUID | None = None) -> None:
        """Note that it was taken; a receipt may have told so before."""
        if self.status is MessageStatus.QUEUED:
            self.status, self.sent_at, self.problem = MessageStatus.SENT, at, None
            self.carrier_id = carrier_id
            self._done()

    def settle(self, carrier_id: UUID, problem: str | None, at: datetime) -> None:
        """Note what became of the try that GOV.UK Notify knows by this id; None is delivered.

        What it tells of an earlier try, or a second time, changes nothing.
        """
        if self.status is MessageStatus.QUEUED and self.attempts and carrier_id != self.carrier_id:
            self.sent(at, carrier_id)
        if self.status is not MessageStatus.SENT or carrier_id != self.carrier_id:
            return
        if problem is None:
            self.status, self.delivered_at = MessageStatus.DELIVERED, at
        else:
            self.status, self.problem = MessageStatus.FAILED, problem

    def not_sent(self, problem: str, *, for_good: bool) -> None:
        """Note why a try failed; after the last one, or where another is no use, it has failed."""
        if self.status is not MessageStatus.QUEUED:
            return
        self.problem = problem
        if for_good or self.attempts >= MOST_TRIES:
            self.status = MessageStatus.FAILED

    def print(self, because: ByHand) -> None:
        """Let it wait for somebody to hand it over."""
        self.status, self.by_hand = MessageStatus.TO_PRINT, because

    def hand_over(self, at: datetime, by: UUID) -> None:
        """Note that somebody gave it to the person; raises MessageNotByHandError."""
        if self.status not in (MessageStatus.TO_PRINT, MessageStatus.FAILED):
            raise MessageNotByHandError(state=self.status)
        self.by_hand = self.by_hand or ByHand.FAILURE
        self.status, self.sent_at, self.handed_by = MessageStatus.SENT, at, by
        self.carrier_id = None
        self._done()

    def _done(self) -> None:
        """Forget at once what is of no use any more, and tells too much."""
        if self.kind in FORGOTTEN:
            self.recipient_name = self.recipient_email = self.recipient_phone = None
            self.recipient_address = self.subject = self.text = None

    def retry(self) -> None:
        """Let it be tried anew; raises MessageNotFailedError, MessageForgottenError."""
        if self.status is not MessageStatus.FAILED:
            raise MessageNotFailedError
        if self.text is None:
            raise MessageForgottenError
        self.status, self.attempts, self.sent_at = MessageStatus.QUEUED, 0, None
        self.by_hand = self.handed_by = None
