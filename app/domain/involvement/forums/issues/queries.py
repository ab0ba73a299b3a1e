"""Reads of what was raised at forums. A team sees what it is asked, whosever forum it was."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Uuid, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.forums.issues.errors import ForumIssueNotFoundError
from app.domain.involvement.forums.issues.models import ForumIssue
from app.domain.involvement.forums.models import Forum
from app.domain.involvement.naming import queries as naming
from app.domain.involvement.naming.queries import TODAY, value

Q = ForumIssue
_OWN: Final[Any] = value("visible", ARRAY(Uuid()))
_FORUM_SEEN: Final = (
    select(Forum.id)
    .where(Forum.id == Q.forum_id, naming.within_reach(Forum.directorate_id))
    .correlate(Q)
    .exists()
)
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": or_(
        _FORUM_SEEN, Q.first_team_id == func.any(_OWN), Q.second_team_id == func.any(_OWN)
    ),
    "forum": Q.forum_id == value("forum", Uuid()),
    "meeting": Q.meeting_id == value("meeting", Uuid()),
    "raised_by": Q.raised_by == value("raised_by"),
    "strategy_action": Q.strategy_action == value("strategy_action"),
    "team": or_(naming.of_team(Q.first_team_id), naming.of_team(Q.second_team_id)),
    "from_day": Q.raised_on >= value("from_day", Date()),
    "to_day": Q.raised_on <= value("to_day", Date()),
    "open": Q.closed_on.is_(None),
    "unanswered": Q.closed_on.is_(None)
    & Q.first_team_id.is_not(None)
    & or_(Q.first_answer.is_(None), Q.second_answer.is_(None)),
    "overdue": Q.closed_on.is_(None) & (Q.due_on < TODAY),
    "closed": Q.closed_on.is_not(None),
}
_ANSWERS: Final = """(CASE WHEN first_team_id IS NULL THEN json_build_array() ELSE json_build_array(
    json_build_object('team_id', first_team_id, 'answer', first_answer,
                      'answered_on', first_answered_on),
    json_build_object('team_id', second_team_id, 'answer', second_answer,
                      'answered_on', second_answered_on)) END)"""
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in Q.__table__.columns},
    "teams": literal_column(_ANSWERS),
    "overdue": func.coalesce(_FILTERS["overdue"], literal_column("false")),
}


def _issues(using: frozenset[str]) -> Select[Any]:
    return select(Q).where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


ISSUES: Final = JsonRows(_COLUMNS, _issues, ForumIssueNotFoundError, Q.__table__.c.version)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of issues as JSON; `state` among the filters is open, overdue and so on."""
    chosen = {**filters, **_seen_by(to)}
    if "state" in chosen:
        chosen[chosen.pop("state")] = True
    return await ISSUES.page(door, fields, page, chosen)


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one issue as JSON, and its version."""
    return await ISSUES.one(door, fields, id_, _seen_by(to))


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> ForumIssue:
    """Load an issue that a caller may see; raises ForumIssueNotFoundError."""
    found = select(Q).where(Q.id == id_)
    if to.teams is not None:
        limits = {"visible": list(to.teams), "reach": naming.reach(to)}
        found = found.where(_FILTERS["visible"]).params(limits)
    issue = await session.scalar(found)
    if issue is None:
        raise ForumIssueNotFoundError
    return issue


def _seen_by(to: Actor) -> dict[str, Any]:
    return {**naming.in_own_teams(to), "reach": naming.reach(to), "today": today()}
