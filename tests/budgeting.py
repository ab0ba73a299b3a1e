"""Budgets, awards and people, as tests of the money need them."""

from datetime import date
from uuid import UUID, uuid4

from app.core.clock import today
from app.domain.involvement.fund.models import FundApplication, FundStatus
from app.domain.people.register.models import Person
from app.domain.reimbursements.budgets.models import Budget, CostCentre
from app.domain.reimbursements.budgets.moves import Move, Part
from app.domain.reimbursements.kinds import LineKind
from tests.factories import Given

BY = UUID("0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e")


async def centre(given: Given, **told: object) -> CostCentre:
    return await given.add(CostCentre(**{"code": uuid4().hex[:8], "name": "Involvement"} | told))


async def budget(given: Given, pence: int = 100_000, **told: object) -> Budget:
    """A budget of a cost centre of its own, for all the days that tests use."""
    centre_id = told.pop("cost_centre_id", None) or (await centre(given)).id
    start = {"cost_centre_id": centre_id, "name": "All of it", "amount_pence": pence}
    start |= {"starts_on": date(2000, 1, 1), "ends_on": date(2099, 3, 31)}
    return await given.add(Budget(**start | told))


async def award(given: Given, pence: int = 100_000) -> FundApplication:
    users = [await given.user() for _ in range(2)]
    return await given.add(
        FundApplication(
            title="A sensory room",
            purpose="Six sessions.",
            together="Four patients chair them.",
            asked_pence=pence,
            applicant_id=users[0].id,
            status=FundStatus.AWARDED,
            award_pence=pence,
            spent_pence=0,
            because="x",
            decided_on=today(),
            decided_by=users[1].id,
        )
    )


async def person(given: Given, **told: object) -> Person:
    lead = await given.user(name="Lee Lead")
    start = {"name": "Amara Okafor", "email": "amara@example.org", "status": "active"}
    start |= {"preferred_channel": "email", "status_since": date(2026, 1, 1), "lead_id": lead.id}
    return await given.add(Person(**start | told))


def move(budget_id: UUID, pence: int, **told: object) -> Move:
    """Some pence of a budget for a fee, once."""
    of = told.pop("person_id", None)
    start = {"once": str(uuid4()), "day": today(), "by": BY}
    parts = (Part(pence, of, LineKind.INVOLVEMENT_FEE),)
    return Move(**start | {"budget_id": budget_id, "parts": parts} | told)
