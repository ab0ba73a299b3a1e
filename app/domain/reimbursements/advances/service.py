"""Commands on advances: ask, decide, note what was paid or booked, settle."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now, today
from app.core.db import flush
from app.domain.involvement.opportunities.models import Opportunity
from app.domain.involvement.participation.models import Participation
from app.domain.people.supporters.service import Whose
from app.domain.reimbursements.advances.errors import (
    REFUSALS,
    AdvanceActivityError,
    AdvanceSelfError,
)
from app.domain.reimbursements.advances.models import (
    Advance,
    AdvanceSettlement,
    AdvanceStatus,
)
from app.domain.reimbursements.budgets import queries as budgets
from app.domain.reimbursements.claims import queries as claims
from app.domain.reimbursements.claims.acts import AGREED, ENDED
from app.domain.reimbursements.claims.errors import ClaimStatusError
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.ledger import service as ledger
from app.domain.reimbursements.ledger.drafts import Draft, Leg
from app.domain.reimbursements.ledger.models import Account, PostingKind
from app.domain.reimbursements.policy import service as policies


async def ask(
    session: AsyncSession, participation_id: UUID, need: Mapping[str, Any], *, by: Whose
) -> Advance:
    """Ask for money in advance of an activity, or for travel that the trust books.

    Raises AdvanceActivityError, AdvanceAboveError, AdvanceTwiceError.
    """
    activity = await session.get(Participation, participation_id)
    if activity is None or activity.person_id != by.person.id:
        raise AdvanceActivityError.at("#/participation_id", "No activity of theirs", "not_found")
    opportunity = await session.get_one(Opportunity, activity.opportunity_id)
    advance = Advance(
        person_id=activity.person_id,
        participation_id=activity.id,
        opportunity_id=opportunity.id,
        directorate_id=opportunity.directorate_id,
        status=AdvanceStatus.ASKED,
        asked_by=by.by.id,
        on_behalf=not by.own,
        created_at=now(),
        **need,
    )
    advance.within((await policies.current(session)).advance_most_pence)
    session.add(advance)
    await flush(session, REFUSALS)
    return advance


async def decide(
    session: AsyncSession, advance: Advance, reason: str | None, *, agreed: bool, by: Actor
) -> None:
    """Agree to an advance, or decline it with a reason.

    Raises AdvanceSelfError, AdvanceReasonError, AdvanceStatusError.
    """
    advance.decide(reason, agreed=agreed, by=by.id, today=today())
    await flush(session, REFUSALS)


async def pay(session: AsyncSession, advance: Advance, reference: str, *, by: Actor) -> None:
    """Note that money was paid in advance: the person owes the trust a claim of it.

    Raises AdvanceHandsError, AdvanceSelfError, AdvanceStatusError.
    """
    advance.pay(reference, by=by.id, today=today())
    await flush(session, REFUSALS)
    pence = advance.outstanding_pence
    legs = (Leg(Account.ADVANCES, pence, advance.person_id), Leg(Account.BANK, -pence))
    booked = _booked(PostingKind.ADVANCE_PAYMENT, f"advance:{advance.id}", legs, by=by)
    await ledger.post(session, booked)


async def book(session: AsyncSession, advance: Advance, reference: str, *, by: Actor) -> None:
    """Note that travel was booked; raises AdvanceSelfError, AdvanceStatusError."""
    advance.book(reference, by=by.id, today=today())
    await flush(session, REFUSALS)


async def settle(
    session: AsyncSession,
    advance: Advance,
    claim: Claim,
    told: Mapping[str, Any],
    *,
    by: Actor,
) -> None:
    """Let a claim of the activity account for some of what was paid in advance.

    So much was spent, of the budget that the claim is paid from; the claim itself asks for so much
    less, and nothing is taken off it here. A claim accounts once. Raises AdvanceSelfError,
    AdvanceActivityError, AdvanceSettledError, ClaimStatusError where nobody has approved the claim,
    and BudgetExceededError.
    """
    pence: int = told["pence"]
    if await claims.barred(session, by.id, claim):
        raise AdvanceSelfError
    if claim.participation_id != advance.participation_id or claim.status in ENDED:
        raise AdvanceActivityError.at("#/claim_id", "No claim of this activity", "claim")
    if claim.status not in AGREED or claim.budget_id is None:
        raise ClaimStatusError(f"It is {claim.status}", state=claim.status)
    advance.settle(pence)
    session.add(AdvanceSettlement(advance_id=advance.id, claim_id=claim.id, pence=pence))
    await flush(session, REFUSALS)
    (await budgets.locked(session, {claim.budget_id}))[claim.budget_id].take(pence)
    spent = Leg(Account.EXPENSE, pence, advance.person_id, told.get("kind"))
    legs = (spent, Leg(Account.ADVANCES, -pence, advance.person_id))
    once = f"advance:{advance.id}:{claim.id}"
    kind = PostingKind.ADVANCE_SETTLEMENT
    await ledger.post(session, _booked(kind, once, legs, by=by, budget_id=claim.budget_id))


def _booked(
    kind: PostingKind,
    once: str,
    legs: tuple[Leg, ...],
    *,
    by: Actor,
    budget_id: UUID | None = None,
) -> Draft:
    return Draft(kind=kind, once=once, day=today(), by=by.id, legs=legs, budget_id=budget_id)
