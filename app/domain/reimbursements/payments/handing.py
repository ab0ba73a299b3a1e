"""Vouchers instead of fees: numbered stock, handed over against a signature."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.core.ids import uuid7
from app.domain.reimbursements.budgets.moves import Move
from app.domain.reimbursements.claims import committing
from app.domain.reimbursements.claims.acts import ClaimStatus
from app.domain.reimbursements.claims.line_models import ClaimLine
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.payments import settling
from app.domain.reimbursements.payments.errors import REFUSALS, VoucherNotDueError
from app.domain.reimbursements.payments.models import ClaimPayment, PaymentStatus
from app.domain.reimbursements.vouchers import service as vouchers
from app.domain.reimbursements.vouchers.models import Voucher

_DUE = (ClaimStatus.APPROVED, ClaimStatus.IN_RUN, ClaimStatus.SENT)


async def hand_over(
    session: AsyncSession, claim: Claim, signature: str, *, by: Actor
) -> Sequence[Voucher]:
    """Give somebody vouchers for the fees of a claim, by a reference of their signature.

    Raises VoucherNotDueError, VoucherHandsError, VoucherAmountError.
    """
    due = select(func.sum(ClaimLine.amount_pence)).where(
        ClaimLine.claim_id == claim.id, ClaimLine.route == Route.VOUCHER
    )
    pence = (await session.scalars(due)).one()
    if not pence or claim.status not in _DUE or claim.budget_id is None:
        raise VoucherNotDueError
    payment = ClaimPayment(
        id=uuid7(),
        claim_id=claim.id,
        person_id=claim.person_id,
        budget_id=claim.budget_id,
        route=Route.VOUCHER,
        amount_pence=int(pence),
        reference=f"{claim.reference}V1",
        status=PaymentStatus.PAID,
        issued_by=by.id,
        paid_on=today(),
    )
    session.add(payment)
    await flush(session, REFUSALS)
    move = Move(
        budget_id=claim.budget_id,
        parts=(await committing.parts_of(session, {claim.id}, Route.VOUCHER))[claim.id],
        once=f"pay:{payment.id}",
        day=today(),
        by=by.id,
        claim_id=claim.id,
        payment_id=payment.id,
    )
    issued = await vouchers.issue(session, move, signature)
    await settling.follow(session, [claim.id], by=by.id)
    return issued
