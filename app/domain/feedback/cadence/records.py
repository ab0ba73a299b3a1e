"""Reads of empty periods and denominators, as JSON by the statement door."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Text, Uuid, bindparam, cast, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.db import Entity
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.feedback.cadence.errors import EmptyPeriodNotFoundError
from app.domain.feedback.cadence.models import Denominator, EmptyPeriod
from app.domain.organisation.models import Team

E, D = EmptyPeriod, Denominator


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


def _of_teams(team_id: Any) -> dict[str, ColumnElement[bool]]:
    value = _value("team")
    known = select(Team.id).where(or_(Team.code == value, cast(Team.id, Text) == value))
    return {
        "visible": team_id == func.any(_value("visible", ARRAY(Uuid()))),
        "team": team_id == known.scalar_subquery(),
    }


_ON: Final[Any] = _value("on", Date())
_EMPTY: Final[Mapping[str, ColumnElement[bool]]] = {
    **_of_teams(E.team_id),
    "on": (E.valid_from <= _ON) & or_(E.valid_to.is_(None), E.valid_to > _ON),
}
_DENOMINATORS: Final[Mapping[str, ColumnElement[bool]]] = {
    **_of_teams(D.team_id),
    "from_month": D.month >= _value("from_month", Date()),
    "to_month": D.month <= _value("to_month", Date()),
}


def _columns(kind: type[Entity]) -> dict[str, ColumnElement[Any]]:
    return {column.key: column for column in kind.__table__.columns}


def _empty(using: frozenset[str]) -> Select[Any]:
    return select(E).where(*(_EMPTY[name] for name in sorted(using)))


def _denominators(using: frozenset[str]) -> Select[Any]:
    return select(D).join(Team).where(*(_DENOMINATORS[name] for name in sorted(using)))


EMPTY: Final = JsonRows(_columns(E), _empty, EmptyPeriodNotFoundError, E.__table__.c.version)
DENOMINATORS: Final = JsonRows(
    {
        **_columns(D),
        "team": Team.__table__.c.code,
        "month": func.to_char(D.month, "YYYY-MM"),
    },
    _denominators,
)


async def find(
    rows: JsonRows,
    door: Statement,
    fields: tuple[str, ...],
    page: Page,
    filters: Mapping[str, Any],
    *,
    to: Actor,
) -> bytes:
    """Give a page of one kind as JSON."""
    return await rows.page(door, fields, page, {**filters, **_limits(to)})


async def show_empty(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one empty period as JSON, and its version."""
    return await EMPTY.one(door, fields, id_, _limits(to))


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.teams)}
