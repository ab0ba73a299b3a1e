"""What came of a run's payments: paid, returned or unknown, as a result file says."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.domain.reimbursements.budgets import spending
from app.domain.reimbursements.budgets.moves import Move
from app.domain.reimbursements.claims import committing
from app.domain.reimbursements.claims.acts import ClaimStatus
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.layouts import results
from app.domain.reimbursements.layouts.results import Result
from app.domain.reimbursements.ledger import queries as ledger
from app.domain.reimbursements.payments import queries, settling, telling
from app.domain.reimbursements.payments.errors import (
    PaymentNotReturnedError,
    PaymentResultsError,
)
from app.domain.reimbursements.payments.models import (
    ClaimPayment,
    PaymentRun,
    PaymentStatus,
    RunStatus,
)


@dataclass(frozen=True, slots=True)
class Taken:
    """How many payments a result file settled, and of how many it knows nothing."""

    paid: int
    returned: int
    unknown: int


async def take(session: AsyncSession, run: PaymentRun, data: bytes, *, by: Actor) -> Taken:
    """Take in a result file by our references, whole or not at all; once more changes nothing.

    Raises PaymentRunStatusError, ResultFileError, PaymentResultsError with the lines' faults.
    """
    run.stands(RunStatus.RELEASED, RunStatus.SETTLED)
    payments = {each.reference: each for each in await queries.expected(session, run)}
    expected = {name: each.amount_pence for name, each in payments.items()}
    told = results.read(data, expected, today=today())
    if told.errors:
        faults = [
            {
                "pointer": f"#/lines/{each.line}/{each.column}",
                "detail": each.code,
                "code": each.code,
            }
            for each in told.errors
        ]
        raise PaymentResultsError(errors=faults)
    paid = [(payments[each.reference], each) for each in told.paid]
    back = [(payments[each.reference], each) for each in told.returned]
    await _pay(session, run.route, paid, by)
    await _return(session, back, by)
    await session.flush()
    await settling.follow(session, [each.claim_id for each, _ in (*paid, *back)], by=by.id)
    await _settle(session, run.id)
    return Taken(len(paid), len(back), len(told.unknown))


async def retry(session: AsyncSession, claim: Claim, *, by: Actor) -> None:
    """Let what came back wait for the next run again.

    Raises PaymentNotReturnedError.
    """
    if claim.status is not ClaimStatus.RETURNED:
        raise PaymentNotReturnedError
    found = select(ClaimPayment).where(
        ClaimPayment.claim_id == claim.id,
        ClaimPayment.status == PaymentStatus.RETURNED,
        ClaimPayment.replaced.is_(False),
    )
    for payment in await session.scalars(found):
        payment.replaced = True
    await session.flush()
    await settling.follow(session, [claim.id], by=by.id)


async def _pay(
    session: AsyncSession,
    route: Route,
    paid: Sequence[tuple[ClaimPayment, Result]],
    by: Actor,
) -> None:
    """Book what was paid: its commitment is spent."""
    fresh = [(each, told) for each, told in paid if each.status is PaymentStatus.SENT]
    if not fresh:
        return
    parts = await committing.parts_of(session, [each.claim_id for each, _ in fresh], route)
    moves = []
    for payment, told in fresh:
        payment.status, payment.paid_on = PaymentStatus.PAID, told.day
        moves.append(
            Move(
                budget_id=payment.budget_id,
                parts=parts[payment.claim_id],
                once=f"pay:{payment.id}",
                day=told.day,
                by=by.id,
                claim_id=payment.claim_id,
                payment_id=payment.id,
            )
        )
    await spending.spend_all(session, moves, route)


async def _return(
    session: AsyncSession, back: Sequence[tuple[ClaimPayment, Result]], by: Actor
) -> None:
    """Note what came back; what was booked as paid is committed again."""
    for payment, told in back:
        if payment.status is PaymentStatus.PAID:
            once = f"pay:{payment.id}"
            booked = (await ledger.posted(session, {once}))[once]
            await spending.unspend(session, booked, day=told.day, by=by.id)
        if payment.status in (PaymentStatus.SENT, PaymentStatus.PAID):
            payment.status, payment.paid_on = PaymentStatus.RETURNED, None
            payment.returned_because = told.reason_code or "unknown"
            await telling.came_back(session, payment)


async def _settle(session: AsyncSession, run_id: UUID) -> None:
    run = await queries.get(session, run_id)
    open_ = select(ClaimPayment.id).where(
        ClaimPayment.run_id == run_id, ClaimPayment.status == PaymentStatus.SENT
    )
    left = await session.scalar(open_.limit(1))
    run.status = RunStatus.RELEASED if left else RunStatus.SETTLED
    await session.flush()
