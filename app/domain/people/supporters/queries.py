"""Reads of supporters, and of what was done for a person."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core import statement
from app.core.actor import Login
from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.domain.people.consents.models import Purpose
from app.domain.people.consents.queries import active
from app.domain.people.register.models import Person
from app.domain.people.supporters.errors import SupporterNotFoundError
from app.domain.people.supporters.models import ActedFor, Supporter

A, S = ActedFor, Supporter


async def of_person(session: AsyncSession, person: Person) -> Sequence[Supporter]:
    """Give all whom a person ever named, newest first."""
    found = select(S).where(S.person_id == person.id).order_by(S.id.desc())
    return (await session.scalars(found)).all()


async def get(session: AsyncSession, person: Person, id_: UUID) -> Supporter:
    """Load one whom a person named; raises SupporterNotFoundError."""
    found = await session.get(S, id_)
    if found is None or found.person_id != person.id:
        raise SupporterNotFoundError
    return found


async def acting(session: AsyncSession, login: Login, person_id: UUID) -> Supporter | None:
    """Find by which supporter's naming a login acts for a person today.

    The person's consent to it is kept from ending meanwhile.
    """
    found = select(S).where(
        S.issuer == login.issuer, S.subject == login.subject, S.person_id == person_id
    )
    for each in await session.scalars(found.order_by(S.id.desc())):
        if each.acts(today()) and await active(session, person_id, Purpose.SUPPORTER):
            return each
    return None


async def supported(session: AsyncSession, login: Login) -> Sequence[tuple[Supporter, str]]:
    """Give by which namings a login acts today, each with the name of the person."""
    found = (
        select(S, func.coalesce(Person.known_as, Person.name))
        .join(Person, Person.id == S.person_id)
        .where(S.issuer == login.issuer, S.subject == login.subject)
        .order_by(S.id.desc())
    )
    return [
        (each, name)
        for each, name in await session.execute(found)
        if each.acts(today()) and await active(session, each.person_id, Purpose.SUPPORTER)
    ]


_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in A.__table__.columns},
    "acted_at": func.to_char(A.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
}


def _of_person(_: frozenset[str]) -> Select[Any]:
    return select(A).where(A.person_id == bindparam("person", type_=Uuid()))


ACTED: Final = JsonRows(_COLUMNS, _of_person)


async def acted(
    session: AsyncSession, fields: tuple[str, ...], page: Page, person: Person
) -> bytes:
    """Give a page of what was done for a person as JSON, newest first."""
    door = await statement.within(session)
    return await ACTED.page(door, fields, page, {"person": person.id})
