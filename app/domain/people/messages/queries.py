"""Reads of the outbox: kinds and states; what a message says is for who sends or hands it over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core import statement
from app.core.actor import Actor
from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.organisation.models import Directorate
from app.domain.people.messages.errors import MessageNotFoundError
from app.domain.people.messages.models import Message, MessageStatus
from app.domain.people.needs.shown import NEEDS
from app.domain.people.register.models import Person

M, P = Message, Person


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_OWN: Final[Mapping[str, ColumnElement[bool]]] = {
    name: getattr(M, name) == _value(name) for name in ("kind", "status")
}
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    **_OWN,
    "of_people": M.template_id.is_not(None),
    "visible": or_(
        P.directorate_id.is_(None), P.directorate_id == func.any(_value("visible", ARRAY(Uuid())))
    ),
    "person": M.person_id == _value("person", Uuid()),
    "channel": M.channel == _value("channel"),
    "lead": P.lead_id == _value("lead", Uuid()),
    "directorate": P.directorate_id
    == select(Directorate.id).where(Directorate.code == _value("directorate")).scalar_subquery(),
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
    "person_id",
    "template_id",
    "channel",
    "format",
    "language",
    "by_hand",
    "handed_by",
    "delivered_at",
)
_WIRE: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{name: M.__table__.c[name] for name in SHOWN},
    "created_at": func.to_char(M.created_at, _WIRE),
    "sent_at": func.to_char(M.sent_at, _WIRE),
    "delivered_at": func.to_char(M.delivered_at, _WIRE),
}
_NEEDED: Final[dict[str, ColumnElement[Any]]] = {**_COLUMNS, "needs": NEEDS}
_SAID: Final[dict[str, ColumnElement[Any]]] = {
    **_NEEDED,
    "name": func.coalesce(M.recipient_name, P.name),
    "email": func.coalesce(M.recipient_email, P.email),
    "phone": func.coalesce(M.recipient_phone, P.phone),
    "address": func.coalesce(M.recipient_address, P.address),
    "subject": M.__table__.c.subject,
    "text": M.__table__.c.text,
}


def _messages(using: frozenset[str]) -> Select[Any]:
    return select(M).where(*(_OWN[name] for name in sorted(using)))


def _peoples(using: frozenset[str]) -> Select[Any]:
    wanted = (_FILTERS[name] for name in sorted(using & _FILTERS.keys()))
    return select(M).outerjoin(P, P.id == M.person_id).where(*wanted)


_VERSION: Final = M.__table__.c.version
MESSAGES: Final = JsonRows(_COLUMNS, _messages, MessageNotFoundError, _VERSION)
PEOPLES: Final = JsonRows(_NEEDED, _peoples, MessageNotFoundError, _VERSION)
PRINTED: Final = JsonRows(_SAID, _peoples, MessageNotFoundError, _VERSION)
Filters = Mapping[str, Any]
Fields = tuple[str, ...]


async def find(
    door: Statement, fields: Fields, page: Page, filters: Filters, *, to: Actor
) -> bytes:
    """Give a page of messages to people whom one may see, as JSON; never what they say."""
    return await PEOPLES.page(door, fields, page, {**filters, **_seen(to)})


async def show(door: Statement, fields: Fields, id_: UUID, *, to: Actor) -> tuple[bytes, int]:
    """Give one message to a person whom one may see, as JSON, and its version."""
    return await PEOPLES.one(door, fields, id_, _seen(to))


async def of_person(
    door: Statement, fields: Fields, page: Page, filters: Filters, person: Person
) -> bytes:
    """Give a page of the messages to one person as JSON."""
    values = {**filters, "of_people": True, "person": person.id, "today": today()}
    return await PEOPLES.page(door, fields, page, values)


async def told(
    door: Statement, fields: Fields, page: Page, filters: Filters, person: Person
) -> bytes:
    """Give a page of what one person was told, in its words, as JSON."""
    values = {**filters, "of_people": True, "person": person.id, "today": today()}
    return await PRINTED.page(door, fields, page, values)


async def to_print(
    session: AsyncSession, fields: Fields, page: Page, filters: Filters, *, to: Actor
) -> bytes:
    """Give a page of what is to be handed over, and what it says, as JSON."""
    values = {**filters, **_seen(to), "status": MessageStatus.TO_PRINT}
    return await PRINTED.page(await statement.within(session), fields, page, values)


async def get_seen(session: AsyncSession, id_: UUID, *, to: Actor) -> Message:
    """Load and lock a message to a person whom one may see; raises MessageNotFoundError."""
    found = select(M).outerjoin(P, P.id == M.person_id).where(M.id == id_, _FILTERS["of_people"])
    if to.teams is not None:
        found = found.where(_FILTERS["visible"]).params(visible=list(to.directorates or ()))
    message = await session.scalar(found.with_for_update(of=M))
    if message is None:
        raise MessageNotFoundError
    return message


async def promised(session: AsyncSession, once: str) -> UUID | None:
    """Find the message that was promised once, if it was."""
    return await session.scalar(select(M.id).where(M.once == once))


async def find_one(session: AsyncSession, id_: UUID) -> Message | None:
    """Load and lock one message, if there is such."""
    return await session.get(Message, id_, with_for_update=True)


async def get(session: AsyncSession, id_: UUID, *, lock: bool = False) -> Message:
    """Load one message; raises MessageNotFoundError."""
    found = await session.get(Message, id_, with_for_update=lock or None)
    if found is None:
        raise MessageNotFoundError
    return found


async def carried(session: AsyncSession, since: datetime) -> Sequence[tuple[UUID, UUID]]:
    """Give the messages that GOV.UK Notify took since then, and by what it knows each."""
    found = (
        select(M.id, M.carrier_id)
        .where(M.status == MessageStatus.SENT, M.carrier_id.is_not(None), M.sent_at >= since)
        .order_by(M.sent_at)
    )
    rows = await session.execute(found)
    return [(id_, carrier_id) for id_, carrier_id in rows if carrier_id is not None]


def _seen(to: Actor) -> dict[str, Any]:
    limits = {} if to.teams is None else {"visible": list(to.directorates or ())}
    return {"of_people": True, "today": today(), **limits}
