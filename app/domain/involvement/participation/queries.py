"""Reads of participations, and what a person lacks for an opportunity."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, bindparam, func, literal_column, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.participation.errors import ParticipationNotFoundError
from app.domain.involvement.participation.models import TAKES_PLACE, Participation
from app.domain.people.register.models import Person

P = Participation
_WIRE: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": select(Person.id)
    .where(
        Person.id == P.person_id,
        or_(
            Person.directorate_id.is_(None),
            Person.directorate_id == func.any(_value("visible", ARRAY(Uuid()))),
        ),
    )
    .correlate(P)
    .exists(),
    "opportunity": P.opportunity_id == _value("opportunity", Uuid()),
    "person": P.person_id == _value("person", Uuid()),
    "status": P.status == _value("status"),
}


def _named(what: str, of: str) -> ColumnElement[Any]:
    return literal_column(f"(SELECT {what} FROM {of} n WHERE n.id = participation.{of}_id)")


_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in P.__table__.columns},
    "asked_at": func.to_char(P.asked_at, _WIRE),
    "person_name": _named("n.name", "person"),
    "opportunity_title": _named("n.title", "opportunity"),
}


def _participations(using: frozenset[str]) -> Select[Any]:
    return select(P).where(*(_FILTERS[name] for name in sorted(using)))


PARTICIPATIONS: Final = JsonRows(
    _COLUMNS,
    _participations,
    ParticipationNotFoundError,
    P.__table__.c.version,
)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of participations as JSON: those of people whom one may see."""
    return await PARTICIPATIONS.page(door, fields, page, {**filters, **_limits(to)})


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one participation as JSON, and its version."""
    return await PARTICIPATIONS.one(door, fields, id_, _limits(to))


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> Participation:
    """Load the participation of a person whom one may see; raises ParticipationNotFoundError."""
    found = select(P).where(P.id == id_)
    if to.teams is not None:
        found = found.where(_FILTERS["visible"]).params(_limits(to))
    participation = await session.scalar(found)
    if participation is None:
        raise ParticipationNotFoundError
    return participation


async def find_own(
    door: Statement,
    fields: tuple[str, ...],
    page: Page,
    filters: Mapping[str, Any],
    person: Person,
) -> bytes:
    """Give a page of one person's own participations as JSON."""
    return await PARTICIPATIONS.page(door, fields, page, {**filters, "person": person.id})


async def show_own(
    door: Statement, fields: tuple[str, ...], id_: UUID, person: Person
) -> tuple[bytes, int]:
    """Give one of a person's own participations as JSON, and its version."""
    return await PARTICIPATIONS.one(door, fields, id_, {"person": person.id})


async def get_own(session: AsyncSession, id_: UUID, person: Person) -> Participation:
    """Load one of a person's own participations; raises ParticipationNotFoundError."""
    found = await session.get(P, id_)
    if found is None or found.person_id != person.id:
        raise ParticipationNotFoundError
    return found


async def taken(session: AsyncSession, opportunity_id: UUID) -> int:
    """Count the places of an opportunity that are taken."""
    found = select(func.count()).where(
        P.opportunity_id == opportunity_id, P.status.in_(TAKES_PLACE)
    )
    return (await session.scalars(found)).one()


async def missing(session: AsyncSession, opportunity_id: UUID, person_id: UUID) -> Sequence[str]:
    """Name what a person lacks: `check:<level>` and `course:<code>`."""
    found: Sequence[str] = (
        await session.scalars(
            text("SELECT gates_missing(:opportunity, :person, :day)"),
            {"opportunity": opportunity_id, "person": person_id, "day": today()},
        )
    ).one()
    return found


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.directorates or ())}
