"""Reads of actions for staff. Who is limited to teams or directorates sees those of theirs."""

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
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.core.suppression import THRESHOLD
from app.domain.feedback.actions.codes import ActionStatus, Decision
from app.domain.feedback.actions.errors import ActionNotFoundError
from app.domain.feedback.actions.models import (
    FeedbackAction,
    FeedbackActionResponse,
    FeedbackActionVersion,
)
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.summary import SMALL_NUMBERS
from app.domain.identity.models import User
from app.domain.organisation.models import Directorate, Team

A, V, L, R = FeedbackAction, FeedbackActionVersion, FeedbackActionResponse, FeedbackResponse
_IDS: Final = ARRAY(Uuid())
_TODAY: Final[Any] = bindparam("today", type_=Date())


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


def named(kind: type[Team | Directorate], name: str) -> Any:
    """Find a record by what callers know it by: its id or its code."""
    value = _value(name)
    known = select(kind.id).where(or_(kind.code == value, cast(kind.id, Text) == value))
    return known.scalar_subquery()


def holds(column: Any, value: Any) -> Any:
    """Tell whether a list has a member, in the way that its index knows."""
    return column.op("@>", is_comparison=True)(cast(array([value]), column.type))


_OVERDUE: Final = (
    (A.due_on < _TODAY)
    & or_(A.decision == Decision.WILL_DO, A.decision == Decision.DOING)
    & (A.status != ActionStatus.WITHDRAWN)
)
_LINKED: Final = (
    select(L.id)
    .where(L.action_id == A.id, L.response_id == _value("response", Uuid()))
    .correlate(A)
    .exists()
)
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": or_(
        A.team_ids.op("&&", is_comparison=True)(_value("visible", _IDS)),
        A.directorate_id == func.any(_value("directorates", _IDS)),
    ),
    "team": holds(A.team_ids, named(Team, "team")),
    "directorate": A.directorate_id == named(Directorate, "directorate"),
    "level": A.level == _value("level"),
    "status": A.status == _value("status"),
    "decision": A.decision == _value("decision"),
    "theme": holds(A.themes, _value("theme")),
    "strategy_action": holds(A.strategy_actions, _value("strategy_action")),
    "measure": A.measure == _value("measure"),
    "response": _LINKED,
    "overdue": _OVERDUE,
    "not_overdue": func.coalesce(~_OVERDUE, literal_column("true")),
}


def _listed(statement: Any) -> ColumnElement[Any]:
    return func.array(statement.correlate(A).scalar_subquery())


_MAY_SEE: Final[Any] = _value("rows_of", _IDS)
_RESPONSES: Final = _listed(
    select(L.response_id)
    .join(R, R.id == L.response_id)
    .where(L.action_id == A.id, or_(_MAY_SEE.is_(None), R.team_id == func.any(_MAY_SEE)))
    .order_by(L.response_id)
)
_OWNER: Final = select(User.name).where(User.id == A.owner_id).correlate(A).scalar_subquery()
_PUBLISHED_ON: Final = (
    select(V.published_on)
    .where(V.action_id == A.id, V.number == A.published_number)
    .correlate(A)
    .scalar_subquery()
)
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in A.__table__.columns},
    "owner_name": func.coalesce(A.owner_name, _OWNER),
    "response_ids": _RESPONSES,
    "overdue": func.coalesce(_OVERDUE, literal_column("false")),
    "published_on": _PUBLISHED_ON,
    "unpublished_changes": func.cardinality(A.authors) > 0,
}
# What few people stand behind: counts, and responses by their ids.
_FEW: Final[dict[str, ColumnElement[Any]]] = {
    "counts": cast(null(), Text),
    "response_ids": cast(null(), Text),
}


def visible(using: frozenset[str]) -> Select[Any]:
    """Start every SELECT on actions; `visible` among `using` binds what a limited actor holds."""
    return select(A).where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


def _actions(columns: dict[str, ColumnElement[Any]]) -> JsonRows:
    return JsonRows(columns, visible, ActionNotFoundError, A.__table__.c.version)


_WITH_FEW: Final = _actions(_COLUMNS)
_WITHOUT_FEW: Final = _actions(_COLUMNS | _FEW)

_VERSION_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in V.__table__.columns},
    "people_at_least": case((V.people >= THRESHOLD, V.people // THRESHOLD * THRESHOLD)),
}
_VERSIONS: Final = JsonRows(
    _VERSION_COLUMNS, lambda _: select(V).where(V.action_id == _value("action", Uuid()))
)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of actions as JSON, newest first."""
    return await _rows(to).page(door, fields, page, {**filters, **_seen(to)})


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one action as JSON, and its version; raises ActionNotFoundError."""
    return await _rows(to).one(door, fields, id_, _seen(to))


async def versions(
    door: Statement, fields: tuple[str, ...], page: Page, id_: UUID, *, to: Actor
) -> bytes:
    """Give what the public was told of an action, newest first; raises ActionNotFoundError."""
    await _rows(to).one(door, ("id",), id_, _limits(to))
    return await _VERSIONS.page(door, fields, page, {"action": id_})


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> FeedbackAction:
    """Load an action to change it, with nobody else doing so; raises ActionNotFoundError."""
    limits = _limits(to)
    found = visible(frozenset(limits)).where(A.id == id_).with_for_update(of=A)
    action: FeedbackAction | None = await session.scalar(found.params(limits))
    if action is None:
        raise ActionNotFoundError
    return action


# When patients of a team heard what came of what they had said: an action published for the team
# by name, or a reply published to one of its responses. What was withdrawn tells nothing.
TOLD_BACK: Final = """
SELECT team_id, v.published_on AS day
  FROM feedback_action_version v JOIN feedback_action a ON a.id = v.action_id,
       unnest(v.team_ids) team_id
 WHERE a.status <> 'withdrawn' AND v.published_on BETWEEN $1 AND $2
UNION
SELECT r.team_id, y.published_on
  FROM feedback_reply y JOIN feedback_response r ON r.id = y.response_id
 WHERE y.status = 'published' AND y.published_on BETWEEN $1 AND $2"""


async def told_back(door: Statement, first: date, last: date) -> list[tuple[UUID, date]]:
    """Give the teams and days, both ends included, on which something was told back."""
    return [(row["team_id"], row["day"]) for row in await door.fetch(TOLD_BACK, first, last)]


def _rows(to: Actor) -> JsonRows:
    return _WITH_FEW if to.can(SMALL_NUMBERS) else _WITHOUT_FEW


def _seen(to: Actor) -> dict[str, Any]:
    rows_of = None if to.teams is None else list(to.teams)
    return {"today": today(), "rows_of": rows_of, **_limits(to)}


def _limits(to: Actor) -> dict[str, Any]:
    if to.teams is None:
        return {}
    return {"visible": list(to.teams), "directorates": list(to.directorates or ())}
