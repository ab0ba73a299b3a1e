"""Reads of consents: the texts, what a person agreed to, and what it was used for."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Date,
    DateTime,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from app.core.clock import now
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.people.consents.errors import ConsentNotFoundError, ConsentTextNotFoundError
from app.domain.people.consents.models import (
    OWN_CONSENT,
    Consent,
    ConsentText,
    GivenBy,
    Purpose,
    Use,
)
from app.domain.people.register.models import Person

C, T = Consent, ConsentText
_LATER: Any = aliased(ConsentText)


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_CURRENT: Final = ~(
    select(_LATER.id)
    .where(_LATER.purpose == T.purpose, _LATER.number > T.number)
    .correlate(T)
    .exists()
)
_GIVEN_ON: Final = cast(func.timezone(literal_column("'Europe/London'"), C.given_at), Date())
# By what is known of the person's age now, so that what a child agreed to alone counts no more
# once somebody learns of it.
_BY_WHO_MAY: Final = or_(
    C.given_by == literal_column(f"'{GivenBy.PARENT}'"),
    ~select(Person.id)
    .where(
        Person.id == C.person_id,
        Person.born_on > _GIVEN_ON - literal_column(f"interval '{OWN_CONSENT} years'"),
    )
    .correlate(C)
    .exists(),
)
_AT: Any = _value("at", DateTime(timezone=True))
_ACTIVE: Final = and_(
    C.given_at <= _AT, or_(C.withdrawn_at.is_(None), C.withdrawn_at > _AT), _BY_WHO_MAY
)
_TEXTS: Final[Mapping[str, ColumnElement[bool]]] = {
    "purpose": T.purpose == _value("purpose"),
    "current": _CURRENT,
    "superseded": ~_CURRENT,
}
_CONSENTS: Final[Mapping[str, ColumnElement[bool]]] = {
    "person": C.person_id == _value("person", Uuid()),
    "purpose": C.purpose == _value("purpose"),
    "active": _ACTIVE,
    "inactive": ~_ACTIVE,
}
_USES: Final[Mapping[str, ColumnElement[bool]]] = {
    "person": C.person_id == _value("person", Uuid()),
    "purpose": C.purpose == _value("purpose"),
}


def _texts(using: frozenset[str]) -> Select[Any]:
    return select(T).where(*(_TEXTS[name] for name in sorted(using & _TEXTS.keys())))


def _consents(using: frozenset[str]) -> Select[Any]:
    wanted = (_CONSENTS[name] for name in sorted(using & _CONSENTS.keys()))
    return select(C).join(T, T.id == C.text_id).where(*wanted)


def _uses(using: frozenset[str]) -> Select[Any]:
    wanted = (_USES[name] for name in sorted(using & _USES.keys()))
    return select(Use).join(C, C.id == Use.consent_id).where(*wanted)


TEXTS: Final = JsonRows(
    {
        **{column.key: column for column in T.__table__.columns},
        "published_at": T.__table__.c.created_at,
        "current": _CURRENT,
    },
    _texts,
    ConsentTextNotFoundError,
    T.__table__.c.version,
)
CONSENTS: Final = JsonRows(
    {
        **{column.key: column for column in C.__table__.columns},
        "text_number": T.__table__.c.number,
        "text_current": _CURRENT,
        "active": _ACTIVE,
    },
    _consents,
    ConsentNotFoundError,
    C.__table__.c.version,
)
USES: Final = JsonRows(
    {
        **{column.key: column for column in Use.__table__.columns},
        "purpose": C.__table__.c.purpose,
    },
    _uses,
)
Filters = Mapping[str, Any]
Fields = tuple[str, ...]


async def find_texts(door: Statement, fields: Fields, page: Page, filters: Filters) -> bytes:
    """Give a page of consent texts as JSON."""
    return await TEXTS.page(door, fields, page, _either(filters, "current", "superseded"))


async def show_text(door: Statement, fields: Fields, id_: UUID) -> tuple[bytes, int]:
    """Give one consent text as JSON."""
    return await TEXTS.one(door, fields, id_, {})


async def find(
    door: Statement, fields: Fields, page: Page, filters: Filters, person: Person
) -> bytes:
    """Give a page of a person's consents as JSON."""
    values = _either(filters, "active", "inactive") | {"person": person.id, "at": now()}
    return await CONSENTS.page(door, fields, page, values)


async def show(door: Statement, fields: Fields, id_: UUID, person: Person) -> tuple[bytes, int]:
    """Give one of a person's consents as JSON, and its version."""
    return await CONSENTS.one(door, fields, id_, {"person": person.id, "at": now()})


async def find_uses(
    door: Statement, fields: Fields, page: Page, filters: Filters, person: Person
) -> bytes:
    """Give a page of what a person's consents were used for as JSON."""
    return await USES.page(door, fields, page, {**filters, "person": person.id})


async def text_of(session: AsyncSession, id_: UUID) -> ConsentText:
    """Load a consent text; raises ConsentTextNotFoundError."""
    found = await session.get(T, id_)
    if found is None:
        raise ConsentTextNotFoundError
    return found


async def newest(session: AsyncSession, purpose: Purpose) -> ConsentText | None:
    """Load the text of a purpose that none supersedes."""
    found = select(T).where(T.purpose == purpose).order_by(T.number.desc()).limit(1)
    return await session.scalar(found)


async def following(session: AsyncSession, text: ConsentText) -> ConsentText | None:
    """Load the text that superseded another."""
    return await session.scalar(
        select(T).where(T.purpose == text.purpose, T.number == text.number + 1)
    )


async def get(session: AsyncSession, person: Person, id_: UUID, *, lock: bool = False) -> Consent:
    """Load one of a person's consents; raises ConsentNotFoundError."""
    found = select(C).where(C.id == id_, C.person_id == person.id)
    consent = await session.scalar(found.with_for_update() if lock else found)
    if consent is None:
        raise ConsentNotFoundError
    return consent


async def unended(
    session: AsyncSession, person: Person, purpose: Purpose
) -> tuple[Consent, ConsentText] | None:
    """Load and lock the consent for a purpose that was not withdrawn, with its text."""
    found = (
        select(C, T)
        .join(T, T.id == C.text_id)
        .where(C.person_id == person.id, C.purpose == purpose, C.withdrawn_at.is_(None))
        .with_for_update(of=C)
    )
    row = (await session.execute(found)).one_or_none()
    return None if row is None else (row[0], row[1])


async def active(session: AsyncSession, person_id: UUID, purpose: Purpose) -> Consent | None:
    """Load the consent for a purpose that is active now, and keep it from ending meanwhile."""
    found = select(C).where(C.person_id == person_id, C.purpose == purpose, _ACTIVE)
    return await session.scalar(found.params(at=now()).with_for_update(read=True))


def _either(filters: Filters, yes: str, no: str) -> dict[str, Any]:
    """Let the filter that a flag chooses stand in the flag's place."""
    values = dict(filters)
    flag = values.pop(yes, None)
    return values if flag is None else values | {(yes if flag else no): True}
