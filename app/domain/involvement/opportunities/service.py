"""Commands on opportunities: draft, change, publish, close, cancel."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now, today
from app.core.db import flush
from app.core.errors import InvalidError
from app.domain.identity.models import User
from app.domain.involvement import telling
from app.domain.involvement.opportunities.errors import REFUSALS, CoordinatorUnknownError
from app.domain.involvement.opportunities.models import (
    Opportunity,
    OpportunityCourse,
    OpportunityStatus,
    OpportunityTime,
)
from app.domain.involvement.opportunities.times import Time, checked
from app.domain.involvement.participation import queries as participation
from app.domain.involvement.training.errors import CourseNotFoundError
from app.domain.involvement.training.models import Course
from app.domain.organisation import service as organisation
from app.domain.organisation.errors import DirectorateNotFoundError, TeamNotFoundError
from app.domain.organisation.models import Directorate, Team

_SETS = ("times", "required_courses")


async def draft(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> Opportunity:
    """Draft an opportunity.

    Raises OpportunityTimesError, CoordinatorUnknownError, InvalidError where a course, team or
    directorate is not there, and TeamNotFoundError or DirectorateNotFoundError where it is not
    the caller's.
    """
    opportunity = Opportunity(status=OpportunityStatus.DRAFT)
    await _take(session, opportunity, told, 0, by)
    return opportunity


async def change(
    session: AsyncSession, opportunity: Opportunity, told: Mapping[str, Any], *, by: Actor
) -> None:
    """Change an opportunity that is not cancelled.

    Raises what `draft` raises, OpportunityStatusError, OpportunityIncompleteError, and
    OpportunityFullError where fewer places are told than are taken.
    """
    opportunity.updated_at = now()  # its version is the one that callers know its times by
    taken = await participation.taken(session, opportunity.id)
    await _take(session, opportunity, told, taken, by)


async def publish(session: AsyncSession, opportunity: Opportunity) -> None:
    """Show it to everybody; raises OpportunityStatusError, OpportunityIncompleteError."""
    opportunity.publish(today())
    await session.flush()


async def close(session: AsyncSession, opportunity: Opportunity) -> None:
    """Take no more applications; raises OpportunityStatusError."""
    opportunity.close()
    await session.flush()


async def cancel(session: AsyncSession, opportunity: Opportunity, because: str) -> None:
    """Let it not take place, and tell who counts on it; raises OpportunityStatusError."""
    opportunity.cancel(because)
    await session.flush()
    await telling.cancelled(session, opportunity)


async def _take(
    session: AsyncSession, opportunity: Opportunity, told: Mapping[str, Any], taken: int, by: Actor
) -> None:
    values = {name: value for name, value in told.items() if name not in _SETS}
    await _check(session, values)
    opportunity.tell(values, taken)
    _check_own(opportunity, by)
    times = None if "times" not in told else checked(Time(**each) for each in told["times"])
    if times is not None:
        opportunity.timed(times)
    session.add(opportunity)
    await flush(session, REFUSALS)
    if times is not None:
        await _set_times(session, opportunity, times)
    if "required_courses" in told:
        await _set_courses(session, opportunity, told["required_courses"])
    await flush(session, REFUSALS)


async def _check(session: AsyncSession, told: Mapping[str, Any]) -> None:
    if "coordinator_id" in told:
        known = select(exists().where(User.id == told["coordinator_id"], User.active))
        if not await session.scalar(known):
            raise CoordinatorUnknownError.at("#/coordinator_id", "No active user", "not_found")
    for name, kind in (("team_id", Team), ("directorate_id", Directorate)):
        if told.get(name) is not None:
            await organisation.named(session, kind, told[name], name)


def _check_own(opportunity: Opportunity, by: Actor) -> None:
    """Refuse a place that is not the caller's, and the whole trust where they are limited."""
    if by.teams is None:
        return
    if opportunity.team_id is not None and opportunity.team_id not in by.teams:
        raise TeamNotFoundError
    ours = opportunity.directorate_id in (by.directorates or ())
    if not ours and (opportunity.directorate_id or not opportunity.team_id):
        raise DirectorateNotFoundError


async def _set_times(
    session: AsyncSession, opportunity: Opportunity, times: Sequence[Time]
) -> None:
    await session.execute(
        delete(OpportunityTime).where(OpportunityTime.opportunity_id == opportunity.id)
    )
    session.add_all(
        OpportunityTime(
            opportunity_id=opportunity.id, starts_at=each.starts_at, ends_at=each.ends_at
        )
        for each in times
    )


async def _set_courses(
    session: AsyncSession, opportunity: Opportunity, course_ids: Sequence[UUID]
) -> None:
    await session.execute(
        delete(OpportunityCourse).where(OpportunityCourse.opportunity_id == opportunity.id)
    )
    for at, course_id in enumerate(dict.fromkeys(course_ids)):
        if await session.get(Course, course_id) is None:
            place = f"#/required_courses/{at}"
            raise InvalidError.at(place, CourseNotFoundError.title, "not_found")
        session.add(OpportunityCourse(opportunity_id=opportunity.id, course_id=course_id))
