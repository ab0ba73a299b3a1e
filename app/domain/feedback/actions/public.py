"""What the public reads of actions: the newest version of each that was not withdrawn."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Date, Select, Text, bindparam, case, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement

from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.core.suppression import THRESHOLD
from app.domain.feedback.actions.codes import ActionStatus, Level
from app.domain.feedback.actions.models import FeedbackAction, FeedbackActionVersion
from app.domain.feedback.actions.queries import holds
from app.domain.feedback.policy.models import Policy
from app.domain.organisation.models import Directorate, Placement, Team

A, V = FeedbackAction, FeedbackActionVersion
_TODAY: Final[Any] = bindparam("today", type_=Date())
_AT_LEAST: Final = case((V.people >= THRESHOLD, V.people // THRESHOLD * THRESHOLD))
_SHOWN_DAYS: Final = select(Policy.public_days).scalar_subquery()


def _coded(kind: type[Team | Directorate], name: str) -> Any:
    return select(kind.id).where(kind.code == bindparam(name, type_=Text())).scalar_subquery()


def _placed(*where: ColumnElement[bool]) -> Select[Any]:
    """Give where teams stand today."""
    now = or_(Placement.valid_to.is_(None), Placement.valid_to > _TODAY)
    return select(Placement).where(Placement.valid_from <= _TODAY, now, *where)


_TEAM, _DIRECTORATE = _coded(Team, "team"), _coded(Directorate, "directorate")
# A team's page tells what was done for it, for its directorate and for the whole trust; likewise
# a directorate's what was done for any of its teams.
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "team": _TEAM.is_not(None)
    & or_(
        V.level == Level.TRUST,
        holds(V.team_ids, _TEAM),
        V.directorate_id
        == _placed(Placement.team_id == _TEAM)
        .with_only_columns(Placement.directorate_id)
        .scalar_subquery(),
    ),
    "directorate": _DIRECTORATE.is_not(None)
    & or_(
        V.level == Level.TRUST,
        V.directorate_id == _DIRECTORATE,
        _placed(Placement.directorate_id == _DIRECTORATE, Placement.team_id == func.any(V.team_ids))
        .correlate(V)
        .exists(),
    ),
}


def _place(kind: type[Team | Directorate]) -> ColumnElement[Any]:
    return func.json_build_object("code", kind.code, "name", kind.name)


_TEAMS: Final = (
    select(
        func.coalesce(
            func.json_agg(aggregate_order_by(_place(Team), Team.code)), literal_column("'[]'::json")
        )
    )
    .where(Team.id == func.any(V.team_ids))
    .correlate(V)
    .scalar_subquery()
)
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in V.__table__.columns},
    "teams": _TEAMS,
    "directorate": (
        select(_place(Directorate))
        .where(Directorate.id == V.directorate_id)
        .correlate(V)
        .scalar_subquery()
    ),
    "updated": V.number > 1,
    "people_at_least": _AT_LEAST,
    "people_text": case(
        (V.people >= THRESHOLD, func.concat("At least ", _AT_LEAST, " people told us this.")),
        (V.people > 0, "A few people told us this."),
    ),
}


def _published(using: frozenset[str]) -> Select[Any]:
    return (
        select(V)
        .join(A, (A.id == V.action_id) & (A.published_number == V.number))
        .where(
            A.status == ActionStatus.PUBLISHED,
            V.published_on + _SHOWN_DAYS > _TODAY,
            *(_FILTERS[name] for name in sorted(using & _FILTERS.keys())),
        )
    )


_PUBLISHED: Final = JsonRows(_COLUMNS, _published)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, str]
) -> bytes:
    """Give a page of "you said, we did" as JSON, newest first; places are named by their codes.

    Few people are never counted, and many in steps of five, so that no two versions tell one.
    """
    return await _PUBLISHED.page(door, fields, page, {**filters, "today": today()})
