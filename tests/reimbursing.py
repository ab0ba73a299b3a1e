"""Rate cards as tests of reimbursements need them."""

from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.domain.reimbursements.rates import service
from app.domain.reimbursements.rates.models import RateCard, Scheme

START = date(2020, 1, 1)


def actor() -> Actor:
    return Actor(id=uuid4(), name="Made for a test", scopes=frozenset({"rates:manage"}))


async def draft(session: AsyncSession, scheme: Scheme, *rates: Any, **told: Any) -> RateCard:
    """Draft a card that holds from 2020 on; each rate is (kind, unit, its parts)."""
    start = {"scheme": scheme, "title": "Made for a test", "source": "A test"}
    start |= {"valid_from": START, "valid_to": None} | told
    made = [{"kind": kind, "unit": unit, **parts} for kind, unit, parts in rates]
    return await service.draft(session, start, made, by=actor())


async def active(session: AsyncSession, scheme: Scheme, *rates: Any, **told: Any) -> RateCard:
    """Let two people activate such a card."""
    card = await draft(session, scheme, *rates, **told)
    await service.propose(session, card, by=actor())
    await service.activate(session, card, by=actor())
    return card
