"""Reads of forums and their members. A forum of a directorate is for who may see it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Integer, Select, Uuid, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.forums.errors import ForumMemberNotFoundError, ForumNotFoundError
from app.domain.involvement.forums.models import Forum, ForumMember
from app.domain.involvement.naming import queries as naming
from app.domain.involvement.naming.queries import TODAY, value

F, M = Forum, ForumMember
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "reach": naming.within_reach(F.directorate_id),
    "kind": F.kind == value("kind"),
    "pathway": F.pathway == value("pathway"),
    "directorate": naming.of_directorate(F.directorate_id),
    "open": or_(F.closed_on.is_(None), F.closed_on > TODAY),
    "closed": F.closed_on <= TODAY,
}
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in F.__table__.columns},
    "members": cast(
        select(func.count(M.id))
        .where(M.forum_id == F.id, naming.holding(M, TODAY))
        .correlate(F)
        .scalar_subquery(),
        Integer,
    ),
}
_MEMBERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "forum": M.forum_id == value("forum", Uuid()),
    "person": (M.person_id == value("person", Uuid())) & naming.person_in_reach(M.person_id),
    "user": M.user_id == value("user", Uuid()),
    "on": naming.holding(M, value("on", Date())),
}


def _forums(using: frozenset[str]) -> Select[Any]:
    return select(F).where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


def _members(using: frozenset[str]) -> Select[Any]:
    return select(M).where(*(_MEMBERS[name] for name in sorted(using & _MEMBERS.keys())))


FORUMS: Final = JsonRows(_COLUMNS, _forums, ForumNotFoundError, F.__table__.c.version)
MEMBERS: Final = JsonRows(
    {
        **{column.key: column for column in M.__table__.columns},
        "person_id": naming.seen_person(M.person_id),
    },
    _members,
    ForumMemberNotFoundError,
    M.__table__.c.version,
)

_FIGURES: Final = """
WITH chosen AS (
    SELECT id, name, kind, pathway FROM forum f
     WHERE $1::uuid[] IS NULL OR f.directorate_id IS NULL OR f.directorate_id = ANY($1)),
met AS (
    SELECT m.id, m.forum_id, m.day, m.papers_due_on FROM forum_meeting m
     WHERE m.state = 'held' AND m.day BETWEEN $2 AND $3),
attended AS (
    SELECT met.forum_id, count(b.id) AS expected, count(a.id) AS attended
      FROM met JOIN forum_member b ON b.forum_id = met.forum_id AND b.valid_from <= met.day
           AND (b.valid_to IS NULL OR b.valid_to > met.day)
      LEFT JOIN forum_attendance a ON a.member_id = b.id AND a.meeting_id = met.id GROUP BY 1),
papers AS (
    SELECT met.forum_id, count(*) AS papers,
           count(*) FILTER (WHERE p.sent_on <= met.papers_due_on) AS in_time
      FROM met JOIN forum_paper p ON p.meeting_id = met.id GROUP BY 1),
issues AS (
    SELECT forum_id, count(*) AS issues,
           count(*) FILTER (WHERE raised_by = 'patient') AS from_patients,
           count(*) FILTER (WHERE raised_by = 'carer') AS from_carers,
           count(*) FILTER (WHERE closed_on IS NOT NULL) AS closed
      FROM forum_issue WHERE raised_on BETWEEN $2 AND $3 GROUP BY 1),
counted AS (
    SELECT c.id, c.name, c.kind, c.pathway,
           (SELECT count(*) FROM met WHERE met.forum_id = c.id) AS meetings,
           coalesce(a.expected, 0) AS expected, coalesce(a.attended, 0) AS attended,
           coalesce(p.papers, 0) AS papers, coalesce(p.in_time, 0) AS in_time,
           coalesce(i.issues, 0) AS issues, coalesce(i.from_patients, 0) AS from_patients,
           coalesce(i.from_carers, 0) AS from_carers, coalesce(i.closed, 0) AS closed
      FROM chosen c LEFT JOIN attended a ON a.forum_id = c.id
      LEFT JOIN papers p ON p.forum_id = c.id LEFT JOIN issues i ON i.forum_id = c.id),
summed AS (
    SELECT id, name, kind, pathway, grouping(id) = 1 AS total,
           coalesce(sum(meetings), 0) AS meetings,
           coalesce(sum(expected), 0) AS members_expected,
           coalesce(sum(attended), 0) AS members_attended,
           round(100.0 * sum(attended) / nullif(sum(expected), 0), 1) AS pct_attended,
           coalesce(sum(papers), 0) AS papers, coalesce(sum(in_time), 0) AS papers_in_time,
           round(100.0 * sum(in_time) / nullif(sum(papers), 0), 1) AS pct_papers_in_time,
           coalesce(sum(issues), 0) AS issues,
           coalesce(sum(from_patients), 0) AS issues_from_patients,
           coalesce(sum(from_carers), 0) AS issues_from_carers,
           coalesce(sum(closed), 0) AS issues_closed
      FROM counted GROUP BY GROUPING SETS ((id, name, kind, pathway), ()))
SELECT json_build_object(
    'from', $2::date, 'to', $3::date,
    'total', (SELECT to_jsonb(s) - 'id' - 'name' - 'kind' - 'pathway' - 'total'
                FROM summed s WHERE total),
    'forums', coalesce((SELECT json_agg(to_jsonb(s) - 'total' ORDER BY name)
                          FROM summed s WHERE NOT total), '[]'))::text"""


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of forums as JSON; `open` among the filters is true or false."""
    chosen = {**filters, **_seen_by(to)}
    if "open" in chosen:
        chosen["open" if chosen.pop("open") else "closed"] = True
    return await FORUMS.page(door, fields, page, chosen)


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one forum as JSON, and its version."""
    return await FORUMS.one(door, fields, id_, _seen_by(to))


async def get(session: AsyncSession, id_: UUID, *, to: Actor, lock: bool = False) -> Forum:
    """Load a forum that a caller may see; raises ForumNotFoundError."""
    found = select(F).where(F.id == id_, _FILTERS["reach"]).params(reach=naming.reach(to))
    forum = await session.scalar(found.with_for_update() if lock else found)
    if forum is None:
        raise ForumNotFoundError
    return forum


async def find_members(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of a forum's members, past and future ones among them, as JSON."""
    return await MEMBERS.page(door, fields, page, {**filters, **_seen_by(to)})


async def show_member(
    door: Statement, fields: tuple[str, ...], forum: Forum, id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one member of a forum as JSON, and the record's version."""
    return await MEMBERS.one(door, fields, id_, {**_seen_by(to), "forum": forum.id})


async def member(session: AsyncSession, forum: Forum, id_: UUID) -> ForumMember:
    """Load one member of a forum; raises ForumMemberNotFoundError."""
    found = await session.get(M, id_)
    if found is None or found.forum_id != forum.id:
        raise ForumMemberNotFoundError
    return found


async def members(session: AsyncSession, forum_id: UUID, day: date) -> Sequence[ForumMember]:
    """Load who is a member of a forum on a day."""
    found = select(M).where(M.forum_id == forum_id, naming.holding(M, day))
    return (await session.scalars(found)).all()


async def figures(door: Statement, first: date, last: date, *, to: Actor) -> bytes:
    """Give attendance, papers sent in time and issues raised, of each forum and in all."""
    found: str = await door.fetchval(_FIGURES, naming.reach(to), first, last)
    return found.encode()


def _seen_by(to: Actor) -> dict[str, Any]:
    return {"reach": naming.reach(to), "today": today()}
