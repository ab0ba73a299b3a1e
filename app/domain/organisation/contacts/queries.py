"""Reads of contacts. Who may read the organisation may know whom to ask in it."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Select, Text, Uuid, and_, bindparam, case, cast, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.json_rows import JsonRows
from app.domain.organisation.contacts.errors import ContactNotFoundError
from app.domain.organisation.contacts.models import Contact, ContactKind
from app.domain.organisation.models import Directorate, Placement, Team


def _at(day: Any) -> ColumnElement[bool]:
    """Tell whether a contact holds on a day."""
    ends = Contact.valid_to
    return and_(Contact.valid_from <= day, or_(ends.is_(None), ends > day))


def _named(column: Any, kind: type[Team | Directorate], name: str) -> ColumnElement[bool]:
    value: Any = bindparam(name, type_=Text())
    known = select(kind.id).where(or_(kind.code == value, cast(kind.id, Text) == value))
    return column == known.scalar_subquery()  # type: ignore[no-any-return]


_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "kind": Contact.kind == bindparam("kind", type_=Text()),
    "team": _named(Contact.team_id, Team, "team"),
    "directorate": _named(Contact.directorate_id, Directorate, "directorate"),
    "on": _at(bindparam("on", type_=Date())),
}


def _contacts(using: frozenset[str]) -> Select[Any]:
    return select(Contact).where(*(_FILTERS[name] for name in sorted(using)))


CONTACTS: Final = JsonRows(
    {column.key: column for column in Contact.__table__.columns},
    _contacts,
    ContactNotFoundError,
    Contact.__table__.c.version,
)


async def get(session: AsyncSession, id_: UUID) -> Contact:
    """Load one contact; raises ContactNotFoundError."""
    found = await session.get(Contact, id_)
    if found is None:
        raise ContactNotFoundError
    return found


async def find(
    session: AsyncSession, kinds: Collection[ContactKind], team_id: UUID | None, day: date
) -> list[Contact]:
    """Give who is told of a team's matter on a day: the contacts of any of these kinds at the
    nearest level that has one, which is the team, its directorate, or the trust.

    Without a team it is the trust's.
    """
    team = literal(team_id, Uuid())
    stands = select(Placement.directorate_id).where(
        Placement.team_id == team,
        Placement.valid_from <= day,
        or_(Placement.valid_to.is_(None), Placement.valid_to > day),
    )
    level = case(
        (Contact.team_id == team, 0),
        (Contact.directorate_id == stands.scalar_subquery(), 1),
        (Contact.team_id.is_(None) & Contact.directorate_id.is_(None), 2),
    )
    rows = (
        await session.execute(
            select(Contact, level)
            .where(Contact.kind.in_(kinds), level.is_not(None), _at(day))
            .order_by(level, Contact.kind, Contact.name, Contact.id)
        )
    ).all()
    return [contact for contact, found in rows if found == rows[0][1]]
