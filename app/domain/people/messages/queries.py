"""Reads of the outbox: kinds and states; what a message says and to whom is for the sender."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Text, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.json_rows import JsonRows
from app.domain.people.messages.errors import MessageNotFoundError
from app.domain.people.messages.models import Message

_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    name: getattr(Message, name) == bindparam(name, type_=Text()) for name in ("kind", "status")
}
# The statement door's role can read these columns and no others.
SHOWN: Final = (
    "id",
    "kind",
    "status",
    "attempts",
    "problem",
    "created_at",
    "sent_at",
    "version",
)
_WIRE: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{name: Message.__table__.c[name] for name in SHOWN},
    "created_at": func.to_char(Message.created_at, _WIRE),
    "sent_at": func.to_char(Message.sent_at, _WIRE),
}


def _messages(using: frozenset[str]) -> Select[Any]:
    return select(Message).where(*(_FILTERS[name] for name in sorted(using)))


MESSAGES: Final = JsonRows(_COLUMNS, _messages, MessageNotFoundError, Message.__table__.c.version)


async def get(session: AsyncSession, id_: UUID, *, lock: bool = False) -> Message:
    """Load one message; raises MessageNotFoundError."""
    found = await session.get(Message, id_, with_for_update=lock or None)
    if found is None:
        raise MessageNotFoundError
    return found
