import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import Base, Entity
from app.core.errors import DomainError

E = TypeVar("E", bound=Entity)


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
        record = IdempotencyRecord.__table__
        claimed = await self.session.scalar(
            insert(IdempotencyRecord)
            .values(
                principal=self.principal,
                operation=self.operation,
                key=self.key,
                fingerprint=self._fingerprint,
            )
            .on_conflict_do_nothing()
            .returning(record.c.key)
        )
        if claimed is None:
            return await find(await self._earlier())
        made = await create()
        mine = await self.session.get_one(IdempotencyRecord, self._identity)
        mine.entity_id = made.id
        await self.session.flush()
        return made

    async def _earlier(self) -> UUID:
        earlier = await self.session.get_one(IdempotencyRecord, self._identity)
        if earlier.fingerprint != self._fingerprint or earlier.entity_id is None:
            raise IdempotencyMismatchError
        self.replayed = True
        return earlier.entity_id

    @property
    def _identity(self) -> tuple[UUID, str, str]:
        return (self.principal, self.operation, self.key or "")

    @property
    def _fingerprint(self) -> bytes:
        return hashlib.sha256(self.body).digest()
