"""Reads of the register: who is on it, what roles they have, and how their status went."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
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
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.organisation.models import Directorate
from app.domain.people.needs.shown import NEEDS
from app.domain.people.register.errors import PersonNotFoundError, RolePeriodNotFoundError
from app.domain.people.register.models import NAMES, Person, RolePeriod, StatusChange

P, R = Person, RolePeriod
ADULT: Final = 18
_TODAY: Any = bindparam("today", type_=Date())


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


def _holds(column: Any, name: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.op("@>")(
        func.array_append(literal_column("'{}'::text[]"), _value(name))
    )
    return found


_IN_DIRECTORATE: Final = P.directorate_id == (
    select(Directorate.id)
    .where(
        or_(
            Directorate.code == _value("directorate"),
            cast(Directorate.id, Text) == _value("directorate"),
        )
    )
    .scalar_subquery()
)
_NOW: Final = and_(R.valid_from <= _TODAY, or_(R.valid_to.is_(None), R.valid_to > _TODAY))
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": or_(
        P.directorate_id.is_(None), P.directorate_id == func.any(_value("visible", ARRAY(Uuid())))
    ),
    "name": literal_column(NAMES).op("@@")(
        func.to_tsquery(literal_column("'simple'"), _value("name"))
    ),
    "role": select(R.id)
    .where(R.person_id == P.id, R.role == _value("role"), _NOW)
    .correlate(P)
    .exists(),
    "status": P.status == _value("status"),
    "pathway": _holds(P.pathways, "pathway"),
    "skill": _holds(P.skills, "skill"),
    "interest": _holds(P.interests, "interest"),
    "availability": _holds(P.availability, "availability"),
    "directorate": _IN_DIRECTORATE,
    "lead": P.lead_id == _value("lead", Uuid()),
    "unmerged": P.merged_into.is_(None),
}
_ADULTS_BORN: Final = cast(_TODAY - literal_column(f"interval '{ADULT} years'"), Date())
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in P.__table__.columns},
    "roles": func.array(
        select(R.role)
        .where(R.person_id == P.id, _NOW)
        .order_by(R.role)
        .correlate(P)
        .scalar_subquery()
    ),
    "needs": NEEDS,
    "safeguarding": func.coalesce(P.born_on > _ADULTS_BORN, literal_column("false")),
}


def standing(using: frozenset[str]) -> list[ColumnElement[bool]]:
    """Say in SQL whose record stands, with the filters that are used."""
    return [P.erased_on.is_(None), *(_FILTERS[name] for name in sorted(using & _FILTERS.keys()))]


def _people(using: frozenset[str]) -> Select[Any]:
    return select(P).where(*standing(using))


_VERSION: Final = P.__table__.c.version
PEOPLE: Final = JsonRows(_COLUMNS, _people, PersonNotFoundError, _VERSION)

_WORD = re.compile(r"\w+")


def names_query(told: str) -> str | None:
    """Write what somebody types of a name as a tsquery of prefixes; None where it is no word."""
    return " & ".join(f"'{word}':*" for word in _WORD.findall(told)) or None


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of people as JSON; records that were merged into others are left out."""
    values = {**filters, **limits(to), "today": today(), "unmerged": True}
    return await PEOPLE.page(door, fields, page, values)


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one person as JSON, and the record's version."""
    return await PEOPLE.one(door, fields, id_, {**limits(to), "today": today()})


async def show_own(door: Statement, fields: tuple[str, ...], person: Person) -> tuple[bytes, int]:
    """Give a record that is the caller's own as JSON, and its version."""
    return await PEOPLE.one(door, fields, person.id, {"today": today()})


async def alone(session: AsyncSession, person: Person) -> Person:
    """Lock a record that was loaded before, so that nobody else changes what belongs to it."""
    await session.refresh(person, with_for_update=True)
    return person


async def get(session: AsyncSession, id_: UUID, *, to: Actor, lock: bool = False) -> Person:
    """Load a person whom one may see; raises PersonNotFoundError."""
    told = limits(to)
    found = _people(frozenset(told)).where(P.id == id_).params(told)
    person: Person | None = await session.scalar(found.with_for_update() if lock else found)
    if person is None:
        raise PersonNotFoundError
    return person


async def history(session: AsyncSession, person: Person) -> Sequence[StatusChange]:
    """Give every status of a person, and of the records merged into theirs, newest first."""
    records = select(P.id).where(or_(P.id == person.id, P.merged_into == person.id))
    found = select(StatusChange).where(StatusChange.person_id.in_(records))
    return (await session.scalars(found.order_by(StatusChange.id.desc()))).all()


async def role_periods(session: AsyncSession, person: Person) -> Sequence[RolePeriod]:
    """Give every role of a person, in order of time."""
    found = select(R).where(R.person_id == person.id).order_by(R.valid_from, R.role)
    return (await session.scalars(found)).all()


async def role_period(session: AsyncSession, person: Person, id_: UUID) -> RolePeriod:
    """Load one role of a person; raises RolePeriodNotFoundError."""
    found = await session.get(R, id_)
    if found is None or found.person_id != person.id:
        raise RolePeriodNotFoundError
    return found


def limits(to: Actor) -> dict[str, Any]:
    """Give the values of the filters that hold for whatever an actor sees."""
    return {} if to.teams is None else {"visible": list(to.directorates or ())}
