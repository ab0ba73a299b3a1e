import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base
from app.core.errors import DomainError
from app.core.rows import insert
from app.core.statement import Statement, within


class Identified(Protocol):
    """Whatever was created."""

    @property
    def id(self) -> UUID: ...


E = TypeVar("E", bound=Identified)


class IdempotencyMismatchError(DomainError):
    status = 422
    slug = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request"


class IdempotencyRecord(Base):
    """A key that had its effect, in the same transaction as the effect; kept 72 hours."""

    __tablename__ = "idempotency_key"
    __table_args__ = {"info": {"unrecorded": "says nothing about a record"}}  # noqa: RUF012  SQLAlchemy's form

    principal: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    entity_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)


_MINE: Final = "principal = $1 AND operation = $2 AND key = $3"
_EARLIER: Final = f"SELECT fingerprint, entity_id FROM idempotency_key WHERE {_MINE}"
_DONE: Final = f"UPDATE idempotency_key SET entity_id = $4 WHERE {_MINE}"


@dataclass(slots=True)
class Once:
    """Does a creation once per key: claims the key before the effect, in its transaction."""

    session: AsyncSession
    principal: UUID
    operation: str
    key: str | None
    body: bytes
    replayed: bool = False

    async def do(
        self, create: Callable[[], Awaitable[E]], find: Callable[[UUID], Awaitable[E]]
    ) -> E:
        """Give what `create` makes, or what an earlier request with this key made.

        Raises IdempotencyMismatchError where the earlier request had another body. A concurrent
        holder of the key is waited for up to the lock timeout.
        """
        if self.key is None:
            return await create()
        door = await within(self.session)
        told = record(self.principal, self.operation, self.key, self.body)
        if await insert(door, (), {}, unless=told) is None:
            id_, self.replayed = await earlier(door, told), True
            return await find(id_)
        made = await create()
        await door.execute(_DONE, *_identity(told), made.id)
        return made


def record(principal: UUID, operation: str, key: str, body: bytes) -> IdempotencyRecord:
    """Give what is kept of a request that has a key."""
    fingerprint = hashlib.sha256(body).digest()
    return IdempotencyRecord(
        principal=principal, operation=operation, key=key, fingerprint=fingerprint
    )


async def earlier(door: Statement, told: IdempotencyRecord) -> UUID:
    """Give what an earlier request with a key made.

    Raises IdempotencyMismatchError where that request was another.
    """
    found = await door.fetchrow(_EARLIER, *_identity(told))
    id_: UUID | None = found["entity_id"]
    if found["fingerprint"] != told.fingerprint or id_ is None:
        raise IdempotencyMismatchError
    return id_


def _identity(told: IdempotencyRecord) -> tuple[UUID, str, str]:
    return told.principal, told.operation, told.key
