"""What came in, kept as it came: an event is stored before anything is made of it."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import midnight, now
from app.core.db import Base, Entity
from app.core.errors import DomainError
from app.core.ids import day_uuid7, uuid7
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

# In the order of their ids, so that two senders of the same events wait and do not deadlock.
_STORE_MANY = """
INSERT INTO inbox_event (id, source, event_id, body, body_hash, received_at, status)
SELECT id, $1, event_id, body, body_hash, received_at, 'pending'
  FROM unnest($2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::timestamptz[])
       WITH ORDINALITY AS v (id, event_id, body, body_hash, received_at, place)
 ORDER BY event_id, place
ON CONFLICT (source, event_id) DO NOTHING
RETURNING id"""

_STORED = "SELECT id, body_hash FROM inbox_event WHERE source = $1 AND event_id = $2"

_STORED_MANY = """
SELECT event_id, body_hash FROM inbox_event WHERE source = $1 AND event_id = ANY($2::text[])"""

_ALERT = """
INSERT INTO inbox_alert (id, source, event_id, body_hash, received_at)
VALUES ($1, $2, $3, $4, $5)"""


@dataclass(frozen=True, slots=True)
class Receipt:
    id: UUID
    status: Received


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way in; the digest tells a repeat from another event of the same id."""

    id: UUID
    event_id: str
    body: bytes
    digest: bytes
    at: datetime

    @classmethod
    def of_day(cls, event_id: str, body: bytes, digest: bytes, day: date) -> "Delivery":
        """Let an event tell no instant, in its id neither, but only the day it came."""
        return cls(day_uuid7(day), event_id, body, digest, midnight(day))


async def receive(door: Statement, source: str, event_id: str, body: bytes) -> Receipt:
    """Store one event; it is committed when this returns.

    A second delivery of the same bytes is a duplicate. Raises EventConflictError, after leaving
    an alert, where the same id comes with other bytes.
    """
    delivery = Delivery(uuid7(), event_id, body, hashlib.sha256(body).digest(), now())
    try:
        return await enter(door, source, delivery)
    except EventConflictError:
        await door.execute(_ALERT, delivery.id, source, event_id, delivery.digest, delivery.at)
        raise


async def enter(door: Statement, source: str, new: Delivery) -> Receipt:
    """Store one delivery; raises EventConflictError, and leaves no alert, as `receive` does."""
    stored = await door.execute(_STORE, new.id, source, new.event_id, new.body, new.digest, new.at)
    if stored == "INSERT 0 1":
        return Receipt(new.id, Received.STORED)
    known = await door.fetchrow(_STORED, source, new.event_id)
    if known["body_hash"] != new.digest:
        raise EventConflictError
    return Receipt(known["id"], Received.DUPLICATE)


async def enter_many(
    door: Statement, source: str, new: Sequence[Delivery]
) -> list[Received | None]:
    """Store many deliveries at once; None where a known id comes with another digest."""
    if not new:
        return []
    columns = zip(*((d.id, d.event_id, d.body, d.digest, d.at) for d in new), strict=True)
    rows = await door.fetch(_STORE_MANY, source, *(list(column) for column in columns))
    stored = {row["id"] for row in rows}
    known = {}
    if repeated := [each.event_id for each in new if each.id not in stored]:
        found = await door.fetch(_STORED_MANY, source, repeated)
        known = {row["event_id"]: row["body_hash"] for row in found}
    return [_received(each, stored, known) for each in new]


def _received(
    new: Delivery, stored: Collection[UUID], known: Mapping[str, bytes]
) -> Received | None:
    if new.id in stored:
        return Received.STORED
    return Received.DUPLICATE if known[new.event_id] == new.digest else None
