"""Commands on referrals: refer, note the first contact, end."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.domain.involvement.recovery.errors import REFUSALS, ReferralDayError
from app.domain.involvement.recovery.models import RecoveryOutcome, Referral
from app.domain.organisation.errors import TeamNotFoundError
from app.domain.organisation.models import Team

_PURPOSE: Final = "recovery:"  # nobody is the same in another register by this hash


def pseudonym(reference: str, pepper: str) -> bytes:
    """Give what stands for a person: HMAC-SHA-256 of their reference under the server's pepper.

    Blanks and case do not make another person.
    """
    told = _PURPOSE + "".join(reference.split()).casefold()
    return hmac.digest(pepper.encode(), told.encode(), hashlib.sha256)


async def refer(
    session: AsyncSession, told: Mapping[str, Any], *, whom: bytes, by: Actor
) -> Referral:
    """Take a referral; raises TeamNotFoundError, ReferralDayError, ReferralOpenError."""
    team_id = told["team_id"]
    if by.teams is not None and team_id not in by.teams:
        raise TeamNotFoundError
    if team_id is not None and await session.get(Team, team_id) is None:
        raise TeamNotFoundError
    if told["referred_on"] > today():
        raise ReferralDayError.at("#/referred_on", "After today", "in_order")
    referral = Referral(**told, pseudonym=whom)
    session.add(referral)
    await flush(session, REFUSALS)
    return referral


async def contact(session: AsyncSession, referral: Referral, on: date) -> None:
    """Note the first contact; raises ReferralEndedError, ReferralDayError."""
    referral.contact(on, today())
    await session.flush()


async def end(
    session: AsyncSession, referral: Referral, on: date, outcome: RecoveryOutcome
) -> None:
    """End a referral; raises ReferralEndedError, ReferralDayError, ReferralOutcomeError."""
    referral.end(on, outcome, today())
    await session.flush()
