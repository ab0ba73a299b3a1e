"""Reads of requests, and of all that is held of a person, in one statement and one snapshot."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, bindparam, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core import statement
from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.domain.people.register.models import Person
from app.domain.rights.access.errors import AccessNotFoundError
from app.domain.rights.access.models import SubjectAccess
from app.domain.rights.registry import ENTRIES, LETTERS, MENTIONS, Entry, Mention

S = SubjectAccess
_LEAST_NAME: Final = 5
_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class Subject:
    """Every record of a person, and the words by which they may be named elsewhere."""

    id: UUID
    records: Sequence[UUID]
    emails: Sequence[str]
    pattern: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """The rows of one table that tell of a person."""

    entry: Entry | Mention
    rows: Sequence[dict[str, Any]]


def pattern(words: Sequence[str]) -> str | None:
    """Write a regular expression of PostgreSQL's that finds any of the words, None for none."""
    plain = sorted({each.strip() for each in words if each.strip()}, key=lambda w: (-len(w), w))
    escaped = [re.sub(r"([^\w\s]|_)", r"\\\1", each) for each in plain]
    return rf"(?<!\w)(?:{'|'.join(escaped)})(?!\w)" if escaped else None


def telling(name: str) -> bool:
    """Tell whether a name is one person's: a first name alone may be anybody's."""
    return len(name) >= _LEAST_NAME and len(name.split()) >= _WORDS


async def subject(session: AsyncSession, person_id: UUID) -> Subject:
    """Find the records of a person: their own, and those that were merged into it."""
    mine = or_(Person.id == person_id, Person.merged_into == person_id)
    records = (await session.scalars(select(Person).where(mine).order_by(Person.id))).all()
    emails = [each.email.lower() for each in records if each.email]
    phones = [each.phone for each in records if each.phone]
    names = [each.name for each in records if telling(each.name)]
    found = pattern([*emails, *phones, *names])
    return Subject(person_id, [each.id for each in records], emails, found)


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def way(entry: Entry) -> str:
    """Write an entry's path as SQL."""
    return "ARRAY[" + ", ".join(_literal(step) for step in entry.way) + "]"


def _label(column: str, named: str) -> str:
    table, words = named.split(".")
    return (
        f"{_literal(column)}, (SELECT l.{words}::text FROM {table} l"
        f" WHERE l.id = (r ->> {_literal(column)})::uuid)"
    )


def _rows(entry: Entry) -> str:
    labels = ", ".join(_label(*each) for each in entry.labels.items())
    shown = f"r || jsonb_build_object({labels})" if labels else "r"
    return (
        f"SELECT {_literal(entry.table)} AS part, {shown} AS row FROM subject_rows({way(entry)}) r"
    )


def _mentioned(mention: Mention) -> str:
    words = ", ".join(f"t.{column}" for column in mention.columns)
    return (
        f"SELECT {_literal(mention.table)}, to_jsonb(t) FROM {mention.table} t"
        f" WHERE concat_ws(' ', {words}) ~* CAST(:pattern AS text)"
    )


_LETTERS: Final = (
    f"SELECT {_literal(LETTERS)}, to_jsonb(t) FROM {LETTERS} t WHERE t.person_id IS NULL"
    " AND lower(t.recipient_email) = ANY(CAST(:emails AS text[]))"
)
_ALL: Final = text(
    "\nUNION ALL ".join(
        [*(_rows(e) for e in ENTRIES), *(_mentioned(m) for m in MENTIONS), _LETTERS]
    )
)
_KNOWN: Final[dict[str, Entry | Mention]] = {
    **{each.table: each for each in ENTRIES},
    **{each.table: each for each in MENTIONS},
}


async def held(session: AsyncSession, of: Subject) -> list[Held]:
    """Give everything that is held of a person whom the session's reading is of."""
    found: dict[str, list[dict[str, Any]]] = {table: [] for table in _KNOWN}
    values = {"pattern": of.pattern, "emails": list(of.emails)}
    for part, row in await session.execute(_ALL, values):
        found[part].append(row)
    return [
        Held(_KNOWN[table], sorted(rows, key=lambda row: str(row.get("created_at"))))
        for table, rows in found.items()
    ]


def unfinished(parts: Sequence[Held], today: date) -> list[dict[str, Any]]:
    """Name what something is still to come of, by table, with the ids of its rows."""
    told = []
    for part in parts:
        check = part.entry.unfinished if isinstance(part.entry, Entry) else None
        rows = [row["id"] for row in part.rows if check and check(row, today)]
        if rows and isinstance(part.entry, Entry):
            told.append({"what": part.entry.table, "ids": sorted(rows)})
    return told


async def get(session: AsyncSession, person: Person, id_: UUID) -> SubjectAccess:
    """Load one request of a person; raises AccessNotFoundError."""
    found = await session.get(S, id_)
    if found is None or found.person_id != person.id:
        raise AccessNotFoundError
    return found


_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {c.key: c for c in S.__table__.columns}
_SEEN: Final = (
    select(Person.id)
    .where(
        Person.id == S.person_id,
        or_(
            Person.directorate_id.is_(None),
            Person.directorate_id == func.any(bindparam("visible", type_=ARRAY(Uuid()))),
        ),
    )
    .correlate(S)
    .exists()
)
_FILTERS: Final = {
    "visible": _SEEN,
    "state": S.state == bindparam("state", type_=Text()),
    "person": S.person_id == bindparam("person", type_=Uuid()),
}


def _requests(using: frozenset[str]) -> Select[Any]:
    return select(S).where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


REQUESTS: Final = JsonRows(_COLUMNS, _requests)


async def find(
    session: AsyncSession, fields: tuple[str, ...], page: Page, filters: Any, *, to: Actor
) -> bytes:
    """Give a page of requests as JSON, newest first, of people whom one may see."""
    limits = {} if to.teams is None else {"visible": list(to.directorates or ())}
    door = await statement.within(session)
    return await REQUESTS.page(door, fields, page, {**filters, **limits})
