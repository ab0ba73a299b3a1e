"""Reads of champions, and of the teams that have one and those that have none."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.champions.errors import ChampionNotFoundError
from app.domain.involvement.champions.models import Champion
from app.domain.involvement.naming import queries as naming
from app.domain.involvement.naming.queries import value

C = Champion
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": C.team_id == func.any(value("visible", ARRAY(Uuid()))),
    "team": naming.of_team(C.team_id),
    "directorate": naming.team_in_directorate(C.team_id),
    "person": (C.person_id == value("person", Uuid())) & naming.person_in_reach(C.person_id),
    "user": C.user_id == value("user", Uuid()),
    "on": naming.holding(C, value("on", Date())),
    "trained": C.trained_on.is_not(None),
    "untrained": C.trained_on.is_(None),
}
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in C.__table__.columns},
    "person_id": naming.seen_person(C.person_id),
}


def _champions(using: frozenset[str]) -> Select[Any]:
    return select(C).where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


CHAMPIONS: Final = JsonRows(_COLUMNS, _champions, ChampionNotFoundError, C.__table__.c.version)

_COVERAGE: Final = """
WITH placed AS (
    SELECT t.id, t.code, t.name, p.directorate_id, c.champions, c.trained
      FROM team t JOIN team_placement p ON p.team_id = t.id
           AND p.valid_from <= $2 AND (p.valid_to IS NULL OR p.valid_to > $2)
      CROSS JOIN LATERAL (
           SELECT count(*) AS champions, count(*) FILTER (WHERE trained_on <= $2) AS trained
             FROM champion c WHERE c.team_id = t.id AND c.valid_from <= $2
                  AND (c.valid_to IS NULL OR c.valid_to > $2)) c
     WHERE (t.opened_on IS NULL OR t.opened_on <= $2)
       AND (t.closed_on IS NULL OR t.closed_on > $2)
       AND ($1::uuid[] IS NULL OR t.id = ANY($1))),
counted AS (
    SELECT directorate_id, grouping(directorate_id) = 1 AS total, count(*) AS teams,
           count(*) FILTER (WHERE champions > 0) AS "with",
           count(*) FILTER (WHERE trained > 0) AS with_trained,
           round(100.0 * count(*) FILTER (WHERE champions > 0) / nullif(count(*), 0), 1)
           AS pct_with,
           coalesce(json_agg(json_build_object('id', id, 'code', code, 'name', name)
                             ORDER BY code) FILTER (WHERE champions = 0), '[]') AS without
      FROM placed GROUP BY GROUPING SETS ((directorate_id), ()))
SELECT json_build_object(
    'on', $2::date,
    'total', (SELECT json_build_object('teams', teams, 'with', "with",
                                       'with_trained', with_trained, 'pct_with', pct_with)
                FROM counted WHERE total),
    'directorates', coalesce((
        SELECT json_agg(json_build_object(
                   'code', d.code, 'name', d.name, 'teams', c.teams, 'with', c."with",
                   'with_trained', c.with_trained, 'pct_with', c.pct_with, 'without', c.without)
                   ORDER BY d.code)
          FROM counted c JOIN directorate d ON d.id = c.directorate_id WHERE NOT c.total), '[]')
)::text"""


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of champions as JSON; `trained` among the filters is true or false."""
    chosen = {**filters, **_seen_by(to)}
    if "trained" in chosen:
        chosen["trained" if chosen.pop("trained") else "untrained"] = True
    return await CHAMPIONS.page(door, fields, page, chosen)


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one champion as JSON, and the record's version."""
    return await CHAMPIONS.one(door, fields, id_, _seen_by(to))


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> Champion:
    """Load a champion of a team that is the caller's; raises ChampionNotFoundError."""
    found = await session.get(Champion, id_)
    if found is None or (to.teams is not None and found.team_id not in to.teams):
        raise ChampionNotFoundError
    return found


async def coverage(door: Statement, day: date, *, to: Actor) -> bytes:
    """Tell of each directorate which of its teams have a champion on a day, by name."""
    found: str = await door.fetchval(_COVERAGE, naming.teams_of(to), day)
    return found.encode()


def _seen_by(to: Actor) -> dict[str, Any]:
    return {**naming.in_own_teams(to), "reach": naming.reach(to), "today": today()}
