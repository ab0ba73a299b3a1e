"""Commands on the co-production fund: apply, decide, withdraw, spend, tell the outcome."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.domain.identity.models import User
from app.domain.involvement.fund.errors import REFUSALS, FundPanelError
from app.domain.involvement.fund.models import (
    FundApplication,
    FundPanelMember,
    FundSpend,
    FundStatus,
)
from app.domain.involvement.opportunities import queries as opportunities
from app.domain.organisation.errors import DirectorateNotFoundError
from app.domain.organisation.models import Directorate


async def apply(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> FundApplication:
    """Ask the fund for money; the applicant is who asks.

    Raises OpportunityNotFoundError, and DirectorateNotFoundError where it is not the caller's.
    """
    if told["opportunity_id"] is not None:
        await opportunities.get(session, told["opportunity_id"], to=by)
    await _check_directorate(session, told["directorate_id"], by)
    application = FundApplication(
        **told, applicant_id=by.id, status=FundStatus.SUBMITTED, spent_pence=0
    )
    session.add(application)
    await flush(session, REFUSALS)
    return application


async def decide(
    session: AsyncSession,
    application: FundApplication,
    told: Mapping[str, Any],
    *,
    by: Actor,
) -> None:
    """Note what the panel decided: so many pence, or nothing where none are told.

    Raises FundStatusError, FundOwnApplicationError, FundPanelError, AwardAboveAskedError.
    """
    panel: Sequence[UUID] = told["panel"]
    application.decide(told["award_pence"], told["because"], panel, by=by.id, today=today())
    known = select(func.count()).where(User.id.in_(panel), User.active)
    if (await session.scalars(known)).one() < len(set(panel)):
        raise FundPanelError.at("#/panel", "No active user has this id", "not_found")
    session.add_all(
        FundPanelMember(
            application_id=application.id, applicant_id=application.applicant_id, user_id=user_id
        )
        for user_id in dict.fromkeys(panel)
    )
    await flush(session, REFUSALS)


async def withdraw(session: AsyncSession, application: FundApplication) -> None:
    """Take an application back; raises FundStatusError."""
    application.withdraw()
    await session.flush()


async def spend(
    session: AsyncSession, application: FundApplication, told: Mapping[str, Any], *, by: Actor
) -> FundSpend:
    """Note what was spent of an award.

    Raises FundStatusError, SpentInFutureError, AwardSpentError.
    """
    application.spend(told["pence"], told["spent_on"], today())
    made = FundSpend(application_id=application.id, recorded_by=by.id, **told)
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def complete(session: AsyncSession, application: FundApplication, outcome: str) -> None:
    """Tell what came of an award; raises FundStatusError."""
    application.complete(outcome)
    await session.flush()


async def _check_directorate(session: AsyncSession, id_: UUID | None, by: Actor) -> None:
    theirs = by.teams is None or id_ in (by.directorates or ())
    if not theirs or (id_ is not None and await session.get(Directorate, id_) is None):
        raise DirectorateNotFoundError
