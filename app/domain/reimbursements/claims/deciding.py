"""Commands of who decides on claims: certify, approve, send back, reject."""

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import flush
from app.core.errors import ForbiddenError
from app.domain.involvement.opportunities.models import Opportunity, OpportunityStatus
from app.domain.involvement.participation.models import Participation, ParticipationStatus
from app.domain.people.notices import Notice
from app.domain.reimbursements.claims import committing, queries, telling
from app.domain.reimbursements.claims.acts import Act, ClaimStatus
from app.domain.reimbursements.claims.errors import (
    REFUSALS,
    ActivityNotAttendedError,
    ClaimCertifierError,
    ClaimStatusError,
)
from app.domain.reimbursements.claims.models import Claim, ClaimAction
from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.policy import service as policies

CERTIFY: Final = "claims:certify"
APPROVE: Final = "claims:approve"
_CAME: Final = (ParticipationStatus.ATTENDED, ParticipationStatus.COMPLETED)


async def certify(session: AsyncSession, claim: Claim, *, by: Actor) -> None:
    """Say that the activity took place as claimed, as who coordinates it.

    Where the coordinator is the claimant or acted for them, another who may certify does. Raises
    ClaimCertifierError, ActivityNotAttendedError, ClaimStatusError, ClaimSelfError,
    ClaimHandsError.
    """
    opportunity = await session.get_one(Opportunity, claim.opportunity_id)
    owner = opportunity.coordinator_id
    if by.id != owner and not await queries.barred(session, owner, claim):
        raise ClaimCertifierError
    await _check_came(session, claim, opportunity)
    await _act(session, claim, Act.CERTIFY, ClaimStatus.CERTIFIED, by)


async def approve(
    session: AsyncSession, claim: Claim, budget_id: UUID | None, *, by: Actor
) -> None:
    """Agree to pay a claim from a budget that one holds; above the policy's limit two people do.

    The budget's money is kept for it. Raises ClaimStatusError, ClaimSelfError, ClaimHandsError,
    BudgetNotFoundError, ClaimBudgetError, ClaimApproverError, BudgetExceededError.
    """
    again = claim.status is ClaimStatus.PART_APPROVED
    after = ClaimStatus.APPROVED if await lasts(session, claim) else ClaimStatus.PART_APPROVED
    budget = await committing.budget_of(session, claim, budget_id, by=by.id)
    claim.paid_from(budget.id)
    await _act(session, claim, Act.APPROVE_AGAIN if again else Act.APPROVE, after, by)
    if after is ClaimStatus.APPROVED:
        await committing.reserve(session, claim, by=by.id)


async def lasts(session: AsyncSession, claim: Claim) -> bool:
    """Tell whether the next approval is the last one that a claim needs."""
    policy = await policies.current(session)
    again = claim.status is ClaimStatus.PART_APPROVED
    return again or claim.total_pence <= policy.second_approval_above_pence


async def send_back(session: AsyncSession, claim: Claim, questions: str, *, by: Actor) -> None:
    """Ask the claimant something, who then changes the claim or hands it in again.

    Whoever has it asks: who certifies, and later who approves. Raises ForbiddenError,
    ClaimStatusError, ClaimSelfError.
    """
    needed = CERTIFY if claim.status is ClaimStatus.SUBMITTED else APPROVE
    if not by.can(needed):
        raise ForbiddenError(missing=[needed])
    await _free(session, claim, by)
    acted = await _act(session, claim, Act.SEND_BACK, ClaimStatus.SENT_BACK, by, questions)
    await telling.decided(session, claim, acted, Notice.CLAIM_SENT_BACK)


async def reject(session: AsyncSession, claim: Claim, reason: str, *, by: Actor) -> None:
    """Refuse to pay a claim, with the reason; raises ClaimStatusError, ClaimSelfError."""
    await _free(session, claim, by)
    acted = await _act(session, claim, Act.REJECT, ClaimStatus.REJECTED, by, reason)
    await telling.decided(session, claim, acted, Notice.CLAIM_REJECTED)


async def _free(session: AsyncSession, claim: Claim, by: Actor) -> None:
    if claim.status is ClaimStatus.APPROVED:
        await committing.free(session, claim, by=by.id)


async def _act(
    session: AsyncSession,
    claim: Claim,
    act: Act,
    after: ClaimStatus,
    by: Actor,
    reason: str | None = None,
) -> ClaimAction:
    acted = claim.act(act, after, by=by.id, reason=reason)
    session.add(acted)
    await flush(session, REFUSALS)
    return acted


async def _check_came(session: AsyncSession, claim: Claim, opportunity: Opportunity) -> None:
    """Refuse what nobody noted that the person took part in; a fee for what fell out is due."""
    lines = await queries.lines(session, claim)
    if opportunity.status is OpportunityStatus.CANCELLED:
        if all(line.kind is LineKind.CANCELLATION for line in lines):
            return
        raise ClaimStatusError("The activity was cancelled", state=claim.status)
    activity = await session.get_one(Participation, claim.participation_id)
    if activity.status not in _CAME:
        raise ActivityNotAttendedError
