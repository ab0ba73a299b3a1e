"""Commands of who claims, and of who acts for them: make, change, submit, withdraw, repeat."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.core.db import flush
from app.core.ids import uuid7
from app.domain.involvement.opportunities.models import Opportunity
from app.domain.involvement.participation.models import Participation, ParticipationStatus
from app.domain.people.supporters.service import Whose
from app.domain.reimbursements.claims import committing, pricing, queries
from app.domain.reimbursements.claims.acts import Act, ClaimStatus
from app.domain.reimbursements.claims.errors import (
    REFUSALS,
    ActivityMissingError,
    ClaimDayError,
    ClaimLateError,
    ReceiptMissingError,
)
from app.domain.reimbursements.claims.line_models import ClaimLine, ClaimReceipt
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.kinds import RATED
from app.domain.reimbursements.policy import service as policies
from app.domain.reimbursements.receipts import queries as receipts

Lines = Sequence[Mapping[str, Any]]
# Who was never given a place has nothing to claim for.
_CLAIMABLE: Final = (
    ParticipationStatus.ACCEPTED,
    ParticipationStatus.ATTENDED,
    ParticipationStatus.COMPLETED,
)


async def make(session: AsyncSession, told: Mapping[str, Any], *, by: Whose) -> Claim:
    """Begin a claim for an activity of a person; it is a draft until it is submitted.

    Raises ActivityMissingError, ClaimDayError, ClaimDuplicateError, ClaimTotalError, and what
    pricing raises.
    """
    activity = await _activity(session, told["participation_id"], by)
    opportunity = await session.get_one(Opportunity, activity.opportunity_id)
    _check_days(told["activity_on"], told["lines"])
    claim = Claim(
        id=uuid7(),
        person_id=activity.person_id,
        participation_id=activity.id,
        opportunity_id=activity.opportunity_id,
        directorate_id=opportunity.directorate_id,
        activity_on=told["activity_on"],
        scheme=told.get("scheme"),
        fees_by_voucher=told.get("fees_by_voucher", False),
        total_pence=0,
        status=ClaimStatus.DRAFT,
        moves=1,
        round=0,
        repeats_id=told.get("repeats_id"),
    )
    lines = await pricing.lines_of(session, claim, told["lines"])
    claim.comes_to(pricing.total(lines))
    session.add_all((claim, claim.begun(by=by.by.id, on_behalf=not by.own)))
    await flush(session, REFUSALS)
    session.add_all(lines)
    await flush(session, REFUSALS)
    await _attach(session, claim, told["lines"])
    return claim


async def change(
    session: AsyncSession, claim: Claim, told: Mapping[str, Any], *, by: Whose
) -> None:
    """Put other lines in place of a claim's.

    Whatever was certified and approved is void by it. Raises ClaimStatusError, ClaimDayError,
    ClaimEmptyError, ClaimDuplicateError, ClaimTotalError, and what pricing raises.
    """
    _check_days(claim.activity_on, told["lines"])
    if claim.status not in (ClaimStatus.DRAFT, ClaimStatus.SENT_BACK):
        await _void(session, claim, by)
    await _replace(session, claim, await pricing.lines_of(session, claim, told["lines"]))
    await session.execute(delete(ClaimReceipt).where(ClaimReceipt.claim_id == claim.id))
    await _attach(session, claim, told["lines"])
    if claim.status is ClaimStatus.SUBMITTED:
        await _check_receipts(session, claim)


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
    await _check_receipts(session, claim)
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


async def _activity(session: AsyncSession, id_: UUID, by: Whose) -> Participation:
    found = await session.get(Participation, id_)
    if found is None or found.person_id != by.person.id or found.status not in _CLAIMABLE:
        raise ActivityMissingError.at("#/participation_id", "No activity of theirs", "not_found")
    return found


def _check_days(activity_on: date, lines: Lines) -> None:
    """Refuse days to come, and lines far from the activity's day."""
    last = today()
    if activity_on > last:
        raise ClaimDayError.at("#/activity_on", "After today", "not_in_future")
    for at, line in enumerate(lines):
        if line["day"] > last:
            raise ClaimDayError.at(f"#/lines/{at}/day", "After today", "not_in_future")


async def _check_deadline(
    session: AsyncSession, lines: Sequence[ClaimLine], by: Whose, late_because: str | None
) -> None:
    policy = await policies.current(session)
    due = min((policy.last_day(line.kind, line.day) for line in lines), default=today())
    if due < today() and not (by.staff and late_because):
        raise ClaimLateError(last_day=due)


async def _check_receipts(session: AsyncSession, claim: Claim) -> None:
    receipted = await queries.receipted(session, claim)
    for line in await queries.lines(session, claim):
        needed = line.kind not in RATED and line.no_receipt_because is None
        if needed and line.position not in receipted:
            place = f"#/lines/{line.position - 1}"
            raise ReceiptMissingError.at(place, "Neither a receipt nor a word why", "receipt")


async def _attach(session: AsyncSession, claim: Claim, told: Lines) -> None:
    """Attach receipts to lines.

    Raises ReceiptNotFoundError, ReceiptQuarantinedError, ReceiptClaimedError.
    """
    ids = [id_ for line in told for id_ in line.get("receipt_ids", ())]
    for receipt in await receipts.of(session, ids, claim.person_id) if ids else ():
        receipt.shown()
    session.add_all(
        ClaimReceipt(claim_id=claim.id, receipt_id=receipt_id, position=position)
        for position, line in enumerate(told, 1)
        for receipt_id in line.get("receipt_ids", ())
    )
    await flush(session, REFUSALS)
