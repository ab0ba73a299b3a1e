"""What digests are made of, for many teams at once."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement
from app.core.actor import Actor
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.feedback.actions import attention
from app.domain.feedback.cadence import report
from app.domain.feedback.cadence.queries import Which
from app.domain.feedback.cadence.rules import Verdict
from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.digests.digest import (
    MOST_COMMENTS,
    MOST_THEMES,
    Comment,
    Comments,
    Named,
    Standing,
    ThemeCount,
    Week,
)
from app.domain.feedback.moderation import responses
from app.domain.feedback.policy import service as policies
from app.domain.feedback.queries import COMMENTS
from app.domain.feedback.summary import ANSWERS, Group
from app.domain.feedback.themes.framework import CURRENT
from app.domain.organisation.errors import TeamNotFoundError

_TEAM: Final = """
SELECT id, code, name FROM team
 WHERE $1::text IN (code, id::text) AND ($2::uuid[] IS NULL OR id = ANY($2))"""
_OPEN: Final = """
SELECT id, code, name FROM team
 WHERE (opened_on IS NULL OR opened_on <= $1) AND (closed_on IS NULL OR closed_on > $1)
 ORDER BY code"""
_SUMS: Final = ", ".join(f"sum({name})::bigint AS {name}" for name in (*ANSWERS, "unanswered"))
_FIGURES: Final = f"""
SELECT team_id, day >= $3 AS this, {_SUMS} FROM feedback_daily
 WHERE team_id = ANY($1) AND day BETWEEN $2 AND $4
 GROUP BY 1, 2"""
_THEMES: Final = """
SELECT r.team_id, theme, count(*) AS responses
  FROM feedback_response r, unnest(r.themes) theme
 WHERE r.team_id = ANY($1) AND r.day BETWEEN $2 AND $3
 GROUP BY 1, 2"""
_REPLIES: Final = """
SELECT r.team_id,
       count(*) FILTER (WHERE y.status = 'draft') AS replies_to_approve,
       count(*) FILTER (WHERE y.status = 'approved') AS replies_to_publish,
       count(*) FILTER (WHERE y.status = 'published') AS replies_told
  FROM feedback_reply y JOIN feedback_response r ON r.id = y.response_id
 WHERE r.team_id = ANY($1)
   AND (y.status IN ('draft', 'approved')
        OR y.status = 'published' AND y.published_on BETWEEN $2 AND $3)
 GROUP BY 1"""
_ACTIONS: Final = """
SELECT team_id, count(*) AS actions_open, count(*) FILTER (WHERE due_on < $2) AS actions_overdue
  FROM feedback_action, unnest(team_ids) team_id
 WHERE team_ids && $1::uuid[] AND team_id = ANY($1)
   AND status <> 'withdrawn' AND decision IN ('will_do', 'doing')
 GROUP BY 1"""
_TOLD: Final = """
SELECT team_id, count(DISTINCT a.id) AS actions_told
  FROM feedback_action_version v JOIN feedback_action a ON a.id = v.action_id,
       unnest(v.team_ids) team_id
 WHERE v.team_ids && $1::uuid[] AND team_id = ANY($1)
   AND a.status <> 'withdrawn' AND v.published_on BETWEEN $2 AND $3
 GROUP BY 1"""
_KEPT: Final = """
SELECT t.team_id, count(DISTINCT p.id) AS promises_kept
  FROM feedback_promise p JOIN feedback_meeting_team t ON t.meeting_id = p.meeting_id
 WHERE t.team_id = ANY($1) AND p.kept_on BETWEEN $2 AND $3
 GROUP BY 1"""
_HELD: Final = """
SELECT r.team_id, count(*) AS texts_held
  FROM feedback_moderation m JOIN feedback_response r ON r.id = m.response_id
 WHERE r.team_id = ANY($1) AND m.status = 'held'
 GROUP BY 1"""
_NAMES: Final = {theme.code: theme.name for theme in CURRENT.themes}
_NOTHING: Final = (0,) * len(ANSWERS)
_LONGEST: Final = timedelta(31)  # no period of cadence is longer
_SHOWN: Final = ("id", "day", "fft_answer", "comment_good", "comment_better", "language")

Teams = Sequence[UUID]


async def team(door: Statement, name: str, *, to: Actor) -> Named:
    """Find a team by its code or id; raises TeamNotFoundError."""
    row = await door.fetchrow(_TEAM, name, None if to.teams is None else list(to.teams))
    if row is None:
        raise TeamNotFoundError
    return Named(**row)


async def open_teams(door: Statement, day: date) -> list[Named]:
    """Give the teams that are open on a day, in order of their codes."""
    return [Named(**row) for row in await door.fetch(_OPEN, day)]


async def figures(door: Statement, teams: Teams, week: Week) -> dict[tuple[UUID, Week], Group]:
    """Give the answers of a week and of the week before it, by team and week."""
    found = {
        (id_, each): Group(str(id_), "", each.name, _NOTHING, 0)
        for id_ in teams
        for each in (week, week.before)
    }
    for row in await door.fetch(_FIGURES, teams, week.before.first, week.first, week.last):
        each = week if row["this"] else week.before
        counts = tuple(row[name] for name in ANSWERS)
        id_ = row["team_id"]
        found[id_, each] = Group(str(id_), "", each.name, counts, row["unanswered"])
    return found


async def themes(door: Statement, teams: Teams, week: Week) -> dict[UUID, list[ThemeCount]]:
    """Give what most responses of a week were about, by team."""
    found: dict[UUID, list[ThemeCount]] = {id_: [] for id_ in teams}
    for row in await door.fetch(_THEMES, teams, week.first, week.last):
        code = row["theme"]
        found[row["team_id"]].append(ThemeCount(code, _NAMES.get(code, code), row["responses"]))
    return {
        id_: sorted(counted, key=lambda each: (-each.responses, each.code))[:MOST_THEMES]
        for id_, counted in found.items()
    }


async def standing(door: Statement, teams: Teams, week: Week, day: date) -> dict[UUID, Standing]:
    """Give how teams stand on a day, and what they told back in a week."""
    told: dict[UUID, dict[str, int]] = {id_: {} for id_ in teams}
    for rows in (
        await attention.count(door, teams, day),
        await door.fetch(_REPLIES, teams, week.first, week.last),
        await door.fetch(_ACTIONS, teams, day),
        await door.fetch(_TOLD, teams, week.first, week.last),
        await door.fetch(_KEPT, teams, week.first, week.last),
        await door.fetch(_HELD, teams),
    ):
        for row in rows:
            counted: Mapping[str, Any] = dict(row)
            told[row["team_id"]] |= {k: v for k, v in counted.items() if k != "team_id"}
    return {id_: Standing(**counted) for id_, counted in told.items()}


async def cadence(
    session: AsyncSession, teams: Teams, week: Week, day: date
) -> dict[UUID, list[Verdict]]:
    """Judge the periods that a week touches, and the one that begins as it ends, by team."""
    policy = await policies.current(session)
    last = min(week.last + timedelta(1), day)
    calendars = report.calendars(policy, week.first - _LONGEST, last)
    touched = {
        setting: [period for period in calendar if period.last >= week.first]
        for setting, calendar in calendars.items()
    }
    door = await statement.within(session)
    judged = await report.judge(door, Which(list(teams)), touched, policy, day)
    return {team.id: verdicts for team, verdicts in judged}


async def comments(door: Statement, team: Named, week: Week, *, to: Actor) -> Comments | None:
    """Give the newest comments of a week as the list of responses shows them to this reader."""
    if not to.can(COMMENTS):
        return None
    chosen = {
        "team": str(team.id),
        "from_day": week.first,
        "to_day": week.last,
        "with_comment": True,
    }
    page = orjson.loads(
        await responses.find(door, _SHOWN, Page(None, MOST_COMMENTS), chosen, to=to)
    )
    shown = [_comment(item) for item in page["items"]]
    return Comments([each for each in shown if _has_words(each)], page["next"] is not None)


def _comment(item: Mapping[str, Any]) -> Comment:
    answer = item["fft_answer"]
    return Comment(
        UUID(item["id"]),
        date.fromisoformat(item["day"]),
        None if answer is None else FftAnswer(answer),
        item["comment_good"],
        item["comment_better"],
        item["language"],
    )


def _has_words(comment: Comment) -> bool:
    """Tell whether any words are shown: those that nobody has screened yet are not."""
    return comment.comment_good is not None or comment.comment_better is not None
