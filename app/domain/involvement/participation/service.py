"""Commands on participations: apply, invite, and all that may follow."""

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now, today
from app.core.db import flush
from app.domain.involvement import telling
from app.domain.involvement.opportunities import queries as opportunities
from app.domain.involvement.opportunities.models import Opportunity
from app.domain.involvement.participation import queries
from app.domain.involvement.participation.errors import REFUSALS
from app.domain.involvement.participation.models import (
    Participation,
    ParticipationStatus,
    Side,
)
from app.domain.people.notices import Notice
from app.domain.people.register.models import Person

# Whoever may see a person may say these for them; the rest is for who keeps the opportunity.
_THEIRS = (ParticipationStatus.DECLINED, ParticipationStatus.WITHDRAWN)
# What somebody is told when their participation goes from one status to another. Who declines an
# invitation knows that they did.
_NOTICES: Final = {
    (ParticipationStatus.INVITED, ParticipationStatus.ACCEPTED): Notice.APPLICATION_ACCEPTED,
    (ParticipationStatus.APPLIED, ParticipationStatus.ACCEPTED): Notice.APPLICATION_ACCEPTED,
    (ParticipationStatus.APPLIED, ParticipationStatus.DECLINED): Notice.APPLICATION_DECLINED,
}


async def apply(
    session: AsyncSession, opportunity: Opportunity, person: Person, *, by: Actor
) -> Participation:
    """Take a person's application.

    Raises OpportunityStatusError, PersonMergedError, PersonStatusError, ParticipationExistsError.
    """
    made = await _begin(session, Participation.begun(opportunity, person, None, today()), by)
    await telling.tell(session, Notice.APPLICATION_RECEIVED, made, opportunity)
    return made


async def invite(
    session: AsyncSession, opportunity: Opportunity, person: Person, *, by: Actor
) -> Participation:
    """Ask a person to take part; raises what `apply` raises."""
    made = await _begin(session, Participation.begun(opportunity, person, now(), today()), by)
    await telling.tell(session, Notice.INVITATION, made, opportunity)
    return made


async def turn(
    session: AsyncSession,
    participation: Participation,
    status: ParticipationStatus,
    reason: str | None,
    *,
    by: Actor,
) -> None:
    """Let a participation's status follow; being accepted takes one of the places.

    Raises OpportunityNotFoundError, ParticipationStatusError, OpportunityStatusError,
    GatesMissingError, OpportunityFullError.
    """
    opportunity = await _opportunity(session, participation.opportunity_id, status, by)
    await _follow(session, participation, opportunity, status, reason, by)


async def answer(
    session: AsyncSession,
    participation: Participation,
    status: ParticipationStatus,
    reason: str | None,
    *,
    by: Actor,
) -> None:
    """Let a person accept or decline an invitation, or withdraw.

    Nobody accepts their own application. Raises what `turn` raises.
    """
    participation.answers(status)
    opportunity = await opportunities.to_answer(session, participation.opportunity_id)
    await _follow(session, participation, opportunity, status, reason, by)


async def _follow(
    session: AsyncSession,
    participation: Participation,
    opportunity: Opportunity,
    status: ParticipationStatus,
    reason: str | None,
    by: Actor,
) -> None:
    before = participation.status
    if status is ParticipationStatus.ACCEPTED:
        taken = await queries.taken(session, opportunity.id)
        lacks = await queries.missing(session, opportunity.id, participation.person_id)
        participation.accept(opportunity, taken, lacks, today())
    else:
        participation.turn(status, opportunity, today())
    participation.reason, participation.changed_by = reason, by.id
    await flush(session, REFUSALS)
    if notice := _NOTICES.get((before, status)):
        await telling.tell(session, notice, participation, opportunity)


async def feed_back(
    session: AsyncSession, participation: Participation, side: Side, words: str, *, by: Actor
) -> None:
    """Note what one side tells the other; raises ParticipationStatusError."""
    participation.feed_back(side, words)
    participation.changed_by = by.id
    await session.flush()


async def _begin(session: AsyncSession, made: Participation, by: Actor) -> Participation:
    made.changed_by = by.id
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def _opportunity(
    session: AsyncSession, id_: UUID, status: ParticipationStatus, by: Actor
) -> Opportunity:
    load = opportunities.get if status in _THEIRS else opportunities.to_change
    return await load(session, id_, to=by)
