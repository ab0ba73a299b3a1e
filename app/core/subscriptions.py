"""Readers of the change log within the service: each has a name and a place it has read up to."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.change_feed import ChangeOp
from app.core.db import Base


class Subscription(Base):
    """How far a reader has come; it moves in the transaction of what it did."""

    __tablename__ = "subscription"
    __table_args__ = {"info": {"unrecorded": "a place in the log itself"}}  # noqa: RUF012  SQLAlchemy's form

    name: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Seen:
    """One change: which record, what was done to it, and the fields that an update changed."""

    seq: int
    entity_id: UUID
    op: ChangeOp
    fields: Sequence[str]


_JOIN = text(
    "INSERT INTO subscription (name, seq) SELECT :name, 0"
    " WHERE NOT EXISTS (SELECT FROM subscription WHERE name = :name) ON CONFLICT DO NOTHING"
)
_PLACE = text("SELECT seq FROM subscription WHERE name = :name FOR UPDATE SKIP LOCKED")
_NEXT = text(
    "SELECT seq, entity_id, op, fields FROM change_log"
    " WHERE entity = :entity AND seq > :seq ORDER BY seq LIMIT :limit"
)
_NEWEST = text("SELECT coalesce(max(seq), 0) FROM change_log")
_REACHED = text("SELECT seq FROM subscription WHERE name = :name")
_MOVE = text("UPDATE subscription SET seq = :seq WHERE name = :name")


async def read(session: AsyncSession, name: str, entity: str, limit: int) -> list[Seen]:
    """Give the next changes of one kind of record, oldest first, and take them as seen.

    They are seen for good once the transaction commits. Where another process has the reader's
    place, there are none. A new reader begins with the first change there ever was.
    """
    seq = await session.scalar(_PLACE, {"name": name})
    if seq is None:
        await session.execute(_JOIN, {"name": name})
        seq = await session.scalar(_PLACE, {"name": name})
        if seq is None:
            return []
    found = await following(session, entity, seq, limit)
    if found:
        await session.execute(_MOVE, {"name": name, "seq": found[-1].seq})
    return found


async def following(session: AsyncSession, entity: str, seq: int, limit: int) -> list[Seen]:
    """Give the next changes behind a place, for a reader that keeps its place itself."""
    rows = await session.execute(_NEXT, {"entity": entity, "seq": seq, "limit": limit})
    return [Seen(row.seq, row.entity_id, ChangeOp(row.op), row.fields) for row in rows]


async def reached(session: AsyncSession, name: str) -> int:
    """Give the place up to which a reader has seen all; 0 where it never read."""
    return int(await session.scalar(_REACHED, {"name": name}) or 0)


async def newest(session: AsyncSession) -> int:
    """Give the place of a reader who has seen all there is."""
    return int(await session.scalar(_NEWEST) or 0)
