"""The one command on top-ups: to draft them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import flush
from app.core.ids import uuid7
from app.core.paging import Page
from app.domain.reimbursements.claims import pricing
from app.domain.reimbursements.claims import queries as claims
from app.domain.reimbursements.claims.acts import ClaimStatus
from app.domain.reimbursements.claims.errors import REFUSALS
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.rates.models import RateCard
from app.domain.reimbursements.top_ups import queries
from app.domain.reimbursements.top_ups.models import TopUp


async def draft(
    session: AsyncSession, card: RateCard, page: Page, *, by: Actor
) -> tuple[list[Claim], UUID | None]:
    """Draft a claim for what a card adds to each paid claim of a page; gives the drafts.

    A card tops a claim up once, however often it is asked to. Nothing is taken back where a rate
    fell, and nothing that was paid is rewritten. Gives also where the page after begins.
    """
    found = await queries.paid_claims(session, card, page, to=by)
    made = [await _draft(session, card, each, by) for each in found.items]
    return [each for each in made if each is not None], found.following


async def _draft(session: AsyncSession, card: RateCard, paid: Claim, by: Actor) -> Claim | None:
    # Whoever else tops it up waits for this one, and finds it then.
    paid = await claims.get(session, paid.id, to=by)
    if await queries.topped_up(session, card, paid) is not None:
        return None
    if not any(_rises(each) for each in await queries.altered(session, card, paid)):
        return None
    claim = Claim(
        id=uuid7(),
        person_id=paid.person_id,
        participation_id=paid.participation_id,
        opportunity_id=paid.opportunity_id,
        directorate_id=paid.directorate_id,
        activity_on=paid.activity_on,
        scheme=paid.scheme,
        fees_by_voucher=paid.fees_by_voucher,
        total_pence=0,
        status=ClaimStatus.DRAFT,
        moves=1,
        round=0,
        tops_up_id=paid.id,
    )
    lines = await pricing.lines_of(session, claim, ())
    claim.comes_to(pricing.total(lines))
    session.add_all((claim, claim.begun(by=by.id, on_behalf=True)))
    await flush(session, REFUSALS)
    session.add_all((*lines, TopUp(claim_id=claim.id, tops_up_id=paid.id, card_id=card.id)))
    await flush(session, REFUSALS)
    return claim


def _rises(line: queries.AlteredLine) -> bool:
    return line.new_pence is not None and line.new_pence > line.old_pence
