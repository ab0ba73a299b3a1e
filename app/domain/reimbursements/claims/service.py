"""Commands of who claims, and of who acts for them: make, change, submit, withdraw, repeat."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement
from app.core.clock import today
from app.core.db import flush
from app.domain.people.supporters.service import Whose
from app.domain.reimbursements.claims import committing, making, pricing, queries
from app.domain.reimbursements.claims.acts import Act, ClaimStatus
from app.domain.reimbursements.claims.errors import (
    REFUSALS,
    ClaimLateError,
    ReceiptMissingError,
)
from app.domain.reimbursements.claims.line_models import ClaimLine, ClaimReceipt
from app.domain.reimbursements.claims.making import Claimant
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.kinds import RATED
from app.domain.reimbursements.policy import service as policies


async def make(session: AsyncSession, told: Mapping[str, Any], *, by: Whose) -> Claim:
    """Begin a claim for an activity of a person; it is a draft until it is submitted.

    Raises ActivityMissingError, ClaimDayError, ClaimDuplicateError, ClaimTotalError, and what
    pricing raises.
    """
    door = await statement.within(session)
    id_ = await making.make(door, told, Claimant(by.person.id, by.by.id))
    return await session.get_one(Claim, id_)


async def change(
    session: AsyncSession, claim: Claim, told: Mapping[str, Any], *, by: Whose
) -> None:
    """Put other lines in place of a claim's.

    Whatever was certified and approved is void by it. Raises ClaimStatusError, ClaimDayError,
    ClaimEmptyError, ClaimDuplicateError, ClaimTotalError, and what pricing raises.
    """
    making.check_days(claim.activity_on, told["lines"])
    if claim.status not in (ClaimStatus.DRAFT, ClaimStatus.SENT_BACK):
        await _void(session, claim, by)
    lines = await pricing.lines_of(session, claim, told["lines"])
    await _replace(session, claim, lines)
    await session.execute(delete(ClaimReceipt).where(ClaimReceipt.claim_id == claim.id))
    door = await statement.within(session)
    session.add_all(await making.attached(door, claim, told["lines"]))
    await flush(session, REFUSALS)
    if claim.status is ClaimStatus.SUBMITTED:
        await _check_receipts(session, claim, lines)


async def submit(
    session: AsyncSession, claim: Claim, *, by: Whose, late_because: str | None = None
) -> None:
    """Hand a claim in, at the rates of now for its days.

    After its deadline staff alone do, with a reason. Raises ClaimStatusError, ClaimEmptyError,
    ClaimLateError, ReceiptMissingError, and what pricing raises.
    """
    lines = await queries.lines(session, claim)
    if claim.tops_up_id is None:
        await _check_deadline(session, lines, by, late_because)
    await _check_receipts(session, claim, lines)
    priced = await pricing.lines_of(session, claim, [pricing.told_of(line) for line in lines])
    if [each.amount_pence for each in priced] != [each.amount_pence for each in lines]:
        await _replace(session, claim, priced)
    acted = claim.act(
        Act.SUBMIT,
        ClaimStatus.SUBMITTED,
        by=by.by.id,
        on_behalf=not by.own,
        reason=late_because,
    )
    session.add(acted)
    await flush(session, REFUSALS)


async def withdraw(session: AsyncSession, claim: Claim, *, by: Whose) -> None:
    """Take a claim back, as long as nothing of it was paid.

    Raises ClaimStatusError, ClaimPartPaidError.
    """
    if claim.status in (ClaimStatus.APPROVED, ClaimStatus.RETURNED):
        await committing.free(session, claim, by=by.by.id)
    acted = claim.act(Act.WITHDRAW, ClaimStatus.WITHDRAWN, by=by.by.id, on_behalf=not by.own)
    session.add(acted)
    await flush(session, REFUSALS)


async def repeat(
    session: AsyncSession, claim: Claim, days: Sequence[date], *, by: Whose
) -> list[Claim]:
    """Begin the same claim for other days of the activity; raises what `make` raises."""
    lines = [pricing.told_of(line) for line in await queries.lines(session, claim)]
    made = []
    for day in days:
        moved = [{**each, "day": day + (each["day"] - claim.activity_on)} for each in lines]
        told = {
            "participation_id": claim.participation_id,
            "activity_on": day,
            "scheme": claim.scheme,
            "fees_by_voucher": claim.fees_by_voucher,
            "lines": moved,
            "repeats_id": claim.id,
        }
        made.append(await make(session, told, by=by))
    return made


async def _void(session: AsyncSession, claim: Claim, by: Whose) -> None:
    """Begin a new round, in which nobody has certified or approved anything."""
    if claim.status is ClaimStatus.APPROVED:
        await committing.free(session, claim, by=by.by.id)
    acted = claim.act(Act.EDIT, ClaimStatus.SUBMITTED, by=by.by.id, on_behalf=not by.own)
    session.add(acted)
    await flush(session, REFUSALS)


async def _replace(session: AsyncSession, claim: Claim, lines: Sequence[ClaimLine]) -> None:
    claim.comes_to(pricing.total(lines))
    await session.execute(delete(ClaimLine).where(ClaimLine.claim_id == claim.id))
    session.add_all(lines)
    await flush(session, REFUSALS)


async def _check_deadline(
    session: AsyncSession, lines: Sequence[ClaimLine], by: Whose, late_because: str | None
) -> None:
    policy = await policies.current(session)
    due = min((policy.last_day(line.kind, line.day) for line in lines), default=today())
    if due < today() and not (by.staff and late_because):
        raise ClaimLateError(last_day=due)


async def _check_receipts(session: AsyncSession, claim: Claim, lines: Sequence[ClaimLine]) -> None:
    needing = [each for each in lines if each.kind not in RATED and not each.no_receipt_because]
    receipted = await queries.receipted(session, claim) if needing else frozenset()
    for line in needing:
        if line.position not in receipted:
            place = f"#/lines/{line.position - 1}"
            raise ReceiptMissingError.at(place, "Neither a receipt nor a word why", "receipt")
