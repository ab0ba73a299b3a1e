"""What came in, kept as it came: an event is stored before anything is made of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base, Entity
from app.core.errors import DomainError
from app.core.ids import uuid7
from app.core.statement import Statement


class EventStatus(StrEnum):
    PENDING = "pending"
    APPLIED = "applied"
    IGNORED = "ignored"
    WAITING = "waiting"
    DEAD = "dead"
    DISCARDED = "discarded"


class Received(StrEnum):
    STORED = "stored"
    DUPLICATE = "duplicate"


class EventConflictError(DomainError):
    slug = "event-conflict"
    title = "An event with this id and another body was received before"


class InboxEvent(Base):
    """One delivery. The id of its sender and the hash stay for ever, the body for 30 days."""

    __tablename__ = "inbox_event"
    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        Index("ix_inbox_event_pending", "id", postgresql_where="status = 'pending'"),
        Index(
            "ix_inbox_event_kept", "status", "id", postgresql_where="status IN ('dead', 'waiting')"
        ),
        Index(None, "import_id", postgresql_where="import_id IS NOT NULL"),
        {"info": {"unrecorded": "what an operator does to an event is an inbox_action"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    source: Mapped[str]
    event_id: Mapped[str]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(default=now)
    status: Mapped[EventStatus] = mapped_column(default=EventStatus.PENDING)
    reason: Mapped[str | None]
    waits_for: Mapped[str | None]
    import_id: Mapped[UUID | None]


class InboxAction(Entity):
    """What an operator did to an event, and why; recorded in the change log."""

    __tablename__ = "inbox_action"

    event_id: Mapped[UUID] = mapped_column(ForeignKey(InboxEvent.id), index=True)
    action: Mapped[str]
    reason: Mapped[str | None]
    actor_id: Mapped[UUID]


class InboxAlert(Base):
    """A delivery that cannot be true: a known id with another body."""

    __tablename__ = "inbox_alert"
    __table_args__ = {"info": {"unrecorded": "written once, by no one's hand"}}  # noqa: RUF012  SQLAlchemy's form

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    source: Mapped[str]
    event_id: Mapped[str]
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(default=now)


_STORE = """
INSERT INTO inbox_event (id, source, event_id, body, body_hash, received_at, status)
VALUES ($1, $2, $3, $4, $5, $6, 'pending')
ON CONFLICT (source, event_id) DO NOTHING"""

_STORED = "SELECT id, body_hash FROM inbox_event WHERE source = $1 AND event_id = $2"

_ALERT = """
INSERT INTO inbox_alert (id, source, event_id, body_hash, received_at)
VALUES ($1, $2, $3, $4, $5)"""


@dataclass(frozen=True, slots=True)
class Receipt:
    id: UUID
    status: Received


async def receive(door: Statement, source: str, event_id: str, body: bytes) -> Receipt:
    """Store one event; it is committed when this returns.

    A second delivery of the same bytes is a duplicate. Raises EventConflictError, after leaving
    an alert, where the same id comes with other bytes.
    """
    id_, digest, at = uuid7(), hashlib.sha256(body).digest(), now()
    if await door.execute(_STORE, id_, source, event_id, body, digest, at) == "INSERT 0 1":
        return Receipt(id_, Received.STORED)
    stored = await door.fetchrow(_STORED, source, event_id)
    if stored["body_hash"] != digest:
        await door.execute(_ALERT, id_, source, event_id, digest, at)
        raise EventConflictError
    return Receipt(stored["id"], Received.DUPLICATE)
