from typing import Annotated
from uuid import UUID

from fastapi import Response, Security

from app.api.deps import IfMatch, Session, authenticate
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.reimbursements.claims import CHANGES, shown
from app.api.v1.reimbursements.claims_schemas import Approval, ClaimOut, Questions, Rejection
from app.core.actor import Actor
from app.domain.reimbursements.budgets.errors import BudgetExceededError, BudgetNotFoundError
from app.domain.reimbursements.claims import deciding, queries
from app.domain.reimbursements.claims.errors import (
    ActivityNotAttendedError,
    ClaimApproverError,
    ClaimBudgetError,
    ClaimCertifierError,
    ClaimHandsError,
    ClaimSelfError,
)
from app.domain.reimbursements.flags import service as flags
from app.domain.reimbursements.flags.errors import FlagsUnansweredError

router = router_at("/reimbursements/claims", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["claims:read"])]
Certifier = Annotated[Actor, Security(authenticate, scopes=["claims:certify"])]
Approver = Annotated[Actor, Security(authenticate, scopes=["claims:approve"])]


@router.post(
    "/{claim_id:uuid}/certification",
    response_model=ClaimOut,
    responses=responses(
        *CHANGES, ActivityNotAttendedError, ClaimCertifierError, ClaimHandsError, ClaimSelfError
    ),
)
async def certify_claim(
    actor: Certifier, session: Session, match: IfMatch, claim_id: UUID
) -> Response:
    """Say as its coordinator that the activity took place as claimed."""
    found = await queries.get(session, claim_id, to=actor)
    match.check(found.version)
    await deciding.certify(session, found, by=actor)
    return await shown(session, found.id, actor)


@router.post(
    "/{claim_id:uuid}/approval",
    response_model=ClaimOut,
    responses=responses(
        *CHANGES,
        BudgetExceededError,
        BudgetNotFoundError,
        ClaimApproverError,
        ClaimBudgetError,
        ClaimHandsError,
        ClaimSelfError,
        FlagsUnansweredError,
    ),
)
async def approve_claim(
    actor: Approver, session: Session, match: IfMatch, claim_id: UUID, told: Approval
) -> Response:
    """Agree to pay a certified claim from a budget you hold; above a limit two people do."""
    found = await queries.get(session, claim_id, to=actor)
    match.check(found.version)
    answers, low = told.answered(), told.low_because
    await flags.approve(session, found, told.budget_id, answers, low_because=low, by=actor)
    return await shown(session, found.id, actor)


@router.post(
    "/{claim_id:uuid}/sending-back",
    response_model=ClaimOut,
    responses=responses(*CHANGES, ClaimSelfError),
)
async def send_claim_back(
    actor: Reader, session: Session, match: IfMatch, claim_id: UUID, told: Questions
) -> Response:
    """Ask the claimant something, as who certifies or approves; they answer by handing it in."""
    found = await queries.get(session, claim_id, to=actor)
    match.check(found.version)
    await deciding.send_back(session, found, told.questions, by=actor)
    return await shown(session, found.id, actor)


@router.post(
    "/{claim_id:uuid}/rejection",
    response_model=ClaimOut,
    responses=responses(*CHANGES, ClaimSelfError),
)
async def reject_claim(
    actor: Approver, session: Session, match: IfMatch, claim_id: UUID, told: Rejection
) -> Response:
    """Refuse to pay a claim, with the reason."""
    found = await queries.get(session, claim_id, to=actor)
    match.check(found.version)
    await deciding.reject(session, found, told.reason, by=actor)
    return await shown(session, found.id, actor)
