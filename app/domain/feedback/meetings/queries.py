"""Reads of meetings and of what was promised at them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
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
from app.core.suppression import THRESHOLD
from app.domain.feedback.meetings.errors import MeetingNotFoundError, PromiseNotFoundError
from app.domain.feedback.meetings.models import Meeting, MeetingTeam, Promise
from app.domain.feedback.summary import SMALL_NUMBERS
from app.domain.organisation.models import Team

M = Meeting
_OWN: Any = bindparam("visible", type_=ARRAY(Uuid()))
_TODAY: Any = bindparam("today", type_=Date())


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


def _of(team: Any, meeting_id: Any = M.id) -> ColumnElement[bool]:
    """Tell whether a meeting is for a team that fits."""
    held = select(MeetingTeam.id).where(MeetingTeam.meeting_id == meeting_id, team)
    return held.correlate_except(MeetingTeam).exists()


def _theirs(meeting_id: Any) -> ColumnElement[bool]:
    """Tell whether it is for one of the caller's teams, or for the whole trust."""
    everybody = ~_of(literal_column("true"), meeting_id)
    return or_(_of(MeetingTeam.team_id == func.any(_OWN), meeting_id), everybody)


def _named(meeting_id: Any) -> ColumnElement[bool]:
    value = _value("team")
    known = select(Team.id).where(or_(Team.code == value, cast(Team.id, Text) == value))
    return _of(MeetingTeam.team_id == known.scalar_subquery(), meeting_id)


_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": _theirs(M.id),
    "team": _named(M.id),
    "kind": M.kind == _value("kind"),
    "state": M.state == _value("state"),
    "from_day": M.day >= _value("from_day", Date()),
    "to_day": M.day <= _value("to_day", Date()),
}
_PROMISES: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": _theirs(Promise.meeting_id),
    "team": _named(Promise.meeting_id),
    "meeting": Promise.meeting_id == _value("meeting", Uuid()),
    "kept": Promise.kept_on.is_not(None),
    "open": Promise.kept_on.is_(None),
    "overdue": Promise.kept_on.is_(None) & (Promise.due_on < _TODAY),
}
_TEAMS: Final = (
    "(SELECT coalesce(json_agg(json_build_object('id', t.id, 'code', t.code, 'name', t.name)"
    " ORDER BY t.code), '[]')"
    " FROM feedback_meeting_team m JOIN team t ON t.id = m.team_id"
    " WHERE m.meeting_id = feedback_meeting.id)"
)
# Responses of a meeting carry its id, so that the unique index finds them; `;` comes after `:`.
_HEARD: Final = (
    "(SELECT count(*) FROM feedback_response r WHERE r.source = 'meeting'"
    " AND r.source_review_id COLLATE \"C\" >= feedback_meeting.id || ':'"
    " AND r.source_review_id COLLATE \"C\" < feedback_meeting.id || ';')"
)
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in M.__table__.columns},
    "teams": literal_column(_TEAMS),
    "heard": literal_column(_HEARD),
}


def _veiled(count: Any) -> ColumnElement[Any]:
    """Hide a count of few people."""
    return case((count.between(1, THRESHOLD - 1), None), else_=count)


_FEW: Final = {name: _veiled(_COLUMNS[name]) for name in ("patients", "carers", "heard")}


def _meetings(using: frozenset[str]) -> Select[Any]:
    return select(M).where(*(_FILTERS[name] for name in sorted(using)))


def _promises(using: frozenset[str]) -> Select[Any]:
    wanted = (_PROMISES[name] for name in sorted(using & _PROMISES.keys()))
    return select(Promise).where(*wanted)


_VERSION: Final = M.__table__.c.version
EXACT: Final = JsonRows(_COLUMNS, _meetings, MeetingNotFoundError, _VERSION)
VEILED: Final = JsonRows(_COLUMNS | _FEW, _meetings, MeetingNotFoundError, _VERSION)
PROMISES: Final = JsonRows(
    {
        **{column.key: column for column in Promise.__table__.columns},
        "overdue": _PROMISES["overdue"],
    },
    _promises,
    PromiseNotFoundError,
    Promise.__table__.c.version,
)

