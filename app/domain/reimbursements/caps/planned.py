"""The fees that somebody accepted of activities, before they are claimed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement
from app.core.clock import london_day
from app.domain.involvement.opportunities.models import Opportunity, OpportunityTime
from app.domain.involvement.participation.models import Participation, ParticipationStatus
from app.domain.reimbursements.choices import queries as choices
from app.domain.reimbursements.choices.models import Choice
from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.rates import queries as rates
from app.domain.reimbursements.rates.errors import RateMissingError
from app.domain.reimbursements.rates.pricing import Line

# What a person is paid themselves; what is given to a charity is not theirs.
TAKEN: Final = (Choice.ACCEPT, Choice.LESS)
# Of these nothing comes, or nothing more.
FALLEN_OUT: Final = (
    ParticipationStatus.DECLINED,
    ParticipationStatus.WITHDRAWN,
    ParticipationStatus.DID_NOT_ATTEND,
)
_HOUR: Final = 3600
_CENTS: Final = Decimal("0.01")
_LONGEST: Final = Decimal(24)


@dataclass(frozen=True, slots=True)
class PlannedFee:
    """What a person is to be paid for one day of an activity, known or not, in pence."""

    participation_id: UUID | None
    day: date
    pence: int


async def planned(session: AsyncSession, participation: Participation) -> list[PlannedFee]:
    """Give the fees of an activity's days by its times, level and the choices that stand.

    Nothing is planned where no time is told or no card has a rate: then nobody can say yet.
    """
    opportunity = await session.get_one(Opportunity, participation.opportunity_id)
    hours = await _hours(session, opportunity.id)
    lines = [
        Line(kind=LineKind.INVOLVEMENT_FEE, day=day, level=opportunity.level, hours=hours[day])
        for day in sorted(hours)
    ]
    try:
        door = await statement.within(session)
        priced = await rates.price(door, lines, scheme=None, miles_before={}, drafts=False)
    except RateMissingError:
        return []
    fees, given = [], 0
    for line, price in zip(lines, priced, strict=True):
        choice = await choices.standing(door, participation.id, line.day)
        if choice is None or choice.choice not in TAKEN:
            continue
        pence = choice.fee(given + price.amount_pence) - choice.fee(given)
        given += price.amount_pence
        fees.append(PlannedFee(participation.id, line.day, pence))
    return fees


async def _hours(session: AsyncSession, opportunity_id: UUID) -> Mapping[date, Decimal]:
    """Count the hours of each day on which something takes place."""
    found = await session.scalars(
        select(OpportunityTime).where(OpportunityTime.opportunity_id == opportunity_id)
    )
    hours: dict[date, Decimal] = defaultdict(Decimal)
    for time in found:
        seconds = int((time.ends_at - time.starts_at).total_seconds())
        hours[london_day(time.starts_at)] += Decimal(seconds) / _HOUR
    return {day: min(max(told.quantize(_CENTS), _CENTS), _LONGEST) for day, told in hours.items()}
