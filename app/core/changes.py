"""The one change log: thin rows by trigger, put in order by one sequencer, chained by hash.

Writers leave rows in `change_pending` inside their own transaction. The sequencer *moves* them to
`change_log`, so that whoever has read up to a number has seen everything up to it: a number is
drawn only after the transaction it stands for is visible.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, LargeBinary, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base

BATCH = 10_000
_LOCK = 0x6576_6365  # advisory lock of the one sequencer


class ChangePending(Base):
    """A change that no reader can see yet."""

    __tablename__ = "change_pending"
    __table_args__ = {"info": {"unrecorded": "the log itself"}}  # noqa: RUF012  SQLAlchemy's form

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    entity: Mapped[str]
    entity_id: Mapped[UUID]
    op: Mapped[str]
    fields: Mapped[list[str]]
    actor_id: Mapped[UUID | None]
    operation: Mapped[str]


class Change(Base):
    """A change in its place: `seq` without gaps, `changed_at` strictly increasing."""

    __tablename__ = "change_log"
    __table_args__ = (
        CheckConstraint("op IN ('I', 'U', 'D')", name="op"),
        Index(None, "entity", "seq"),
        Index(None, "entity_id", "seq"),
        {"info": {"unrecorded": "the log itself"}},
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entity: Mapped[str]
    entity_id: Mapped[UUID]
    op: Mapped[str]
    fields: Mapped[list[str]]
    actor_id: Mapped[UUID | None]
    operation: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class ChangeEpoch(Base):
    """How often the log was started anew by hand, as after a restore; one row."""

    __tablename__ = "change_epoch"
    __table_args__ = {"info": {"unrecorded": "the log itself"}}  # noqa: RUF012  SQLAlchemy's form

    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


SEQUENCE = text(
    """
    WITH head AS MATERIALIZED (
        SELECT coalesce(max(seq), 0) AS seq,
               greatest(clock_timestamp(), max(changed_at)) AS at,
               coalesce((SELECT hash FROM change_log ORDER BY seq DESC LIMIT 1), '') AS hash
          FROM (SELECT seq, changed_at FROM change_log ORDER BY seq DESC LIMIT 1) last
    ), moved AS (
        DELETE FROM change_pending
         WHERE id IN (SELECT id FROM change_pending ORDER BY id LIMIT :batch)
        RETURNING *
    ), placed AS (
        SELECT head.seq + row_number() OVER (ORDER BY id) AS seq,
               head.at + row_number() OVER (ORDER BY id) * interval '1 microsecond' AS changed_at,
               head.hash AS before, moved.*
          FROM moved, head
    )
    INSERT INTO change_log
           (seq, entity, entity_id, op, fields, actor_id, operation, changed_at, hash)
    SELECT seq, entity, entity_id, op, fields, actor_id, operation, changed_at,
           change_chain(before, change_text(seq, entity, entity_id, op, fields, actor_id,
                                            operation, changed_at)) OVER (ORDER BY seq)
      FROM placed
     ORDER BY seq
    """
)


async def sequence(session: AsyncSession) -> int:
    """Move up to BATCH pending changes into the log; gives how many were moved.

    The lock comes before the statement, so that at READ COMMITTED its snapshot holds whatever an
    earlier holder of the lock committed.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    result = await session.execute(SEQUENCE, {"batch": BATCH})
    return int(getattr(result, "rowcount", 0))