_PUBLIC: Final = """
SELECT json_build_object('next', NULL, 'items', coalesce(json_agg(row_to_json(shown)), '[]'))::text
  FROM (SELECT id, kind, title, day, starts_at, ends_at, place, link, access, access_note, host,
               state, cancelled_because, {teams} AS teams
          FROM feedback_meeting
         WHERE day >= $1 AND state <> 'held' AND ($2::text IS NULL OR kind = $2)
           AND ($3::text IS NULL
                OR NOT EXISTS (SELECT FROM feedback_meeting_team m
                                WHERE m.meeting_id = feedback_meeting.id)
                OR EXISTS (SELECT FROM feedback_meeting_team m JOIN team t ON t.id = m.team_id
                            WHERE m.meeting_id = feedback_meeting.id
                              AND $3 IN (t.code, t.id::text)))
         ORDER BY day, starts_at, id LIMIT $4) shown"""
_PUBLIC_TEXT: Final = _PUBLIC.format(teams=_TEAMS)
MOST_PUBLIC: Final = 500


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of meetings as JSON."""
    return await _rows(to).page(door, fields, page, {**filters, **_limits(to)})


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one meeting as JSON, and its version."""
    return await _rows(to).one(door, fields, id_, _limits(to))


async def upcoming(door: Statement, kind: str | None, team: str | None) -> bytes:
    """Give what the public can come to from today on, next first, cancelled ones among them."""
    found: str = await door.fetchval(_PUBLIC_TEXT, today(), kind, team, MOST_PUBLIC)
    return found.encode()


async def find_promises(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of promises as JSON; `state` among the filters is kept, open or overdue."""
    chosen = {**filters, **_limits(to), "today": today()}
    if "state" in chosen:
        chosen[chosen.pop("state")] = True
    return await PROMISES.page(door, fields, page, chosen)


async def show_promise(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one promise as JSON, and its version."""
    return await PROMISES.one(door, fields, id_, {**_limits(to), "today": today()})


async def get(session: AsyncSession, id_: UUID, *, to: Actor, lock: bool = False) -> Meeting:
    """Load a meeting that a caller may change; raises MeetingNotFoundError.

    Who is limited to teams changes what is for these teams and no others.
    """
    found = select(M).where(M.id == id_)
    if to.teams is not None:
        others = _of(~(MeetingTeam.team_id == func.any(_OWN)))
        found = found.where(_of(MeetingTeam.team_id == func.any(_OWN)), ~others)
        found = found.params(_limits(to))
    meeting = await session.scalar(found.with_for_update() if lock else found)
    if meeting is None:
        raise MeetingNotFoundError
    return meeting


async def get_promise(session: AsyncSession, id_: UUID, *, to: Actor) -> tuple[Promise, Meeting]:
    """Load a promise of a meeting that a caller may change; raises PromiseNotFoundError."""
    promise = await session.get(Promise, id_)
    if promise is None:
        raise PromiseNotFoundError
    try:
        return promise, await get(session, promise.meeting_id, to=to)
    except MeetingNotFoundError:
        raise PromiseNotFoundError from None


async def promise_of(session: AsyncSession, id_: UUID, *, to: Actor) -> Promise:
    """Load a promise alone; raises PromiseNotFoundError."""
    return (await get_promise(session, id_, to=to))[0]


async def teams_of(session: AsyncSession, meeting_id: UUID) -> dict[UUID, Team]:
    """Give the teams that a meeting is for."""
    found = select(Team).join(MeetingTeam).where(MeetingTeam.meeting_id == meeting_id)
    return {team.id: team for team in await session.scalars(found)}


# Days on which meetings heard somebody, and on which promises made at them were kept, by team.
_HEARD_ON: Final = """
SELECT DISTINCT t.team_id, m.day FROM feedback_meeting m
  JOIN feedback_meeting_team t ON t.meeting_id = m.id
 WHERE m.state = 'held' AND m.patients + m.carers > 0 AND m.day BETWEEN $1 AND $2
 ORDER BY 2"""
_KEPT_ON: Final = """
SELECT DISTINCT t.team_id, p.kept_on FROM feedback_promise p
  JOIN feedback_meeting_team t ON t.meeting_id = p.meeting_id
 WHERE p.kept_on BETWEEN $1 AND $2"""

Days = list[tuple[UUID, date]]


async def heard_days(door: Statement, first: date, last: date) -> Days:
    """Give the days on which a meeting heard a patient or carer, each with its team, in order."""
    return [tuple(row) for row in await door.fetch(_HEARD_ON, first, last)]


async def kept_days(door: Statement, first: date, last: date) -> Days:
    """Give the days on which a promise made at a meeting was kept, for each of its teams."""
    return [tuple(row) for row in await door.fetch(_KEPT_ON, first, last)]


def _rows(to: Actor) -> JsonRows:
    return EXACT if to.can(SMALL_NUMBERS) else VEILED


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.teams)}
