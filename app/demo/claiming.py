"""What people of the demonstration trust claim: one claim in each stage before the money."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import LONDON, today
from app.core.ids import uuid7
from app.domain.identity.models import User
from app.domain.involvement.naming import queries as naming
from app.domain.involvement.opportunities import service as opportunities
from app.domain.involvement.opportunities.models import Opportunity, OpportunityKind
from app.domain.involvement.participation import service as participation
from app.domain.involvement.participation.models import Participation, ParticipationStatus
from app.domain.organisation.accessibility import Access
from app.domain.people.register.models import Person
from app.domain.people.supporters.service import Whose
from app.domain.reimbursements.budgets import service as budgets
from app.domain.reimbursements.budgets.models import Budget
from app.domain.reimbursements.choices import service as choices
from app.domain.reimbursements.choices.models import Choice
from app.domain.reimbursements.claims import deciding
from app.domain.reimbursements.claims import service as claims
from app.domain.reimbursements.claims.acts import ClaimStatus
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.flags import service as flags
from app.domain.reimbursements.flags.codes import FlagLevel
from app.domain.reimbursements.kinds import LineKind, Vehicle
from app.domain.reimbursements.rates import service as rates
from app.domain.reimbursements.rates.models import Scheme
from app.domain.reimbursements.rates.units import RateUnit

_STAGES: Final = (
    ClaimStatus.APPROVED,
    ClaimStatus.CERTIFIED,
    ClaimStatus.SUBMITTED,
    ClaimStatus.DRAFT,
)
_BEFORE: Final = timedelta(14)
_ACCOUNTS: Final = {
    LineKind.INVOLVEMENT_FEE: "52110",
    LineKind.MILEAGE: "53200",
    LineKind.PUBLIC_TRANSPORT: "53210",
}
_RATES: Final[Sequence[Mapping[str, Any]]] = (
    {
        "kind": LineKind.INVOLVEMENT_FEE,
        "unit": RateUnit.HALF_DAY,
        "level": 4,
        "pence": Decimal(7_500),
        "up_to_hours": Decimal(4),
    },
    {
        "kind": LineKind.INVOLVEMENT_FEE,
        "unit": RateUnit.DAY,
        "level": 4,
        "pence": Decimal(15_000),
    },
    {"kind": LineKind.PUBLIC_TRANSPORT, "unit": RateUnit.ACTUAL},
)
_WORKSHOP: Final[Mapping[str, Any]] = {
    "kind": OpportunityKind.QI_PROJECT,
    "title": "What a good first visit is",
    "summary": "A morning with staff about what people meet when they come for the first time.",
    "easy_read": "Tell us what a good first visit is.",
    "experience_relevant": True,
    "pathways": [],
    "skills": [],
    "interests": [],
    "places": len(_STAGES),
    "level": 4,
    "place": "Community hall, Oxford",
    "access": [Access.STEP_FREE, Access.TRAVEL_PAID],
    "pays": "A fee for the morning, and travel.",
    "required_courses": [],
}


class _Staff(NamedTuple):
    """Who has a hand in a claim, each a person of their own."""

    coordinator: Actor
    clerk: Actor
    holder: Actor
    finance: Actor
    second: Actor


async def claim(
    session: AsyncSession, directorate: UUID, people: Sequence[Person], *, by: Actor
) -> None:
    """Let people have come to a workshop, and claim for it: each claim got a step less far."""
    names = ("Involvement worker", "Budget holder", "Finance officer", "Second finance officer")
    staff = _Staff(by, *[await _somebody(session, f"{name} (demo)") for name in names])
    budget = await _paid_from(session, directorate, staff)
    ours = {"coordinator_id": by.id, "directorate_id": directorate}
    workshop = await opportunities.draft(session, {**_WORKSHOP, **ours, "times": _times()}, by=by)
    await opportunities.publish(session, workshop)
    for person, stage in zip(people, _STAGES, strict=True):
        came = await _came(session, workshop, person, staff)
        await _claimed(session, Whose(person, staff.clerk), came, stage, (budget, staff))


async def _somebody(session: AsyncSession, name: str) -> Actor:
    user = User(id=uuid7(), name=name)
    session.add(user)
    await session.flush()
    return Actor(id=user.id, name=name, scopes=frozenset())


async def _paid_from(session: AsyncSession, directorate: UUID, staff: _Staff) -> Budget:
    """Let two people stand for rates, and one answer for a budget of the workshop's year."""
    starts_on, ends_on = naming.days_of_year(naming.financial_year(today() - _BEFORE))
    card = {"scheme": Scheme.TRUST, "title": "Our rates (demo)", "source": "Made up"}
    days = {"valid_from": starts_on, "valid_to": None}
    drafted = await rates.draft(session, {**card, **days}, _RATES, by=staff.finance)
    await rates.propose(session, drafted, by=staff.finance)
    await rates.activate(session, drafted, by=staff.second)
    named = {"code": "DEMO-INV", "name": "Involvement (demo)", "directorate_id": directorate}
    centre = await budgets.open_centre(session, named, by=staff.finance)
    await budgets.name_holders(session, centre, [staff.holder.id])
    await budgets.set_accounts(session, centre, _ACCOUNTS)
    told = {
        "cost_centre_id": centre.id,
        "name": "Involvement (demo)",
        "starts_on": starts_on,
        "ends_on": ends_on,
        "amount_pence": 2_500_000,
        "fund_application_id": None,
    }
    return await budgets.open_budget(session, told, by=staff.finance)


