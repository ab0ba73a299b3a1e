"""Reads of what people need."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Text, Uuid, bindparam, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import func
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.people.needs.codes import REFERENCE_SETS
from app.domain.people.needs.errors import NeedNotFoundError
from app.domain.people.needs.models import PersonNeed
from app.domain.people.register.models import Person

N, P = PersonNeed, Person


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_OVERDUE: Final = N.review_on < _value("today", Date())
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": or_(
        P.directorate_id.is_(None), P.directorate_id == func.any(_value("visible", ARRAY(Uuid())))
    ),
    "unmerged": P.merged_into.is_(None),
    "person": N.person_id == _value("person", Uuid()),
    "kind": N.kind == _value("kind"),
    "lead": P.lead_id == _value("lead", Uuid()),
    "overdue": _OVERDUE,
    "in_time": ~_OVERDUE,
}


def _needs(using: frozenset[str]) -> Select[Any]:
    wanted = (_FILTERS[name] for name in sorted(using & _FILTERS.keys()))
    return select(N).join(P, P.id == N.person_id).where(*wanted)


NEEDS: Final = JsonRows(
    {
        **{column.key: column for column in N.__table__.columns},
        "person_name": P.__table__.c.name,
        "reference_set": case(*((N.kind == kind, code) for kind, code in REFERENCE_SETS.items())),
        "overdue": _OVERDUE,
    },
    _needs,
    NeedNotFoundError,
    N.__table__.c.version,
)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of the needs of all whom one may see as JSON."""
    values = {**filters, "today": today(), "unmerged": True}
    overdue = values.pop("overdue", None)
    if overdue is not None:
        values["overdue" if overdue else "in_time"] = True
    if to.teams is not None:
        values["visible"] = list(to.directorates or ())
    return await NEEDS.page(door, fields, page, values)


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, person: Person
) -> tuple[bytes, int]:
    """Give one need of a person as JSON, and its version."""
    return await NEEDS.one(door, fields, id_, {"person": person.id, "today": today()})


async def get(session: AsyncSession, person: Person, id_: UUID) -> PersonNeed:
    """Load a need of a person; raises NeedNotFoundError."""
    found = await session.get(N, id_)
    if found is None or found.person_id != person.id:
        raise NeedNotFoundError
    return found


async def of_person(session: AsyncSession, person_id: UUID) -> Sequence[PersonNeed]:
    """Give all that a person needs."""
    found = select(N).where(N.person_id == person_id).order_by(N.id)
    return (await session.scalars(found)).all()
