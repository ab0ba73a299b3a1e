"""Reads of escalations: what reached nobody first, then what waits by when it is due."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Select, Text, Uuid, bindparam, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.clock import now
from app.core.json_rows import JsonRows
from app.core.statement import Statement
from app.domain.feedback.moderation.errors import EscalationNotFoundError
from app.domain.feedback.moderation.models import WAITING, Escalation, EscalationStatus
from app.domain.feedback.moderation.ordered import OrderedRows
from app.domain.organisation.models import Directorate, Placement, Team

E = Escalation


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


def _named(kind: type[Team | Directorate], name: str) -> Any:
    value = _value(name)
    found = select(kind.id).where(or_(kind.code == value, cast(kind.id, Text) == value))
    return found.scalar_subquery()


# Written out: a list of values is only known as the statement is run, and this one is kept.
_WAITING: Final = or_(*(E.status == status for status in WAITING))
_OVERDUE: Final = _WAITING & (E.due_at < _value("now", DateTime(timezone=True)))
_PLACED: Final = (
    select(Placement.team_id)
    .where(
        Placement.team_id == E.team_id,
        Placement.directorate_id == _named(Directorate, "directorate"),
        Placement.valid_from <= func.date(E.created_at),
        or_(Placement.valid_to.is_(None), Placement.valid_to > func.date(E.created_at)),
    )
    .exists()
)
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": E.team_id == func.any(_value("visible", ARRAY(Uuid()))),
    "status": E.status == _value("status"),
    "waiting": _WAITING,
    "kind": E.kind == _value("kind"),
    "team": E.team_id == _named(Team, "team"),
    "directorate": _PLACED,
    "overdue": _OVERDUE,
}
_WIRE: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
_INSTANTS: Final = ("created_at", "due_at", "reminded_at", "acknowledged_at", "closed_at")
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in E.__table__.columns},
    **{name: func.to_char(E.__table__.c[name], _WIRE) for name in _INSTANTS},
    "overdue": _OVERDUE,
}
# Where it stands in the list; what waits for nobody any more comes last.
_RANK: Final = case(
    (E.status == EscalationStatus.UNREACHED, "0"),
    (E.status == EscalationStatus.OPEN, "1"),
    else_="2",
)
_KEY: Final = func.concat(
    _RANK, func.to_char(E.due_at, "YYYYMMDDHH24MISSUS"), cast(E.id, Text), type_=Text()
)


def _escalations(using: frozenset[str]) -> Select[Any]:
    return select(E).where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


_ONE: Final = JsonRows(_COLUMNS, _escalations, EscalationNotFoundError, E.__table__.c.version)
_LIST: Final = OrderedRows(_COLUMNS, _escalations, _KEY)


async def find(
    door: Statement, fields: tuple[str, ...], limit: int, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of escalations as JSON."""
    return await _LIST.page(door, fields, limit, {**filters, **_limits(to)})


async def one(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one escalation as JSON, and its version; raises EscalationNotFoundError."""
    return await _ONE.one(door, fields, id_, _limits(to))


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> Escalation:
    """Load one to change it, locked; raises EscalationNotFoundError."""
    found = select(E).where(E.id == id_)
    if to.teams is not None:
        found = found.where(E.team_id.in_(to.teams))
    escalation = await session.scalar(found.with_for_update())
    if escalation is None:
        raise EscalationNotFoundError
    return escalation


def _limits(to: Actor) -> dict[str, Any]:
    return {"now": now()} | ({} if to.teams is None else {"visible": list(to.teams)})
