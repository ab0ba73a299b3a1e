"""Reads of recruitment panels. One of a directorate is for who may see it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Select, Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.naming import queries as naming
from app.domain.involvement.naming.queries import value
from app.domain.involvement.panels.errors import PanelNotFoundError
from app.domain.involvement.panels.models import Band, RecruitmentPanel, RoleArea

P = RecruitmentPanel
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "reach": naming.within_reach(P.directorate_id),
    "band": P.band == value("band"),
    "area": P.area == value("area"),
    "directorate": naming.of_directorate(P.directorate_id),
    "person": (P.person_id == value("person", Uuid())) & naming.person_in_reach(P.person_id),
    "with": P.lived_experience.is_(True),
    "without": P.lived_experience.is_(False),
    "from_day": P.held_on >= value("from_day", Date()),
    "to_day": P.held_on <= value("to_day", Date()),
}
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in P.__table__.columns},
    "person_id": naming.seen_person(P.person_id),
}


def _panels(using: frozenset[str]) -> Select[Any]:
    return select(P).where(*(_FILTERS[name] for name in sorted(using)))


PANELS: Final = JsonRows(_COLUMNS, _panels, PanelNotFoundError, P.__table__.c.version)

_SHARE: Final = """
SELECT json_build_object('{name}', k.code, 'panels', count(p.id),
                         'with', count(p.id) FILTER (WHERE p.lived_experience),
                         'pct_with', round(100.0 * count(p.id) FILTER (WHERE p.lived_experience)
                                           / nullif(count(p.id), 0), 1)) AS shown, k.n
  FROM unnest(ARRAY[{codes}]) WITH ORDINALITY k (code, n)
  LEFT JOIN chosen p ON p.{name} = k.code GROUP BY k.code, k.n"""


def _shares(name: str, codes: type[Band | RoleArea]) -> str:
    return _SHARE.format(name=name, codes=", ".join(f"'{code}'" for code in codes))


_FIGURES: Final = f"""
WITH chosen AS (
    SELECT id, band, area, lived_experience FROM recruitment_panel
     WHERE held_on BETWEEN $2 AND $3
       AND ($1::uuid[] IS NULL OR directorate_id IS NULL OR directorate_id = ANY($1)))
SELECT json_build_object(
    'from', $2::date, 'to', $3::date,
    'total', (SELECT json_build_object(
                  'panels', count(*), 'with', count(*) FILTER (WHERE lived_experience),
                  'pct_with', round(100.0 * count(*) FILTER (WHERE lived_experience)
                                    / nullif(count(*), 0), 1)) FROM chosen),
    'bands', (SELECT json_agg(shown ORDER BY n) FROM ({_shares("band", Band)}) b),
    'areas', (SELECT json_agg(shown ORDER BY n) FROM ({_shares("area", RoleArea)}) a))::text"""


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of panels as JSON; `lived_experience` among the filters is true or false."""
    chosen = {**filters, "reach": naming.reach(to)}
    if "lived_experience" in chosen:
        chosen["with" if chosen.pop("lived_experience") else "without"] = True
    return await PANELS.page(door, fields, page, chosen)


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one panel as JSON, and its version."""
    return await PANELS.one(door, fields, id_, {"reach": naming.reach(to)})


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> RecruitmentPanel:
    """Load a panel that a caller may see; raises PanelNotFoundError."""
    found = select(P).where(P.id == id_, _FILTERS["reach"]).params(reach=naming.reach(to))
    panel = await session.scalar(found)
    if panel is None:
        raise PanelNotFoundError
    return panel


async def figures(door: Statement, first: date, last: date, *, to: Actor) -> bytes:
    """Give the share of panels with a lived-experience member, by level, area and in all."""
    found: str = await door.fetchval(_FIGURES, naming.reach(to), first, last)
    return found.encode()