async def _came(
    session: AsyncSession, workshop: Opportunity, person: Person, staff: _Staff
) -> Participation:
    """Let somebody be asked, say before the workshop that they take the fee, and come."""
    came = await participation.invite(session, workshop, person, by=staff.coordinator)
    await participation.turn(
        session, came, ParticipationStatus.ACCEPTED, None, by=staff.coordinator
    )
    said = datetime.combine(today() - _BEFORE - timedelta(3), time(12), LONDON)
    choice = {"choice": Choice.ACCEPT, "most_pence": None, "charity_id": None, "made_at": said}
    await choices.choose(session, came, told=choice, by=Whose(person, staff.clerk))
    await participation.turn(
        session, came, ParticipationStatus.ATTENDED, None, by=staff.coordinator
    )
    return came


async def _claimed(
    session: AsyncSession,
    whose: Whose,
    came: Participation,
    stage: ClaimStatus,
    paid: tuple[Budget, _Staff],
) -> None:
    """Let somebody claim on a person's word, and others take it as far as a stage."""
    day = today() - _BEFORE
    fee = {"kind": LineKind.INVOLVEMENT_FEE, "day": day, "level": 4, "hours": Decimal(2)}
    drive = {"kind": LineKind.MILEAGE, "day": day, "vehicle": Vehicle.CAR, "miles": Decimal(6)}
    told = {"participation_id": came.id, "activity_on": day, "lines": [fee, drive]}
    made = await claims.make(session, told, by=whose)
    budget, staff = paid
    if stage is not ClaimStatus.DRAFT:
        await flags.submit(session, made, by=whose)
    if stage in {ClaimStatus.CERTIFIED, ClaimStatus.APPROVED}:
        await deciding.certify(session, made, by=staff.coordinator)
    if stage is ClaimStatus.APPROVED:
        await _approve(session, made, budget, staff.holder)


async def _approve(session: AsyncSession, made: Claim, budget: Budget, holder: Actor) -> None:
    """Answer whatever was found, and agree to pay."""
    found = await flags.shown(session, made, to=holder)
    answers = {
        each.code: "I know them; it is so." for each in found if each.level is not FlagLevel.NONE
    }
    await flags.approve(session, made, budget.id, answers, by=holder)


def _times() -> list[dict[str, datetime]]:
    day = today() - _BEFORE
    return [
        {
            "starts_at": datetime.combine(day, time(10), LONDON),
            "ends_at": datetime.combine(day, time(12), LONDON),
        }
    ]
