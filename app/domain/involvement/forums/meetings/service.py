"""Commands on forums' meetings: plan, send papers, invite guests, hold, cancel."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now, today
from app.core.db import flush
from app.domain.involvement.forums import queries as forums
from app.domain.involvement.forums.meetings import queries
from app.domain.involvement.forums.meetings.errors import REFUSALS
from app.domain.involvement.forums.meetings.models import (
    ForumAttendance,
    ForumGuest,
    ForumMeeting,
    ForumMeetingState,
    ForumPaper,
    invited,
)
from app.domain.involvement.forums.models import Forum
from app.domain.involvement.naming import service as naming
from app.domain.people.notices import Notice, notify, words


async def plan(session: AsyncSession, forum: Forum, told: Mapping[str, Any]) -> ForumMeeting:
    """Plan a meeting; raises ForumMeetingNowhereError."""
    meeting = ForumMeeting(forum_id=forum.id, state=ForumMeetingState.PLANNED)
    await change(session, forum, meeting, told)
    return meeting


async def change(
    session: AsyncSession, forum: Forum, meeting: ForumMeeting, told: Mapping[str, Any]
) -> None:
    """Plan a meeting anew; raises ForumMeetingStateError, ForumMeetingNowhereError."""
    meeting.plan(told, forum.papers_days)
    session.add(meeting)
    await flush(session, REFUSALS)


async def cancel(session: AsyncSession, meeting: ForumMeeting) -> None:
    """Let a meeting not take place; raises ForumMeetingStateError."""
    meeting.cancel()
    await flush(session, REFUSALS)


async def add_paper(
    session: AsyncSession, meeting: ForumMeeting, told: Mapping[str, Any]
) -> ForumPaper:
    """Add a paper to a meeting; raises DayInFutureError."""
    paper = ForumPaper(meeting_id=meeting.id)
    await change_paper(session, meeting, paper, told)
    return paper


async def change_paper(
    session: AsyncSession, meeting: ForumMeeting, paper: ForumPaper, told: Mapping[str, Any]
) -> None:
    """Correct a paper, or note when it was sent, which sends it; raises DayInFutureError."""
    before = paper.sent_on
    paper.tell(told, today())
    session.add(paper)
    meeting.updated_at = now()  # its version is the one that callers know its papers by
    await flush(session, REFUSALS)
    if before is None and paper.sent_on is not None:
        await _send(session, meeting, paper)


async def invite(
    session: AsyncSession, meeting: ForumMeeting, told: Mapping[str, Any], *, by: Actor
) -> ForumGuest:
    """Invite a guest.

    Raises ForumMeetingStateError, PersonNotFoundError, PersonMergedError, StaffUnknownError,
    PersonOrStaffError, GuestTakenError.
    """
    meeting.planned()
    await naming.check_person(session, told["person_id"], by=by)
    await naming.check_staff(session, told["user_id"])
    guest = ForumGuest(meeting_id=meeting.id, attended=False, **told)
    guest.named()
    session.add(guest)
    meeting.updated_at = now()
    await flush(session, REFUSALS)
    return guest


async def hold(
    session: AsyncSession,
    meeting: ForumMeeting,
    member_ids: Collection[UUID],
    guest_ids: Collection[UUID],
) -> None:
    """Note which members and guests came, or correct it; who is not named did not.

    Raises ForumMeetingStateError, ForumMeetingNotYetError, NotInvitedError.
    """
    meeting.hold(today())
    members = await forums.members(session, meeting.forum_id, meeting.day)
    guests = await queries.guests(session, meeting)
    invited(member_ids, {member.id for member in members})
    invited(guest_ids, {guest.id for guest in guests})
    for guest in guests:
        guest.attended = guest.id in guest_ids
    before = {each.member_id: each for each in await queries.attendances(session, meeting)}
    for member_id, each in before.items():
        if member_id not in member_ids:
            await session.delete(each)
    session.add_all(
        ForumAttendance(meeting_id=meeting.id, member_id=id_)
        for id_ in dict.fromkeys(member_ids)
        if id_ not in before
    )
    meeting.updated_at = now()
    await flush(session, REFUSALS)


async def _send(session: AsyncSession, meeting: ForumMeeting, paper: ForumPaper) -> None:
    """Tell members and guests of the register of a paper, if the meeting is still to come."""
    if meeting.state is not ForumMeetingState.PLANNED or meeting.day < today():
        return
    forum = await session.get_one(Forum, meeting.forum_id)
    members = await forums.members(session, forum.id, meeting.day)
    guests = await queries.guests(session, meeting)
    named = {each.person_id for each in members} | {each.person_id for each in guests}
    for person_id in sorted(id_ for id_ in named if id_ is not None):
        await notify(
            session,
            person_id=person_id,
            notice=Notice.PAPERS,
            values={
                "day": words.day(meeting.day),
                "forum": forum.name,
                "paper": paper.title,
                "link": paper.link,
            },
            once=f"{Notice.PAPERS}:{paper.id}:{person_id}",
        )
