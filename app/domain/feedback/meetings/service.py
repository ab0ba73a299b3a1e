"""Commands on meetings: plan, hold, cancel, take what was heard, promise and keep."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import LONDON, now, today
from app.core.db import flush
from app.core.errors import InvalidError
from app.core.inbox import InboxEvent
from app.domain.feedback import events
from app.domain.feedback.codes import Source
from app.domain.feedback.meetings import queries
from app.domain.feedback.meetings.errors import REFUSALS
from app.domain.feedback.meetings.models import Meeting, MeetingState, MeetingTeam, Promise
from app.domain.organisation import service as organisation
from app.domain.organisation.errors import TeamNotFoundError
from app.domain.organisation.models import Team

_NOON: Final = time(12)


async def plan(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> Meeting:
    """Plan a meeting for `teams`, or for the whole trust where there are none.

    Raises MeetingTimesError, MeetingNowhereError, InvalidError, and TeamNotFoundError where a
    team, or the whole trust, is not the caller's.
    """
    values = dict(told)
    team_ids = values.pop("teams")
    await _check_teams(session, team_ids, by)
    meeting = Meeting(state=MeetingState.PLANNED)
    meeting.plan(values)
    session.add(meeting)
    await flush(session, REFUSALS)
    await _set_teams(session, meeting, team_ids)
    return meeting


async def change(
    session: AsyncSession, meeting: Meeting, told: Mapping[str, Any], *, by: Actor
) -> None:
    """Plan a meeting anew; raises what `plan` raises, and MeetingStateError."""
    values = dict(told)
    team_ids = values.pop("teams", None)
    if team_ids is not None:
        await _check_teams(session, team_ids, by)
        meeting.updated_at = now()  # its version is the one that callers know its teams by
    meeting.plan(values)
    await flush(session, REFUSALS)
    if team_ids is not None:
        await _set_teams(session, meeting, team_ids)


async def hold(session: AsyncSession, meeting: Meeting, counts: Mapping[str, int]) -> None:
    """Note who came; raises MeetingStateError, MeetingNotYetError."""
    meeting.hold(counts, today())
    await session.flush()


async def cancel(session: AsyncSession, meeting: Meeting, because: str) -> None:
    """Let a meeting not take place; raises MeetingStateError."""
    meeting.cancel(because)
    await session.flush()


async def hear(
    session: AsyncSession, meeting: Meeting, told: Sequence[Mapping[str, Any]]
) -> Meeting:
    """Put what was heard into the inbox, each as a response of the source `meeting`.

    `team` names one of the meeting's teams; it may be missing where there is one only. Raises
    MeetingStateError, InvalidError.
    """
    meeting.heard_somebody()
    teams = await queries.teams_of(session, meeting.id)
    known = {name: t.code for t in teams.values() for name in (t.code, str(t.id))}
    only = next(iter(teams.values())).code if len(teams) == 1 else None
    codes = [known.get(item["team"]) if item.get("team") else only for item in told]
    wrong = [
        {"pointer": f"#/items/{at}/team", "detail": "None of its teams", "code": "not_found"}
        for at, code in enumerate(codes)
        if code is None
    ]
    if wrong:
        raise InvalidError(errors=wrong)
    for item, code in zip(told, codes, strict=True):
        session.add(_event(meeting, {**item, "location_code": code}))
    await session.flush()
    return meeting


async def promise(session: AsyncSession, meeting: Meeting, told: Mapping[str, Any]) -> Promise:
    """Note what was promised at a meeting; raises MeetingStateError."""
    meeting.heard_somebody()
    made = Promise(meeting_id=meeting.id, **told)
    session.add(made)
    await session.flush()
    return made


async def change_promise(session: AsyncSession, made: Promise, told: Mapping[str, Any]) -> None:
    """Correct what was promised; raises PromiseKeptError."""
    made.change(told)
    await session.flush()


async def keep(
    session: AsyncSession, made: Promise, meeting: Meeting, on: date | None, how: str
) -> None:
    """Note that a promise was kept; raises PromiseKeptError, PromiseDayError."""
    made.keep(on or today(), how, made=meeting.day, today=today())
    await session.flush()


def _event(meeting: Meeting, item: Mapping[str, Any]) -> InboxEvent:
    """Write a response as the event of a feed; its day is the meeting's, its time is nobody's."""
    name = f"{meeting.id}:{uuid4().hex}"
    data = {key: value for key, value in item.items() if key != "team" and value is not None}
    data |= {
        "source_review_id": name,
        "version": 1,
        "submitted_at": datetime.combine(meeting.day, _NOON, LONDON).isoformat(),
    }
    body = orjson.dumps({"type": events.CREATED, "data": data})
    return InboxEvent(
        source=Source.MEETING,
        event_id=name,
        body=body,
        body_hash=hashlib.sha256(body).digest(),
    )


async def _check_teams(session: AsyncSession, team_ids: Sequence[UUID], by: Actor) -> None:
    if by.teams is not None and not (team_ids and by.teams.issuperset(team_ids)):
        raise TeamNotFoundError
    for at, team_id in enumerate(team_ids):
        await organisation.named(session, Team, team_id, f"teams/{at}")


async def _set_teams(session: AsyncSession, meeting: Meeting, team_ids: Sequence[UUID]) -> None:
    wanted = dict.fromkeys(team_ids)
    before = await queries.teams_of(session, meeting.id)
    gone = [team_id for team_id in before if team_id not in wanted]
    if gone:
        await session.execute(
            delete(MeetingTeam).where(
                MeetingTeam.meeting_id == meeting.id, MeetingTeam.team_id.in_(gone)
            )
        )
    session.add_all(
        MeetingTeam(meeting_id=meeting.id, team_id=team_id)
        for team_id in wanted
        if team_id not in before
    )
    await session.flush()
