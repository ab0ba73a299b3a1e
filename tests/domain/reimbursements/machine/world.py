"""Where the machine's claims live: people, activities, budgets, and staff who may do anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor, Login
from app.core.clock import now, today
from app.domain.identity.scopes import SCOPES
from app.domain.involvement.opportunities.models import Opportunity, OpportunityKind
from app.domain.involvement.participation.models import Participation, ParticipationStatus
from app.domain.people.register.models import Person
from app.domain.reimbursements.budgets.models import BudgetAccount, BudgetHolder
from app.domain.reimbursements.choices.models import Choice, PaymentChoice
from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.policy.models import ReimbursementPolicy
from app.domain.reimbursements.ties.models import PersonUser
from tests import budgeting
from tests.api.reimbursements.conftest import ACTIVATED, PROPOSED, SET, SHARE
from tests.factories import Given

DAY = today() - timedelta(days=3)
DAYS = tuple(DAY - timedelta(days=each) for each in range(2))
PEOPLE, ACTIVITIES, STAFF = 3, 2, 9
# Who is the first person of the register too, under another login.
TIED = 6
# Who may approve: the same two hold both budgets, and one holds the small one alone.
HOLDERS = ((2, 3), (2, 3, 4))
AMOUNTS = (90_000, 9_500)
SECOND_ABOVE = 8_000
FEE, FARE, PARKING = LineKind.INVOLVEMENT_FEE, LineKind.PUBLIC_TRANSPORT, LineKind.PARKING
FEE_PENCE = 7_500


@dataclass
class World:
    people: list[Person] = field(default_factory=list)
    # By person and activity; who coordinates an activity is the member of staff of its number.
    places: dict[tuple[int, int], UUID] = field(default_factory=dict)
    budgets: list[UUID] = field(default_factory=list)
    staff: list[Actor] = field(default_factory=list)

    def actor(self, who: int) -> Actor:
        """Give a member of staff, or for numbers below nothing a person of the register."""
        if who >= 0:
            return self.staff[who]
        person = self.people[-1 - who]
        login = Login("https://issuer.example", str(person.id))
        return Actor(id=person.id, name="A", scopes=frozenset(), login=login, person_id=person.id)


def line(kind: LineKind, pence: int, day: date) -> Mapping[str, object]:
    if kind is FEE:
        return {"kind": FEE, "day": day, "level": 4, "hours": 3}
    return {
        "kind": kind,
        "day": day,
        "amount_pence": pence,
        "no_receipt_because": "None is given.",
    }


async def made(session: AsyncSession) -> World:
    """Make it all and commit it, as the worker."""
    world, given = World(), Given(session)
    await session.execute(text("SET LOCAL ROLE everyvoice_owner"))
    for statement in (SET, SHARE, PROPOSED, ACTIVATED):
        await session.execute(text(statement))
    await session.execute(text("SET LOCAL ROLE everyvoice_worker"))
    await session.execute(
        update(ReimbursementPolicy).values(second_approval_above_pence=SECOND_ABOVE)
    )
    await session.commit()
    for each in range(STAFF):
        user = await given.user(*SCOPES, name=f"Staff {each}")
        world.staff.append(Actor(id=user.id, name=user.name, scopes=frozenset(SCOPES)))
    for each in range(PEOPLE):
        world.people.append(await budgeting.person(given, email=f"p{each}@example.org"))
    tie = {"person_id": world.people[0].id, "user_id": world.staff[TIED].id}
    await given.add(PersonUser(**tie, noted_by=uuid4()))
    for number in range(ACTIVITIES):
        await _activity(world, given, number)
    for pence, holders in zip(AMOUNTS, HOLDERS, strict=True):
        world.budgets.append(await budget(world, given, pence, holders))
    await session.commit()
    return world


async def _activity(world: World, given: Given, number: int) -> None:
    opportunity = await given.add(
        Opportunity(
            kind=OpportunityKind.QI_PROJECT,
            title="A kinder front door",
            summary="Redesign how people are met.",
            easy_read="Help us.",
            experience_relevant=True,
            places=20,
            level=4,
            status="published",
            published_on=DAY,
            directorate_id=None,
            coordinator_id=world.staff[number].id,
        )
    )
    for at, person in enumerate(world.people):
        place = await given.add(
            Participation(
                opportunity_id=opportunity.id,
                person_id=person.id,
                status=ParticipationStatus.APPLIED,
                status_since=DAY,
                changed_by=uuid4(),
            )
        )
        for status in (ParticipationStatus.ACCEPTED, ParticipationStatus.ATTENDED):
            place.status = status
            await given.session.commit()
        await given.add(
            PaymentChoice(
                person_id=person.id,
                participation_id=place.id,
                choice=Choice.ACCEPT,
                made_at=now() - timedelta(days=9),
                told_by=person.id,
                on_behalf=False,
            )
        )
        world.places[at, number] = place.id


async def budget(world: World, given: Given, pence: int, holders: tuple[int, ...]) -> UUID:
    found = await budgeting.budget(given, pence)
    centre = found.cost_centre_id
    for kind in LineKind:
        given.session.add(
            BudgetAccount(cost_centre_id=centre, line_kind=kind, gl_account=f"6{len(kind):03}")
        )
    for each in holders:
        holder = {"cost_centre_id": centre, "user_id": world.staff[each].id}
        given.session.add(BudgetHolder(**holder))
    await given.session.commit()
    return found.id
