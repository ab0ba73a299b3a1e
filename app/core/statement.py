from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import ClauseElement

from app.core.db import asyncpg_dsn, server_settings

# Holds the places of the rows that have one of a prefix's words, of millions. In less memory only
# their pages are known, and all rows of these are read.
_WORK_MEM = "32MB"
_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]


class Statement(Protocol):
    """The door for what is one statement: an asyncpg pool in autocommit, or one connection."""

    async def fetchrow(self, query: str, *args: Any) -> Any: ...

    async def fetch(self, query: str, *args: Any) -> list[Any]: ...

    async def execute(self, query: str, *args: Any) -> str: ...

    async def fetchval(self, query: str, *args: Any) -> Any: ...


class Asked(NamedTuple):
    """A statement with what its parameters are."""

    text: str
    arguments: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """A statement compiled once: its text and the names of its parameters in order."""

    text: str
    names: Sequence[str]
    defaults: Mapping[str, Any]

    @classmethod
    def of(cls, clause: ClauseElement) -> "Kept":
        compiled = clause.compile(dialect=_DIALECT)
        names = tuple(compiled.positiontup or ())  # type: ignore[attr-defined]
        return cls(str(compiled), names, dict(compiled.params))

    def place(self, name: str) -> str:
        """Give the `$n` by which the text means a parameter."""
        return f"${self.names.index(name) + 1}"

    def within(self, template: str, **parts: str) -> "Kept":
        """Wrap the text: `template` has a place `{inner}` for it."""
        return Kept(template.format(inner=self.text, **parts), self.names, self.defaults)

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        return [values[n] if n in values else self.defaults[n] for n in self.names]


async def within(session: AsyncSession) -> Statement:
    """Give the door onto a session's own transaction, to read back what it has just written."""
    raw = await (await session.connection()).get_raw_connection()
    door: Statement = raw.driver_connection  # type: ignore[assignment]
    return door


async def open_pool(
    url: str, role: str, *, size: int, statement_ms: int, lock_ms: int = 2_000
) -> asyncpg.Pool:
    """Open the statement door's pool; its connections keep their prepared statements."""
    return await asyncpg.create_pool(
        asyncpg_dsn(url),
        min_size=1,
        max_size=size,
        reset=_nothing_to_reset,
        server_settings=server_settings(role, statement_ms=statement_ms, lock_ms=lock_ms)
        | {"work_mem": _WORK_MEM},
    )


async def _nothing_to_reset(_: asyncpg.Connection) -> None:
    """One statement leaves nothing behind; the default would cost a second round trip each."""
