"""Reads of opportunities, for who keeps them and for the public."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    Select,
    Text,
    Uuid,
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
from app.domain.involvement.opportunities.errors import OpportunityNotFoundError
from app.domain.involvement.opportunities.models import (
    WORDS,
    Opportunity,
    OpportunityStatus,
)
from app.domain.organisation.models import Directorate, Team

MOST_PUBLIC: Final = 500


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


def _holds(column: Any, name: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.op("@>")(
        func.array_append(literal_column("'{}'::text[]"), _value(name))
    )
    return found


def _named(column: Any, kind: type[Directorate | Team], name: str) -> ColumnElement[bool]:
    value = _value(name)
    known = select(kind.id).where(or_(kind.code == value, cast(kind.id, Text) == value))
    return column == known.scalar_subquery()  # type: ignore[no-any-return]


_OWN: Final = or_(
    Opportunity.directorate_id == func.any(_value("directorates", ARRAY(Uuid()))),
    Opportunity.team_id == func.any(_value("teams", ARRAY(Uuid()))),
)
# What everybody may read anyway, and what is not shown yet where it is for a place of one's own.
_VISIBLE: Final = or_(
    Opportunity.status == OpportunityStatus.PUBLISHED,
    Opportunity.status == OpportunityStatus.CLOSED,
    _OWN,
)
_CO_PRODUCED: Final = or_(
    Opportunity.co_designed, Opportunity.co_delivered, Opportunity.co_evaluated
)
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "directorates": _VISIBLE,
    "status": Opportunity.status == _value("status"),
    "kind": Opportunity.kind == _value("kind"),
    "level": Opportunity.level == _value("level", Integer()),
    "search": literal_column(WORDS).op("@@")(
        func.websearch_to_tsquery(literal_column("'english'::regconfig"), _value("search"))
    ),
    "pathway": _holds(Opportunity.pathways, "pathway"),
    "skill": _holds(Opportunity.skills, "skill"),
    "interest": _holds(Opportunity.interests, "interest"),
    "experience_relevant": Opportunity.experience_relevant
    == _value("experience_relevant", Boolean()),
    "co_produced": _value("co_produced", Boolean()) == _CO_PRODUCED,
    "directorate": _named(Opportunity.directorate_id, Directorate, "directorate"),
    "team": _named(Opportunity.team_id, Team, "team"),
    "coordinator": Opportunity.coordinator_id == _value("coordinator", Uuid()),
}
_TIMES: Final = """
(SELECT coalesce(json_agg(json_build_object(
            'starts_at', to_char(t.starts_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'ends_at', to_char(t.ends_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
        ORDER BY t.starts_at), '[]')
   FROM opportunity_time t WHERE t.opportunity_id = opportunity.id)"""
_COURSES: Final = """
(SELECT coalesce(json_agg(json_build_object('id', c.id, 'code', c.code, 'name', c.name)
        ORDER BY c.code), '[]')
   FROM opportunity_course o JOIN course c ON c.id = o.course_id
  WHERE o.opportunity_id = opportunity.id)"""
_TAKEN: Final = """
(SELECT count(*) FROM participation p WHERE p.opportunity_id = opportunity.id
    AND p.status IN ('accepted', 'attended', 'did_not_attend', 'completed'))"""
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in Opportunity.__table__.columns},
    "co_produced": _CO_PRODUCED,
    "times": literal_column(_TIMES),
    "required_courses": literal_column(_COURSES),
    "taken": literal_column(_TAKEN),
}


def _opportunities(using: frozenset[str]) -> Select[Any]:
    return select(Opportunity).where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


OPPORTUNITIES: Final = JsonRows(
    _COLUMNS, _opportunities, OpportunityNotFoundError, Opportunity.__table__.c.version
)

_PUBLIC: Final = f"""
SELECT json_build_object('next', NULL, 'items', coalesce(json_agg(row_to_json(shown)), '[]'))::text
  FROM (SELECT id, kind, title, summary, easy_read, experience_relevant, co_designed,
               co_delivered, co_evaluated, co_produced_how, pathways, skills, level, place,
               link IS NOT NULL AS online, access, access_note, pays, pays_pence,
               required_check, apply_by, published_on, {_TIMES} AS times,
               {_COURSES} AS required_courses, greatest(places - {_TAKEN}, 0) AS places_left
          FROM opportunity
         WHERE status = 'published' AND (apply_by IS NULL OR apply_by >= $1)
           AND ($2::text IS NULL OR kind = $2)
           AND ($3::text IS NULL OR pathways @> ARRAY[$3])
         ORDER BY apply_by NULLS LAST, id DESC LIMIT {MOST_PUBLIC}) shown"""


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of opportunities as JSON."""
    return await OPPORTUNITIES.page(door, fields, page, {**filters, **_limits(to)})


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one opportunity as JSON, and its version."""
    return await OPPORTUNITIES.one(door, fields, id_, _limits(to))


async def public(door: Statement, kind: str | None, pathway: str | None) -> bytes:
    """Give what anybody can apply to today, what ends first before the rest."""
    found: str = await door.fetchval(_PUBLIC, today(), kind, pathway)
    return found.encode()


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> Opportunity:
    """Load an opportunity that one may see; raises OpportunityNotFoundError."""
    return await _get(session, select(Opportunity).where(Opportunity.id == id_), _VISIBLE, to)


async def to_change(session: AsyncSession, id_: UUID, *, to: Actor) -> Opportunity:
    """Load an opportunity that is one's own to change, so that nobody else does meanwhile.

    Raises OpportunityNotFoundError.
    """
    alone = select(Opportunity).where(Opportunity.id == id_).with_for_update(key_share=True)
    return await _get(session, alone, _OWN, to)


async def to_answer(session: AsyncSession, id_: UUID) -> Opportunity:
    """Load the opportunity of somebody's own participation, so that its places stay as they are."""
    alone = select(Opportunity).where(Opportunity.id == id_).with_for_update(key_share=True)
    return (await session.scalars(alone)).one()


async def _get(
    session: AsyncSession, found: Select[Any], limit: ColumnElement[bool], to: Actor
) -> Opportunity:
    if to.teams is not None:
        found = found.where(limit).params(_limits(to))
    opportunity: Opportunity | None = await session.scalar(found)
    if opportunity is None:
        raise OpportunityNotFoundError
    return opportunity


def _limits(to: Actor) -> dict[str, Any]:
    if to.teams is None:
        return {}
    return {"directorates": list(to.directorates or ()), "teams": list(to.teams)}
