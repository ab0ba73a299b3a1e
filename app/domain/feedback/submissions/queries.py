"""Reads of public codes, by their holders and by whoever opens one, and of a receipt's response."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Text, Uuid, bindparam, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.errors import InvalidError
from app.core.json_rows import JsonRows
from app.core.statement import Statement
from app.domain.feedback.codes import Channel, CollectionPoint, Source
from app.domain.feedback.submissions.errors import PublicCodeNotFoundError, ReceiptUnknownError
from app.domain.feedback.submissions.models import PublicCode
from app.domain.feedback.surveys.models import Survey
from app.domain.organisation.models import Team

P = PublicCode


@dataclass(frozen=True, slots=True)
class Place:
    """Where answers are given: for which team, by which channel, and to which survey."""

    code: str
    team_id: UUID
    team_code: str
    team_name: str
    survey_id: UUID | None
    survey_code: str | None
    channel: Channel
    collection_point: CollectionPoint | None
    active_from: date
    active_to: date | None
    token_required: bool = False
    token_hash: bytes | None = None

    def active(self, day: date) -> bool:
        return self.active_from <= day and (self.active_to is None or day <= self.active_to)


_PLACE: Final = """
SELECT p.code, t.id AS team_id, t.code AS team_code, t.name AS team_name, p.survey_id,
       s.code AS survey_code, p.channel, p.collection_point,
       greatest(p.active_from, t.opened_on) AS active_from,
       least(p.active_to, t.closed_on - 1) AS active_to, p.token_required, p.token_hash
  FROM public_code p JOIN team t ON t.id = p.team_id JOIN survey s ON s.id = p.survey_id
 WHERE p.code = $1"""


async def place(door: Statement, code: str) -> Place | None:
    """Give what a public code opens, whether in use or not."""
    row = await door.fetchrow(_PLACE, code)
    return None if row is None else Place(**row)


async def keyed_place(
    session: AsyncSession,
    team: str,
    channel: Channel,
    point: CollectionPoint | None,
    *,
    by: Actor,
) -> Place:
    """Give the place of answers that staff key in for a team they know by id or code."""
    query = select(Team).where(or_(Team.code == team, cast(Team.id, Text) == team))
    found = await session.scalar(query)
    if found is None or (by.teams is not None and found.id not in by.teams):
        raise InvalidError.at("#/team", "No such team, or you may not see it", "not_found")
    whole = (None, None, channel, point, date.min, None)
    return Place("", found.id, found.code, found.name, *whole)


class State(StrEnum):
    """What became of a response."""

    RECEIVED = "received"
    HEARD = "heard"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Sent:
    """A response as its receipt opens it; the id is None where it is not, or no more, counted."""

    state: State
    day: date
    response_id: UUID | None = None


_SENT: Final = f"""
SELECT (e.received_at AT TIME ZONE 'UTC')::date AS day, r.id AS response_id,
       EXISTS (SELECT FROM inbox_event w WHERE w.source = e.source
                  AND w.event_id = e.event_id || ':removed') AS withdrawn
  FROM inbox_event e
  LEFT JOIN feedback_response r ON r.source = e.source AND r.source_review_id = e.event_id
 WHERE e.source = '{Source.SURVEY}' AND e.event_id = $1"""


async def sent(door: Statement, name: str) -> Sent:
    """Give what became of a response, by the name its receipt has; raises ReceiptUnknownError."""
    row = await door.fetchrow(_SENT, name)
    if row is None:
        raise ReceiptUnknownError
    if row["withdrawn"]:
        return Sent(State.WITHDRAWN, row["day"])
    counted = row["response_id"]
    return Sent(State.RECEIVED if counted is None else State.HEARD, row["day"], counted)


def _bound(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_DAY: Final[Any] = bindparam("day", type_=Date())
_ACTIVE: Final = (P.active_from <= _DAY) & or_(P.active_to.is_(None), P.active_to >= _DAY)
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": P.team_id == bindparam("visible", type_=ARRAY(Uuid())).any_(),
    "team": or_(Team.code == _bound("team"), cast(Team.id, Text) == _bound("team")),
    "survey": Survey.code == _bound("survey"),
    "active": _ACTIVE,
    "inactive": ~_ACTIVE,
    "public_code": P.code == _bound("public_code"),
}
_COLUMNS: Final[dict[str, Any]] = {
    **{column.key: column for column in P.__table__.columns},
    "team_code": Team.code,
    "team_name": Team.name,
    "survey": Survey.code,
    "has_token": P.token_hash.is_not(None),
}


def visible(using: frozenset[str]) -> Select[Any]:
    """Start every SELECT on public codes; `visible` among `using` binds the teams one may see."""
    joined = select(P).join(Team, Team.id == P.team_id).join(Survey, Survey.id == P.survey_id)
    return joined.where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


CODES: Final = JsonRows(_COLUMNS, visible, PublicCodeNotFoundError, P.__table__.c.version)


def limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.teams)}


async def get(session: AsyncSession, code: str, *, to: Actor) -> PublicCode:
    """Load a public code; raises PublicCodeNotFoundError, also for one of another's team."""
    found = await session.scalar(select(P).where(P.code == code))
    if found is None or (to.teams is not None and found.team_id not in to.teams):
        raise PublicCodeNotFoundError
    return found


async def by_id(session: AsyncSession, id_: UUID) -> PublicCode:
    return await session.get_one(PublicCode, id_)


async def team_name(session: AsyncSession, code: PublicCode) -> str:
    return (await session.get_one(Team, code.team_id)).name


async def shown(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one public code as JSON, and its version."""
    return await CODES.one(door, fields, id_, limits(to))
