from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Entity
from app.domain.people.messages.errors import MessageNotFailedError

PERSONAL: Final = {"class": "personal"}
MOST_TRIES: Final = 30  # with pauses of up to an hour, about a day


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Addressee(Protocol):
    """Whom a message can be sent to: a contact is one."""

    @property
    def name(self) -> str: ...

    @property
    def email(self) -> str: ...


class Message(Entity):
    """A message to one person; sent at least once, and what it said is forgotten in time.

    `once` names what it is about: no second message has the same. `problem` is the kind of the
    last failure, never its text, which may quote an address.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("once"),
        CheckConstraint(
            "status = 'sent' OR num_nulls(recipient_name, recipient_email, subject, text) = 0",
            name="can_be_sent",
        ),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_at_a_time"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(None, "status", "id"),
    )

    kind: Mapped[str]
    recipient_name: Mapped[str | None] = mapped_column(info=PERSONAL)
    recipient_email: Mapped[str | None] = mapped_column(info=PERSONAL)
    subject: Mapped[str | None] = mapped_column(info=PERSONAL)
    text: Mapped[str | None] = mapped_column(info=PERSONAL)
    html: Mapped[str | None] = mapped_column(info=PERSONAL)
    once: Mapped[str]
    status: Mapped[MessageStatus] = mapped_column(default=MessageStatus.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None]
    sent_at: Mapped[datetime | None]

    def attempt(self) -> None:
        """Count a try before it is made, so that one that ends the process is counted too."""
        self.attempts += 1

    def sent(self, at: datetime) -> None:
        self.status, self.sent_at, self.problem = MessageStatus.SENT, at, None

    def not_sent(self, problem: str, *, for_good: bool) -> None:
        """Note why a try failed; after the last one, or where another is no use, it has failed."""
        self.problem = problem
        if for_good or self.attempts >= MOST_TRIES:
            self.status = MessageStatus.FAILED

    def retry(self) -> None:
        """Let a message that failed be tried anew; raises MessageNotFailedError."""
        if self.status is not MessageStatus.FAILED:
            raise MessageNotFailedError
        self.status, self.attempts = MessageStatus.QUEUED, 0
