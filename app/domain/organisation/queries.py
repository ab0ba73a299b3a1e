"""Reads of the organisation. Its structure is not secret: whoever may read it sees all of it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Date, Select, Text, bindparam, case, cast, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.db import Entity
from app.core.errors import NotFoundError
from app.core.json_rows import Columns, JsonRows
from app.core.statement import Statement
from app.domain.organisation.errors import (
    DirectorateNotFoundError,
    ServiceNotFoundError,
    TeamNotFoundError,
)
from app.domain.organisation.models import Directorate, Placement, Service, Team, TeamLocation

E = TypeVar("E", bound=Entity)
H = TypeVar("H", Placement, TeamLocation)

DAY: Final[Any] = bindparam("day", type_=Date())
# Where a team stands on the day; before its first placement, where it is going to stand.
_PLACE: Final = (
    select(Placement)
    .where(Placement.team_id == Team.id)
    .order_by(
        (Placement.valid_from <= DAY).desc(),
        case((Placement.valid_from <= DAY, Placement.valid_from)).desc(),
        Placement.valid_from,
    )
    .limit(1)
    .lateral("place")
)
_CODES: Final = (
    select(
        text(
            "coalesce(json_object_agg(source, codes), '{}') FROM ("
            "SELECT source, json_agg(code ORDER BY code) AS codes FROM team_location l"
            " WHERE l.team_id = team.id AND l.valid_from <= :day"
            "   AND (l.valid_to IS NULL OR l.valid_to > :day)"
            " GROUP BY source ORDER BY source) held"
        ).bindparams(DAY)
    )
    .correlate(Team)
    .scalar_subquery()
)


def _value(name: str) -> Any:
    return bindparam(name, type_=Text())


def _named(column: Any, kind: type[Directorate | Service], name: str) -> ColumnElement[bool]:
    """Compare with a record by what callers know it by: its id or its code."""
    value = _value(name)
    known = select(kind.id).where(or_(kind.code == value, cast(kind.id, Text) == value))
    return column == known.scalar_subquery()  # type: ignore[no-any-return]


_OPEN: Final = or_(Team.opened_on.is_(None), Team.opened_on <= DAY) & or_(
    Team.closed_on.is_(None), Team.closed_on > DAY
)
_TEAM_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "directorate": _named(_PLACE.c.directorate_id, Directorate, "directorate"),
    "service": _named(_PLACE.c.service_id, Service, "service"),
    "segment": _PLACE.c.segment == _value("segment"),
    "setting": _PLACE.c.setting == _value("setting"),
    "open": _OPEN,
    "closed": ~_OPEN,
    "placed": _PLACE.c.valid_from <= DAY,
}


def _columns(kind: type[Entity]) -> dict[str, ColumnElement[Any]]:
    return {column.key: column for column in kind.__table__.columns}


_TEAM_COLUMNS: Final[Columns] = {
    **{name: column for name, column in _PLACE.c.items() if name not in ("id", "version")},
    **_columns(Team),
    "location_codes": _CODES,
}


def _teams(using: frozenset[str]) -> Select[Any]:
    filters = (_TEAM_FILTERS[name] for name in sorted(using & _TEAM_FILTERS.keys()))
    return select(Team).select_from(Team).join(_PLACE, true()).where(*filters)


def _services(using: frozenset[str]) -> Select[Any]:
    found = select(Service)
    if "directorate" in using:
        found = found.where(_named(Service.directorate_id, Directorate, "directorate"))
    return found


def _rows(
    kind: type[Entity], columns: Columns, build: Any, absent: type[NotFoundError]
) -> JsonRows:
    return JsonRows(columns, build, absent, kind.__table__.c.version)


DIRECTORATES: Final = _rows(
    Directorate, _columns(Directorate), lambda _: select(Directorate), DirectorateNotFoundError
)
SERVICES: Final = _rows(Service, _columns(Service), _services, ServiceNotFoundError)
TEAMS: Final = _rows(Team, _TEAM_COLUMNS, _teams, TeamNotFoundError)

_HISTORY: Final = """
SELECT json_build_object('next', NULL, 'items', coalesce((
       SELECT json_agg(json_build_object(
                  'directorate_id', directorate_id, 'service_id', service_id,
                  'segment', segment, 'setting', setting, 'pathway', pathway,
                  'fft_category', fft_category, 'valid_from', valid_from, 'valid_to', valid_to)
              ORDER BY valid_from DESC)
         FROM team_placement WHERE team_id = team.id), '[]'))::text
  FROM team WHERE id = $1"""

_TREE: Final = """
WITH placed AS (
    SELECT p.directorate_id, p.service_id, t.code,
           json_build_object('id', t.id, 'code', t.code, 'name', t.name,
                             'segment', p.segment, 'setting', p.setting) AS shown
      FROM team t JOIN team_placement p ON p.team_id = t.id AND p.valid_from <= $1
           AND (p.valid_to IS NULL OR p.valid_to > $1)
     WHERE (t.opened_on IS NULL OR t.opened_on <= $1)
       AND (t.closed_on IS NULL OR t.closed_on > $1)),
stood AS (
    SELECT directorate_id, service_id, json_agg(shown ORDER BY code) AS teams
      FROM placed GROUP BY 1, 2
    UNION ALL
    SELECT directorate_id, id, '[]' FROM service s
     WHERE NOT EXISTS (SELECT FROM placed p WHERE p.service_id = s.id)),
grouped AS (
    SELECT stood.directorate_id,
           json_agg(json_build_object('id', s.id, 'code', s.code, 'name', s.name,
                                      'teams', stood.teams) ORDER BY s.code) AS services
      FROM stood JOIN service s ON s.id = stood.service_id GROUP BY 1)
SELECT json_build_object('on', $1, 'directorates', coalesce(json_agg(
           json_build_object('id', d.id, 'code', d.code, 'name', d.name,
                             'services', coalesce(g.services, '[]')) ORDER BY d.code), '[]'))::text
  FROM directorate d LEFT JOIN grouped g ON g.directorate_id = d.id"""


async def tree(door: Statement, day: date) -> bytes:
    """Give directorates, their services and these services' open teams, as they stood on a day."""
    found: str = await door.fetchval(_TREE, day)
    return found.encode()


async def placements(door: Statement, team_id: UUID) -> bytes:
    """Give all placements of a team, newest first; raises TeamNotFoundError."""
    found: str | None = await door.fetchval(_HISTORY, team_id)
    if found is None:
        raise TeamNotFoundError
    return found.encode()


async def get(session: AsyncSession, kind: type[E], id_: UUID) -> E:
    """Load one record; raises its kind's NotFoundError."""
    found = await session.get(kind, id_)
    if found is None:
        raise _ABSENT[kind]
    return found


_ABSENT: Final[Mapping[type[Entity], type[NotFoundError]]] = {
    Directorate: DirectorateNotFoundError,
    Service: ServiceNotFoundError,
    Team: TeamNotFoundError,
}


async def histories(
    session: AsyncSession, kind: type[H], team_ids: Iterable[UUID] | None = None
) -> dict[UUID, list[H]]:
    """Give the placements or location codes of teams, of all if None, oldest first by team."""
    statement = select(kind).order_by(kind.team_id, kind.valid_from)
    if team_ids is not None:
        statement = statement.where(kind.team_id.in_(list(team_ids)))
    found: dict[UUID, list[H]] = {}
    for row in await session.scalars(statement):
        found.setdefault(row.team_id, []).append(row)
    return found
