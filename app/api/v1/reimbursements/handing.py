from typing import Annotated
from uuid import UUID

from fastapi import Response, Security
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import IfMatch, Session, authenticate
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.reimbursements.claims import shown
from app.api.v1.reimbursements.claims_schemas import ClaimOut
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.domain.reimbursements.claims import queries
from app.domain.reimbursements.claims.errors import ClaimNotFoundError
from app.domain.reimbursements.payments import handing
from app.domain.reimbursements.payments.errors import VoucherHandsError, VoucherNotDueError
from app.domain.reimbursements.vouchers.errors import VoucherAmountError

router = router_at("/reimbursements/claims", "reimbursements")

Keeper = Annotated[Actor, Security(authenticate, scopes=["budgets:manage"])]


class HandingOver(BaseModel):
    """That somebody signed for the vouchers they were given."""

    model_config = ConfigDict(extra="forbid")

    signature_reference: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9/-]{0,39}$",
        description="Where the signature is filed; never a name.",
        examples=["SIG-2026-0012"],
    )


@router.post(
    "/{claim_id:uuid}/vouchers",
    response_model=ClaimOut,
    responses=responses(
        ClaimNotFoundError,
        VoucherNotDueError,
        VoucherHandsError,
        VoucherAmountError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
async def hand_vouchers_over(
    actor: Keeper, session: Session, match: IfMatch, claim_id: UUID, told: HandingOver
) -> Response:
    """Give somebody vouchers for the fees of an approved claim, against their signature."""
    found = await queries.get(session, claim_id, to=actor)
    match.check(found.version)
    await handing.hand_over(session, found, told.signature_reference, by=actor)
    return await shown(session, claim_id, actor)
