"""Reads of what a rate card alters of claims that are paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.paging import Page
from app.domain.reimbursements.claims import pricing
from app.domain.reimbursements.claims.acts import ClaimStatus
from app.domain.reimbursements.claims.line_models import ClaimLine
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.rates import queries as rates
from app.domain.reimbursements.rates.errors import LineHoursMissingError, RateMissingError
from app.domain.reimbursements.rates.models import RateCard
from app.domain.reimbursements.top_ups.models import TopUp


@dataclass(frozen=True, slots=True)
class AlteredLine:
    """A paid line, what was paid of it, and what it comes to now; pence.

    `new_pence` is None where it cannot be priced any more, and somebody must look. `top_up_id`
    is the claim by which the card tops this one up already.
    """

    claim: Claim
    line: ClaimLine
    old_pence: int
    new_pence: int | None
    top_up_id: UUID | None


@dataclass(frozen=True, slots=True)
class Claims:
    """A page of claims, and where the page after it begins."""

    items: Sequence[Claim]
    following: UUID | None


async def paid_claims(session: AsyncSession, card: RateCard, page: Page, *, to: Actor) -> Claims:
    """Give paid claims that may be altered by a card, newest first: of those one may see.

    They have lines of kinds that the card prices, on days gone by when it was activated.
    """
    if (days := card.altered()) is None:
        return Claims((), None)
    kinds = {rate.kind for rate in await rates.rates_of(session, card)}
    touched = select(ClaimLine.id).where(
        ClaimLine.claim_id == Claim.id,
        ClaimLine.kind.in_(kinds),
        ClaimLine.day >= days.first,
        ClaimLine.day < days.end,
    )
    found = select(Claim).where(
        Claim.status == ClaimStatus.PAID, Claim.tops_up_id.is_(None), touched.exists()
    )
    if to.teams is not None:
        own = Claim.directorate_id.in_(to.directorates or ())
        found = found.where(or_(Claim.directorate_id.is_(None), own))
    if page.after is not None:
        found = found.where(Claim.id < page.after)
    items = (await session.scalars(found.order_by(Claim.id.desc()).limit(page.limit + 1))).all()
    following = items[page.limit - 1].id if len(items) > page.limit else None
    return Claims(items[: page.limit], following)


async def altered(session: AsyncSession, card: RateCard, claim: Claim) -> list[AlteredLine]:
    """Give the lines of a paid claim that a card alters; those of other days or cards are none.

    What was paid counts with earlier top-ups by other cards.
    """
    top_up_id = await topped_up(session, card, claim)
    rate_ids = {rate.id for rate in await rates.rates_of(session, card)}
    try:
        repriced = await pricing.repriced(session, claim, besides=top_up_id)
    except (RateMissingError, LineHoursMissingError):
        return await _unpriced(session, card, claim)
    return [
        AlteredLine(claim, each.line, each.paid_pence, each.anew.amount_pence, top_up_id)
        for each in repriced
        if each.anew.rate_id in rate_ids and each.difference_pence and _gone_by(card, each.line)
    ]


async def topped_up(session: AsyncSession, card: RateCard, claim: Claim) -> UUID | None:
    """Give the claim by which a card tops a paid one up, if it does."""
    found = select(TopUp.claim_id).where(TopUp.tops_up_id == claim.id, TopUp.card_id == card.id)
    return await session.scalar(found)


async def _unpriced(session: AsyncSession, card: RateCard, claim: Claim) -> list[AlteredLine]:
    lines = await session.scalars(
        select(ClaimLine).where(ClaimLine.claim_id == claim.id).order_by(ClaimLine.position)
    )
    kinds = {rate.kind for rate in await rates.rates_of(session, card)}
    return [
        AlteredLine(claim, line, line.amount_pence, None, None)
        for line in lines
        if line.kind in kinds and _gone_by(card, line)
    ]


def _gone_by(card: RateCard, line: ClaimLine) -> bool:
    days = card.altered()
    return days is not None and days.first <= line.day < days.end
