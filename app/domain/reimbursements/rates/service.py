"""Commands on rate cards: draft, change, propose, activate, withdraw."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.domain.reimbursements.rates import queries, shape
from app.domain.reimbursements.rates.errors import REFUSALS
from app.domain.reimbursements.rates.models import Rate, RateCard, RateCardStatus


async def draft(
    session: AsyncSession,
    told: Mapping[str, Any],
    rates: Sequence[Mapping[str, Any]],
    *,
    by: Actor,
) -> RateCard:
    """Draft a card with its rates.

    Raises RateCardPeriodError, RateUnfitError, RateTwiceError.
    """
    card = RateCard(status=RateCardStatus.DRAFT, drafted_by=by.id)
    card.draft(told)
    session.add(card)
    await flush(session, REFUSALS)
    await _add(session, card, rates)
    return card


async def change(
    session: AsyncSession,
    card: RateCard,
    told: Mapping[str, Any],
    rates: Sequence[Mapping[str, Any]],
) -> None:
    """Put a draft and all its rates in place of what they were; lock the card before.

    Raises RateCardStatusError, RateCardPeriodError, RateUnfitError, RateTwiceError.
    """
    card.draft(told)
    await flush(session, REFUSALS)
    await session.execute(delete(Rate).where(Rate.card_id == card.id))
    await _add(session, card, rates)


async def propose(session: AsyncSession, card: RateCard, *, by: Actor) -> None:
    """Confirm a draft's source and propose it for another to activate; lock it before.

    Raises RateCardStatusError, RateCardIncompleteError.
    """
    card.propose(await queries.rates_of(session, card), by=by.id, today=today())
    await flush(session, REFUSALS)


async def activate(session: AsyncSession, card: RateCard, *, by: Actor) -> None:
    """Let a proposed card hold, and end the one that it follows; lock it before.

    `card.altered()` then tells which days gone by it prices anew. Raises RateCardSamePersonError,
    RateCardStatusError, RateCardOverlapError.
    """
    card.activatable(by.id)
    for before in await queries.active_within(session, card):
        before.give_way(card)
    # First, for no two cards of a scheme are active on one day.
    await session.flush()
    card.activate(by=by.id, today=today())
    await flush(session, REFUSALS)


async def withdraw(session: AsyncSession, card: RateCard) -> None:
    """Take a card back that was never active; raises RateCardStatusError."""
    card.withdraw()
    await session.flush()


async def _add(session: AsyncSession, card: RateCard, rates: Sequence[Mapping[str, Any]]) -> None:
    made = [Rate(card_id=card.id, place=at, **rate) for at, rate in enumerate(rates)]
    shape.check(made)
    session.add_all(made)
    await flush(session, REFUSALS)
