"""Commands on actions: begun by a team, published by somebody else, superseded or withdrawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete as delete_from
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import flush
from app.core.errors import ForbiddenError, InvalidError
from app.domain.feedback.actions import counting
from app.domain.feedback.actions.codes import ActionStatus, Level
from app.domain.feedback.actions.errors import REFUSALS
from app.domain.feedback.actions.models import (
    FeedbackAction,
    FeedbackActionResponse,
    FeedbackActionVersion,
)
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.summary import SMALL_NUMBERS
from app.domain.feedback.themes.framework import CURRENT
from app.domain.identity.models import User
from app.domain.organisation.models import Directorate, Team

A, V, L, R = FeedbackAction, FeedbackActionVersion, FeedbackActionResponse, FeedbackResponse
Ids = Iterable[UUID] | None
_EMPTY: Final[Mapping[str, Any]] = {
    "team_ids": [],
    "themes": [],
    "co_produced_with": [],
    "displays": [],
    "strategy_actions": [],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of an action: its own fields, responses it answers, months to be counted."""

    itself: Mapping[str, Any]
    response_ids: Ids = None
    counted: tuple[date, date] | None = None


async def create(session: AsyncSession, told: Told, *, by: Actor) -> FeedbackAction:
    """Begin an action; the counts of its months are kept as they are now.

    Raises ForbiddenError for what is not the actor's, InvalidError, WholeMonthsError.
    """
    action = FeedbackAction(status=ActionStatus.DRAFT, authors=[], **_EMPTY)
    await _write(session, action, told.itself, by)
    if told.counted is not None:
        await counting.freeze(session, action, *told.counted)
    session.add(action)
    await flush(session, REFUSALS)
    await _link(session, action, told.response_ids, by)
    return action


async def change(session: AsyncSession, action: FeedbackAction, told: Told, *, by: Actor) -> None:
    """Change an action; the public reads of it once it is published anew.

    Raises ForbiddenError, InvalidError, ActionWithdrawnError, ActionIncompleteError.
    """
    _check_theirs(action, by)
    await _write(session, action, told.itself, by)
    await _link(session, action, told.response_ids, by)
    action.updated_at = now()  # its version is the one that callers know all of it by
    await flush(session, REFUSALS)


async def publish(session: AsyncSession, action: FeedbackAction, *, by: Actor) -> None:
    """Let the public read what was written, which somebody else than its authors does.

    Raises ForbiddenError, OwnWorkError, ActionIncompleteError, ActionWithdrawnError,
    NothingToPublishError.
    """
    _check_theirs(action, by)
    linked = await session.scalar(select(func.count()).where(L.action_id == action.id))
    number = (action.published_number or 0) + 1
    session.add(action.publish(number, counting.people(action, linked or 0), by.id))
    await flush(session, REFUSALS)


async def withdraw(
    session: AsyncSession, action: FeedbackAction, reason: str, *, by: Actor
) -> None:
    """Take an action out of public sight for good; raises ForbiddenError, ActionWithdrawnError."""
    _check_theirs(action, by)
    action.withdraw(reason)
    await flush(session, REFUSALS)


async def delete(session: AsyncSession, action: FeedbackAction, *, by: Actor) -> None:
    """Drop a draft that nobody outside has read; raises ForbiddenError, ActionPublishedError."""
    _check_theirs(action, by)
    action.check_droppable()
    await session.delete(action)
    await session.flush()


async def _write(
    session: AsyncSession, action: FeedbackAction, itself: Mapping[str, Any], by: Actor
) -> None:
    told = dict(itself)
    if not action.said or told.keys() & {"team_ids", "directorate_id"}:
        told |= _place(action, told)
        await _known(session, Team, told["team_ids"], "team_ids")
        if told["directorate_id"] is not None:
            await _known(session, Directorate, [told["directorate_id"]], "directorate_id")
    if told.get("owner_id") is not None:
        await _known(session, User, [told["owner_id"]], "owner_id")
    CURRENT.check(told.get("themes", ()))
    action.write(told, by.id)
    _check_theirs(action, by)


def _place(action: FeedbackAction, told: Mapping[str, Any]) -> dict[str, Any]:
    """Say for whom it is: for teams, else a directorate, else the whole trust."""
    teams = sorted(set(told.get("team_ids", action.team_ids)))
    directorate = told.get("directorate_id", action.directorate_id)
    if teams and directorate:
        raise InvalidError.at(
            "#/directorate_id", "It is for teams or for a directorate", "not_together"
        )
    level = Level.TEAM if teams else Level.DIRECTORATE if directorate else Level.TRUST
    return {"team_ids": teams, "directorate_id": directorate, "level": level}


async def _known(session: AsyncSession, kind: Any, ids: list[UUID], place: str) -> None:
    """Hold what is named, so that it is not deleted meanwhile; raises InvalidError."""
    found = select(kind.id).where(kind.id.in_(ids)).with_for_update(read=True, key_share=True)
    known = set(await session.scalars(found)) if ids else set()
    if missing := [id_ for id_ in ids if id_ not in known]:
        detail = f"{len(missing)} of these are not known"
        raise InvalidError.at(f"#/{place}", detail, "not_found")


def _check_theirs(action: FeedbackAction, by: Actor) -> None:
    """Refuse what reaches beyond the actor's own teams and directorates."""
    if by.teams is None:
        return
    own = {
        Level.TEAM: by.teams.issuperset(action.team_ids),
        Level.DIRECTORATE: action.directorate_id in (by.directorates or ()),
        Level.TRUST: False,
    }
    if not own[action.level]:
        raise ForbiddenError("Your key is limited to other teams and directorates")


async def _link(session: AsyncSession, action: FeedbackAction, ids: Ids, by: Actor) -> None:
    """Let the action answer just these of the responses that the actor may see."""
    wanted = None if ids is None else set(ids)
    if wanted is None or not by.can(SMALL_NUMBERS):
        if wanted:
            raise ForbiddenError(missing=[SMALL_NUMBERS])
        return
    mine = [] if by.teams is None else [R.team_id.in_(by.teams)]
    held = select(R.id).where(R.id.in_(wanted), *mine)
    known = set(await session.scalars(held.with_for_update(read=True, key_share=True)))
    if missing := wanted - known:
        detail = f"{len(missing)} of these are not there, or you may not see them"
        raise InvalidError.at("#/response_ids", detail, "not_found")
    linked = select(L.response_id).join(R, R.id == L.response_id).where(L.action_id == action.id)
    before = set(await session.scalars(linked.where(*mine)))
    await session.execute(
        delete_from(L).where(L.action_id == action.id, L.response_id.in_(before - wanted))
    )
    session.add_all(L(action_id=action.id, response_id=id_) for id_ in sorted(wanted - before))
    await session.flush()
