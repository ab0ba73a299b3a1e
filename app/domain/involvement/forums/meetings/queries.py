"""Reads of forums' meetings: their papers, guests, and who came."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Select, Uuid, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.forums.meetings.errors import (
    ForumMeetingNotFoundError,
    ForumPaperNotFoundError,
)
from app.domain.involvement.forums.meetings.models import (
    ForumAttendance,
    ForumGuest,
    ForumMeeting,
    ForumPaper,
)
from app.domain.involvement.forums.models import Forum, ForumMember
from app.domain.involvement.naming import queries as naming
from app.domain.involvement.naming.queries import value

M = ForumMeeting
_PAPERS: Final = (
    "(SELECT coalesce(json_agg(json_build_object('id', p.id, 'title', p.title, 'link', p.link,"
    " 'sent_on', p.sent_on, 'in_time', coalesce(p.sent_on <= forum_meeting.papers_due_on, false),"
    " 'version', p.version) ORDER BY p.id), '[]')"
    " FROM forum_paper p WHERE p.meeting_id = forum_meeting.id)"
)
_ATTENDED: Final = (
    "(SELECT coalesce(json_agg(a.member_id ORDER BY a.member_id), '[]')"
    " FROM forum_attendance a WHERE a.meeting_id = forum_meeting.id)"
)
_GUESTS: Final = (
    select(
        ForumGuest.id,
        naming.seen_person(ForumGuest.person_id).label("person_id"),
        ForumGuest.user_id,
        ForumGuest.attended,
    )
    .where(ForumGuest.meeting_id == M.id)
    .correlate(M)
    .subquery("guests")
)
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "forum": M.forum_id == value("forum", Uuid()),
    "state": M.state == value("state"),
    "from_day": M.day >= value("from_day", Date()),
    "to_day": M.day <= value("to_day", Date()),
}
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in M.__table__.columns},
    "papers": literal_column(_PAPERS),
    "attended": literal_column(_ATTENDED),
    "guests": (
        select(literal_column("coalesce(json_agg(row_to_json(guests) ORDER BY guests.id), '[]')"))
        .select_from(_GUESTS)
        .correlate(M)
        .scalar_subquery()
    ),
}


def _meetings(using: frozenset[str]) -> Select[Any]:
    return select(M).where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


MEETINGS: Final = JsonRows(_COLUMNS, _meetings, ForumMeetingNotFoundError, M.__table__.c.version)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of a forum's meetings as JSON; `forum` is among the filters."""
    return await MEETINGS.page(door, fields, page, {**filters, "reach": naming.reach(to)})


async def show(
    door: Statement, fields: tuple[str, ...], forum: Forum, id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one meeting of a forum as JSON, and its version."""
    seen = {"forum": forum.id, "reach": naming.reach(to)}
    return await MEETINGS.one(door, fields, id_, seen)


async def get(
    session: AsyncSession, forum: Forum, id_: UUID, *, lock: bool = False
) -> ForumMeeting:
    """Load one meeting of a forum; raises ForumMeetingNotFoundError."""
    found = select(M).where(M.id == id_, M.forum_id == forum.id)
    meeting = await session.scalar(found.with_for_update() if lock else found)
    if meeting is None:
        raise ForumMeetingNotFoundError
    return meeting


async def paper(session: AsyncSession, meeting: ForumMeeting, id_: UUID) -> ForumPaper:
    """Load one paper of a meeting; raises ForumPaperNotFoundError."""
    found = await session.get(ForumPaper, id_)
    if found is None or found.meeting_id != meeting.id:
        raise ForumPaperNotFoundError
    return found


async def guest(session: AsyncSession, meeting: ForumMeeting, id_: UUID) -> ForumGuest:
    """Load one invitation to a meeting; raises ForumMeetingNotFoundError."""
    found = await session.get(ForumGuest, id_)
    if found is None or found.meeting_id != meeting.id:
        raise ForumMeetingNotFoundError
    return found


async def guests(session: AsyncSession, meeting: ForumMeeting) -> Sequence[ForumGuest]:
    """Load who was invited to a meeting without being a member."""
    found = select(ForumGuest).where(ForumGuest.meeting_id == meeting.id)
    return (await session.scalars(found)).all()


async def attendances(session: AsyncSession, meeting: ForumMeeting) -> Sequence[ForumAttendance]:
    """Load which members came to a meeting."""
    found = select(ForumAttendance).where(ForumAttendance.meeting_id == meeting.id)
    return (await session.scalars(found)).all()


async def attended_days(session: AsyncSession, member: ForumMember) -> Sequence[date]:
    """Give the days of the meetings that a member came to."""
    found = (
        select(M.day)
        .join(ForumAttendance, ForumAttendance.meeting_id == M.id)
        .where(ForumAttendance.member_id == member.id)
    )
    return (await session.scalars(found)).all()
