"""What a polled feed tells goes into the inbox, each version of an item once.

The API behind such a feed numbers no versions: they are counted here, by the hash of what it tells.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.inbox import InboxEvent
from app.domain.feedback import events
from app.domain.feedback.feeds.errors import FeedNotFoundError
from app.domain.feedback.feeds.models import FeedItem, FeedState

# A poll that tells nothing for so long is thought dead, and another may begin.
LEASE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Item:
    """One item as the feed's list tells it."""

    id: str
    day: date
    told: dict[str, Any]

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(orjson.dumps(self.told, option=orjson.OPT_SORT_KEYS)).digest()


@dataclass(slots=True)
class Found:
    """Counts of one poll, by the names of their columns."""

    told: int = 0
    unreadable: int = 0
    missing: int = 0
    changed: int = 0
    removed: int = 0


async def join(session: AsyncSession, source: str) -> None:
    """Let a feed be polled here; a new one is due at once."""
    new = insert(FeedState).values(
        source=source, due_at=now(), told=0, unreadable=0, missing=0, changed=0, removed=0
    )
    await session.execute(new.on_conflict_do_nothing())


async def claim(session: AsyncSession, source: str) -> FeedState | None:
    """Take a feed that is due and that nobody polls; gives how it went with it before."""
    state = await _state(session, source)
    at = now()
    if state.due_at > at or (state.busy_until is not None and state.busy_until > at):
        return None
    state.busy_until = at + LEASE
    return state


async def go_on(session: AsyncSession, source: str) -> None:
    """Tell that the poll is alive."""
    (await _state(session, source)).busy_until = now() + LEASE


async def news(session: AsyncSession, source: str, items: Sequence[Item]) -> list[Item]:
    """Choose the items that are new, or that the feed tells otherwise than the last time."""
    known = await _known(session, source, [item.id for item in items])
    return [
        item
        for item in items
        if item.id not in known or known[item.id].removed or known[item.id].hash != item.hash
    ]


async def take(session: AsyncSession, source: str, item: Item, whole: dict[str, Any]) -> None:
    """Put an item's new version into the inbox, with all that the feed tells of it."""
    row = (await _known(session, source, [item.id])).get(item.id)
    version = 1 if row is None else row.version + 1
    if row is None:
        row = FeedItem(source=source, item_id=item.id)
        session.add(row)
    row.day, row.hash, row.version, row.removed = item.day, item.hash, version, False
    kind = events.CREATED if version == 1 else events.UPDATED
    _put(session, source, item.id, version, {"type": kind, "version": version, "data": whole})
    await session.flush()


async def remove(session: AsyncSession, source: str, item_id: str) -> None:
    """Put the removal of an item that the feed has no longer into the inbox."""
    row = (await _known(session, source, [item_id]))[item_id]
    row.version, row.removed = row.version + 1, True
    data = {"source_review_id": item_id, "version": row.version}
    _put(session, source, item_id, row.version, {"type": events.REMOVED, "data": data})
    await session.flush()


async def left_out(
    session: AsyncSession, source: str, since: date, seen: Collection[str]
) -> list[str]:
    """Name the items of these days that a poll should have seen and did not, oldest first."""
    known = await session.scalars(
        select(FeedItem.item_id)
        .where(FeedItem.source == source, FeedItem.day >= since, ~FeedItem.removed)
        .order_by(FeedItem.day, FeedItem.item_id)
    )
    return [item_id for item_id in known if item_id not in seen]


async def finish(
    session: AsyncSession, source: str, found: Found, read_from: date, next_at: datetime
) -> None:
    """Tell how a poll ended that came to its end."""
    state = await _state(session, source)
    state.polled_at, state.busy_until, state.due_at = now(), None, next_at
    state.read_from, state.failed_at, state.failure = read_from, None, None
    state.told, state.unreadable, state.missing = found.told, found.unreadable, found.missing
    state.changed, state.removed = found.changed, found.removed


async def fail(session: AsyncSession, source: str, why: str, next_at: datetime) -> None:
    """Tell that a poll failed; what it had taken stays, and the next one begins anew."""
    state = await _state(session, source)
    state.failed_at, state.failure, state.busy_until, state.due_at = now(), why, None, next_at


async def poll_now(session: AsyncSession, source: str) -> FeedState:
    """Let a feed be due at once; raises FeedNotFoundError."""
    state = await session.get(FeedState, source, with_for_update=True)
    if state is None:
        raise FeedNotFoundError
    state.due_at = min(state.due_at, now())
    await session.flush()
    return state


async def states(session: AsyncSession) -> list[FeedState]:
    """Give how it goes with each feed, by name."""
    return list(await session.scalars(select(FeedState).order_by(FeedState.source)))


async def _state(session: AsyncSession, source: str) -> FeedState:
    return await session.get_one(FeedState, source, with_for_update=True)


async def _known(session: AsyncSession, source: str, ids: Collection[str]) -> dict[str, FeedItem]:
    rows = await session.scalars(
        select(FeedItem).where(FeedItem.source == source, FeedItem.item_id.in_(ids))
    )
    return {row.item_id: row for row in rows}


def _put(session: AsyncSession, source: str, id_: str, version: int, event: dict[str, Any]) -> None:
    body = orjson.dumps(event)
    digest = hashlib.sha256(body).digest()
    session.add(InboxEvent(source=source, event_id=f"{id_}.{version}", body=body, body_hash=digest))
