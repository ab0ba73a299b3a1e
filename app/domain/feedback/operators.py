"""What an operator sees of the inbox and may do to it; each act leaves an InboxAction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import DateTime, Select, Text, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.clock import now
from app.core.ids import uuid7
from app.core.inbox import EventStatus, InboxAction, InboxAlert, InboxEvent
from app.core.json_rows import JsonRows
from app.domain.feedback.errors import EventNotFoundError, EventNotReplayableError

E = InboxEvent
_WIRE: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
MOST_REPLAYED: Final = 10_000


def instant(column: Any) -> ColumnElement[Any]:
    """Write an instant as the models do; the connection's time zone is UTC."""
    return func.to_char(column, _WIRE)


def _bound(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "status": E.status == _bound("status"),
    "source": E.source == _bound("source"),
    "received_from": E.received_at >= _bound("received_from", DateTime(timezone=True)),
    "received_to": E.received_at < _bound("received_to", DateTime(timezone=True)),
}
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{name: getattr(E, name) for name in ("id", "source", "event_id", "status", "reason")},
    "waits_for": E.waits_for.expression,
    "received_at": instant(E.received_at),
    "body_base64": func.translate(func.encode(E.body, "base64"), "\n", ""),
}
_ALERT_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{name: getattr(InboxAlert, name) for name in ("id", "source", "event_id")},
    "received_at": instant(InboxAlert.received_at),
}


def _events(using: frozenset[str]) -> Select[Any]:
    return select(E).where(*(_FILTERS[name] for name in sorted(using)))


EVENTS: Final = JsonRows(_COLUMNS, _events, EventNotFoundError)
ALERTS: Final = JsonRows(_ALERT_COLUMNS, lambda _: select(InboxAlert))

# What no worker is about to touch, and can still be read.
_AT_REST: Final = (E.status != EventStatus.PENDING, E.body.is_not(None))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events a replay of many takes, oldest first."""

    status: EventStatus
    source: str | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None


async def replay(session: AsyncSession, event_id: UUID, *, by: Actor) -> None:
    """Put one event back in line; applying it again changes nothing that it changed before.

    Raises EventNotFoundError, EventNotReplayableError.
    """
    event = await _get(session, event_id)
    if event.status is EventStatus.PENDING or event.body is None:
        raise EventNotReplayableError
    event.status, event.reason, event.waits_for = EventStatus.PENDING, None, None
    session.add(InboxAction(event_id=event.id, action="replay", actor_id=by.id))
    await session.flush()


async def discard(session: AsyncSession, event_id: UUID, reason: str, *, by: Actor) -> None:
    """Give up on one event for good, and say why; raises EventNotFoundError."""
    event = await _get(session, event_id)
    event.status, event.reason, event.waits_for = EventStatus.DISCARDED, None, None
    session.add(InboxAction(event_id=event.id, action="discard", reason=reason, actor_id=by.id))
    await session.flush()


async def replay_many(session: AsyncSession, chosen: Selection, *, by: Actor) -> int:
    """Put up to MOST_REPLAYED events back in line; gives how many."""
    where = [E.status == chosen.status, *_AT_REST]
    if chosen.source is not None:
        where.append(E.source == chosen.source)
    if chosen.received_from is not None:
        where.append(E.received_at >= chosen.received_from)
    if chosen.received_to is not None:
        where.append(E.received_at < chosen.received_to)
    picked = select(E.id).where(*where).order_by(E.id).limit(MOST_REPLAYED).with_for_update()
    changed = (
        update(E)
        .where(E.id.in_(picked))
        .values(status=EventStatus.PENDING, reason=None, waits_for=None)
        .returning(E.id)
    )
    ids = (await session.scalars(changed)).all()
    if ids:
        at = now()
        common = {"action": "replay", "actor_id": by.id, "created_at": at, "updated_at": at}
        rows = [{"id": uuid7(), "event_id": id_, "version": 1, **common} for id_ in ids]
        await session.execute(insert(InboxAction), rows)
    return len(ids)


async def _get(session: AsyncSession, event_id: UUID) -> InboxEvent:
    event = await session.get(InboxEvent, event_id, with_for_update=True)
    if event is None:
        raise EventNotFoundError
    return event
