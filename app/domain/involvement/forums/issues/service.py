"""Commands on what was raised at forums: raise, act, answer, close."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.domain.involvement.forums.issues.errors import REFUSALS, IssueMeetingError
from app.domain.involvement.forums.issues.models import ForumIssue
from app.domain.involvement.forums.meetings.models import ForumMeeting
from app.domain.involvement.forums.models import Forum
from app.domain.organisation import service as organisation
from app.domain.organisation.errors import TeamNotFoundError
from app.domain.organisation.models import Team


async def put(session: AsyncSession, forum: Forum, told: Mapping[str, Any]) -> ForumIssue:
    """Note what was raised at a forum; raises what `change` raises."""
    issue = ForumIssue(forum_id=forum.id, closed_on=None, first_team_id=None, second_team_id=None)
    await change(session, issue, told)
    return issue


async def change(session: AsyncSession, issue: ForumIssue, told: Mapping[str, Any]) -> None:
    """Correct an issue, or say what is done about it.

    A team of any directorate may be named: it is asked, and answers for itself. Raises
    IssueClosedError, IssueMeetingError, IssueTeamsError, InvalidError, DayInFutureError.
    """
    meeting_id = told.get("meeting_id")
    if meeting_id is not None:
        meeting = await session.get(ForumMeeting, meeting_id)
        if meeting is None or meeting.forum_id != issue.forum_id:
            raise IssueMeetingError.at("#/meeting_id", "No meeting of this forum", "not_found")
    for at, team_id in enumerate(told.get("teams") or ()):
        await organisation.named(session, Team, team_id, f"teams/{at}")
    issue.tell(told, today())
    session.add(issue)
    await flush(session, REFUSALS)


async def answer(
    session: AsyncSession, issue: ForumIssue, team_id: UUID, words: str, *, by: Actor
) -> None:
    """Let a team of the caller's answer; raises IssueClosedError, TeamNotFoundError."""
    if by.teams is not None and team_id not in by.teams:
        raise TeamNotFoundError
    issue.answer(team_id, words, today())
    await flush(session, REFUSALS)


async def close(session: AsyncSession, issue: ForumIssue, on: date | None, outcome: str) -> None:
    """Close an issue.

    Raises IssueClosedError, IssueWithoutActionError, IssueUnansweredError, IssueDayError,
    DayInFutureError.
    """
    issue.close(on or today(), outcome, today())
    await flush(session, REFUSALS)
