from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.rights.erasure.errors import ErasureNotFoundError
from app.domain.rights.erasure.models import ErasureRecord

E = ErasureRecord
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {c.key: c for c in E.__table__.columns}


def _erasures(_: frozenset[str]) -> Select[Any]:
    return select(E)


ERASURES: Final = JsonRows(_COLUMNS, _erasures)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is kept outside of the database, so that an erasure outlives a restore."""

    person_id: UUID
    ground: str
    received_on: date
    erased_on: date
    refused: list[dict[str, Any]]
    decided_by: UUID


async def find(door: Statement, fields: tuple[str, ...], page: Page) -> bytes:
    """Give a page of erasures as JSON, newest first."""
    return await ERASURES.page(door, fields, page, {})


async def get(session: AsyncSession, id_: UUID) -> ErasureRecord:
    """Load one erasure; raises ErasureNotFoundError."""
    found = await session.get(E, id_)
    if found is None:
        raise ErasureNotFoundError
    return found


async def tombstones(session: AsyncSession) -> AsyncIterator[Tombstone]:
    """Give a tombstone of every record that was erased, oldest first."""
    rows = await session.stream_scalars(select(E).order_by(E.id))
    async for made in rows:
        for record in made.records:
            yield Tombstone(
                record,
                made.ground,
                made.received_on,
                made.erased_on,
                made.refused,
                made.decided_by,
            )
