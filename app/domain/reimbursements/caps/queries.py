"""Reads of caps, and how near a fee comes to one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import london_day, midnight, today
from app.domain.involvement.opportunities.models import OpportunityTime
from app.domain.involvement.participation.models import Participation
from app.domain.reimbursements.caps.errors import PaymentCapNotFoundError
from app.domain.reimbursements.caps.models import CapLevel, Nearness, PaymentCap
from app.domain.reimbursements.caps.paydays import expected_on as payday
from app.domain.reimbursements.caps.periods import Period
from app.domain.reimbursements.caps.planned import FALLEN_OUT, TAKEN, PlannedFee, planned
from app.domain.reimbursements.choices.models import PaymentChoice
from app.domain.reimbursements.claims.acts import ENDED
from app.domain.reimbursements.claims.line_models import ClaimLine
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.kinds import FEES, LineKind, Route
from app.domain.reimbursements.policy import service as policies
from app.domain.reimbursements.policy.models import ReimbursementPolicy

# No activity that counts in a period lies further from it: the policy's targets end there.
_AROUND: Final = timedelta(367)
# One of them is paid for a day of an activity; preparation comes besides.
_OF_THE_DAY: Final = (LineKind.INVOLVEMENT_FEE, LineKind.CANCELLATION)


@dataclass(frozen=True, slots=True)
class _Occasion:
    """What a fee is for: a day of an activity, or getting ready for it."""

    participation_id: UUID | None
    day: date
    kind: LineKind


async def find(session: AsyncSession, person_id: UUID) -> PaymentCap | None:
    """Give the cap that a person has set, if any."""
    return await session.scalar(select(PaymentCap).where(PaymentCap.person_id == person_id))


async def get(session: AsyncSession, person_id: UUID) -> PaymentCap:
    """Give the cap that a person has set; raises PaymentCapNotFoundError."""
    if (found := await find(session, person_id)) is None:
        raise PaymentCapNotFoundError
    return found


async def warning(
    session: AsyncSession,
    person_id: UUID,
    day: date,
    pence: int,
    expected_on: date,
    *,
    besides: UUID | None = None,
) -> Nearness | None:
    """Tell how near a fee for an activity's day comes to the person's cap; None without one.

    So far count the fees of claims that are not ended, and those accepted of activities that are
    not claimed yet; neither expenses nor what is given to a charity. Of the participation
    `besides` what is known of the same day is this fee itself.
    """
    cap = await find(session, person_id)
    if cap is None:
        return None
    return await _near(session, cap, PlannedFee(besides, day, pence), expected_on)


async def of_choice(session: AsyncSession, choice: PaymentChoice) -> list[Nearness]:
    """Give the periods in which an activity's fees, as chosen, come near a cap or above it.

    Days gone by warn nobody any more.
    """
    cap = await find(session, choice.person_id)
    if cap is None or choice.choice not in TAKEN:
        return []
    participation = await session.get_one(Participation, choice.participation_id)
    policy = await policies.current(session)
    near: dict[Period, Nearness] = {}
    for fee in await planned(session, participation):
        if fee.day >= today():
            found = await _near(session, cap, fee, payday(fee.day, policy))
            near.setdefault(found.period, found)
    return [found for found in near.values() if found.level is not CapLevel.WITHIN]


async def preview(
    session: AsyncSession, participation: Participation, pence: int, day: date | None
) -> Nearness:
    """Tell what a fee would come to in its period, on a day or on the activity's next.

    Raises PaymentCapNotFoundError.
    """
    cap = await get(session, participation.person_id)
    on = day or await _next_day(session, participation)
    expected = payday(on, await policies.current(session))
    return await _near(session, cap, PlannedFee(participation.id, on, pence), expected)


async def _near(
    session: AsyncSession, cap: PaymentCap, fee: PlannedFee, expected_on: date
) -> Nearness:
    policy = await policies.current(session)
    period = cap.period_of(cap.counted_on(fee.day, expected_on))
    fees = await _claimed(session, cap.person_id, period)
    fees |= await _accepted(session, cap.person_id, period, fees.keys())
    for kind in _OF_THE_DAY:
        fees.pop(_Occasion(fee.participation_id, fee.day, kind), None)
    so_far = sum(paid for each, paid in fees.items() if _holds(cap, period, each.day, policy))
    return Nearness(period, cap.most_pence, so_far, fee.pence)


def _holds(cap: PaymentCap, period: Period, day: date, policy: ReimbursementPolicy) -> bool:
    return period.holds(cap.counted_on(day, payday(day, policy)))


async def _claimed(session: AsyncSession, person_id: UUID, period: Period) -> dict[_Occasion, int]:
    """Sum the fees that were claimed around a period, by what they are for."""
    parts = (Claim.participation_id, ClaimLine.day, ClaimLine.kind)
    found = await session.execute(
        select(*parts, func.sum(ClaimLine.amount_pence))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(
            Claim.person_id == person_id,
            Claim.status.not_in(ENDED),
            ClaimLine.kind.in_(FEES),
            ClaimLine.route != Route.CHARITY,
            ClaimLine.day.between(period.first - _AROUND, period.last),
        )
        .group_by(*parts)
    )
    return {_Occasion(activity, day, kind): int(pence) for activity, day, kind, pence in found}


async def _accepted(
    session: AsyncSession, person_id: UUID, period: Period, claimed: Collection[_Occasion]
) -> dict[_Occasion, int]:
    """Give the fees that were accepted of activities around a period, and not claimed yet."""
    chosen = select(PaymentChoice.id).where(PaymentChoice.participation_id == Participation.id)
    timed = select(OpportunityTime.id).where(
        OpportunityTime.opportunity_id == Participation.opportunity_id,
        OpportunityTime.starts_at >= midnight(period.first - _AROUND),
        OpportunityTime.starts_at < midnight(period.last + timedelta(2)),
    )
    found = await session.scalars(
        select(Participation).where(
            Participation.person_id == person_id,
            Participation.status.not_in(FALLEN_OUT),
            chosen.exists(),
            timed.exists(),
        )
    )
    fees = [fee for each in found.all() for fee in await planned(session, each)]
    return {
        _Occasion(fee.participation_id, fee.day, LineKind.INVOLVEMENT_FEE): fee.pence
        for fee in fees
        if not any(_Occasion(fee.participation_id, fee.day, k) in claimed for k in _OF_THE_DAY)
    }


async def _next_day(session: AsyncSession, participation: Participation) -> date:
    """Give the day on which an activity takes place next; today where no time tells."""
    found = await session.scalar(
        select(func.min(OpportunityTime.starts_at)).where(
            OpportunityTime.opportunity_id == participation.opportunity_id,
            OpportunityTime.starts_at >= midnight(today()),
        )
    )
    return today() if found is None else london_day(found)
