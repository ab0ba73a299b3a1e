"""Reads of advances."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, bindparam, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.people.register.models import Person
from app.domain.reimbursements.advances.errors import AdvanceNotFoundError
from app.domain.reimbursements.advances.models import Advance

A = Advance


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": or_(
        A.directorate_id.is_(None),
        A.directorate_id == func.any(_value("visible", ARRAY(Uuid()))),
    ),
    "status": A.status == _value("status"),
    "kind": A.kind == _value("kind"),
    "person": A.person_id == _value("person", Uuid()),
    "participation": A.participation_id == _value("participation", Uuid()),
}


def _named(what: str, of: str) -> ColumnElement[Any]:
    return literal_column(f"(SELECT {what} FROM {of} n WHERE n.id = advance.{of}_id)")


_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in A.__table__.columns},
    "person_name": _named("n.name", "person"),
    "opportunity_title": _named("n.title", "opportunity"),
}


def _advances(using: frozenset[str]) -> Select[Any]:
    return select(A).where(*(_FILTERS[name] for name in sorted(using)))


ADVANCES: Final = JsonRows(_COLUMNS, _advances, AdvanceNotFoundError, A.__table__.c.version)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of advances as JSON: for activities in one's directorates, or in none."""
    return await ADVANCES.page(door, fields, page, {**filters, **_limits(to)})


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one advance as JSON, and its version; raises AdvanceNotFoundError."""
    return await ADVANCES.one(door, fields, id_, _limits(to))


async def find_own(
    door: Statement,
    fields: tuple[str, ...],
    page: Page,
    filters: Mapping[str, Any],
    person: Person,
) -> bytes:
    """Give a page of one person's own advances as JSON."""
    return await ADVANCES.page(door, fields, page, {**filters, "person": person.id})


async def show_own(
    door: Statement, fields: tuple[str, ...], id_: UUID, person: Person
) -> tuple[bytes, int]:
    """Give one of a person's own advances as JSON, and its version."""
    return await ADVANCES.one(door, fields, id_, {"person": person.id})


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> Advance:
    """Load and lock an advance that one may see; raises AdvanceNotFoundError."""
    found = select(A).where(A.id == id_)
    if to.teams is not None:
        found = found.where(_FILTERS["visible"]).params(_limits(to))
    return await _loaded(session, found)


async def get_own(session: AsyncSession, id_: UUID, person: Person) -> Advance:
    """Load and lock one of a person's own advances; raises AdvanceNotFoundError."""
    return await _loaded(session, select(A).where(A.id == id_, A.person_id == person.id))


async def _loaded(session: AsyncSession, found: Select[Any]) -> Advance:
    locked = found.with_for_update(key_share=True).execution_options(populate_existing=True)
    advance: Advance | None = await session.scalar(locked)
    if advance is None:
        raise AdvanceNotFoundError
    return advance


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.directorates or ())}
