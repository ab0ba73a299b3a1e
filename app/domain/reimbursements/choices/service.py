"""The one command on payment choices: to make one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.db import flush
from app.domain.involvement.participation.models import Participation
from app.domain.people.supporters.service import Whose
from app.domain.reimbursements.choices.errors import REFUSALS, ChoiceLateError
from app.domain.reimbursements.choices.models import PaymentChoice


async def choose(
    session: AsyncSession,
    participation: Participation,
    *,
    told: Mapping[str, Any],
    by: Whose,
) -> PaymentChoice:
    """Note what somebody chooses about the fee of an activity, before it has begun.

    Staff note a word that they were given earlier, by `made_at`. Raises ChoiceLimitError,
    ChoiceLateError, CharityNotFoundError.
    """
    at = now()
    made = PaymentChoice(
        person_id=participation.person_id,
        participation_id=participation.id,
        made_at=told.get("made_at") or at,
        created_at=at,
        told_by=by.by.id,
        on_behalf=not by.own,
        choice=told["choice"],
        most_pence=told["most_pence"],
        charity_id=told["charity_id"],
    )
    made.limited()
    if made.made_at > at:
        raise ChoiceLateError
    session.add(made)
    await flush(session, REFUSALS)
    return made
