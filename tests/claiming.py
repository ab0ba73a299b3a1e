"""Claims as they stood on other days: what was done with them is told with its instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

from sqlalchemy import select

from app.core.ids import uuid7
from app.domain.involvement.opportunities.models import Opportunity, OpportunityKind
from app.domain.involvement.participation.models import Participation, ParticipationStatus
from app.domain.people.register.models import Person
from app.domain.reimbursements.budgets import spending
from app.domain.reimbursements.budgets.models import Budget
from app.domain.reimbursements.budgets.moves import Move, Part
from app.domain.reimbursements.choices.models import Choice, PaymentChoice
from app.domain.reimbursements.claims.acts import Act, ClaimStatus
from app.domain.reimbursements.claims.line_models import ClaimLine
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.kinds import FEES, LineKind, Route
from app.domain.reimbursements.layouts.models import PaymentLayout
from app.domain.reimbursements.payees.charities.models import Charity
from app.domain.reimbursements.payments.models import ClaimPayment, PaymentRun
from tests.budgeting import BY, person
from tests.factories import Given

K, S = LineKind, ClaimStatus
MOVES = {
    "submitted": (Act.SUBMIT, S.SUBMITTED),
    "certified": (Act.CERTIFY, S.CERTIFIED),
    "approved": (Act.APPROVE, S.APPROVED),
    "part_approved": (Act.APPROVE, S.PART_APPROVED),
    "approved_again": (Act.APPROVE_AGAIN, S.APPROVED),
    "sent_back": (Act.SEND_BACK, S.SENT_BACK),
    "rejected": (Act.REJECT, S.REJECTED),
    "edited": (Act.EDIT, S.SUBMITTED),
    "in_run": (Act.TAKE, S.IN_RUN),
    "sent": (Act.SEND, S.SENT),
    "paid": (Act.PAY, S.PAID),
    "returned": (Act.RETURN, S.RETURNED),
}


@dataclass(frozen=True)
class Told:
    """A line: what it is for and what it comes to."""

    kind: LineKind
    pence: int
    route: Route | None = None
    more: tuple[tuple[str, object], ...] = ()

    @property
    def way(self) -> Route:
        usual = Route.PAYROLL if self.kind in FEES else Route.ACCOUNTS_PAYABLE
        return self.route or usual


FEE, BUS = Told(K.INVOLVEMENT_FEE, 6_000), Told(K.PUBLIC_TRANSPORT, 420)


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), UTC)


async def came(
    given: Given,
    on: date,
    *,
    who: Person | None = None,
    choice: Choice | None = None,
    most_pence: int | None = None,
    status: ParticipationStatus = ParticipationStatus.ATTENDED,
    **told: object,
) -> Participation:
    """Let somebody have come to something on a day, having chosen the day before."""
    who = who or await person(given)
    start = {"kind": OpportunityKind.OTHER, "title": "A kinder front door", "summary": "Redesign."}
    start |= {"easy_read": "Help us.", "experience_relevant": True, "places": 20, "level": 4}
    start |= {"status": "published", "published_on": on}
    owner = (await given.user()).id
    opportunity = await given.add(Opportunity(**start | {"coordinator_id": owner} | told))
    made = Participation(
        opportunity_id=opportunity.id,
        person_id=who.id,
        status=ParticipationStatus.APPLIED,
        status_since=on,
        changed_by=uuid4(),
    )
    await given.add(made)
    for each in (ParticipationStatus.ACCEPTED, status):
        if made.status is not each:
            made.status = each
            await given.session.commit()
    if choice is not None:
        charity = (await charity_of(given)).id if choice is Choice.TO_CHARITY else None
        await given.add(
            PaymentChoice(
                person_id=who.id,
                participation_id=made.id,
                choice=choice,
                most_pence=most_pence,
                charity_id=charity,
                made_at=at(on - timedelta(days=1)),
                told_by=who.id,
                on_behalf=False,
            )
        )
    return made


async def charity_of(given: Given) -> Charity:
    told = {"name": "Mind in the Shire", "charity_number": "219830", "supplier_number": "S-900"}
    return await given.add(Charity(**told, set_by=uuid4(), set_on=date(2026, 1, 1)))


async def claim(
    given: Given,
    on: date,
    *moves: tuple[str, date | datetime],
    lines: Sequence[Told] = (FEE,),
    activity: Participation | None = None,
    budget: Budget | None = None,
    **told: object,
) -> Claim:
    """Let somebody have claimed for a day: `("submitted", day)` and so on say what was done."""
    activity = activity or await came(given, on)
    begins = moves[0][1] if moves else on
    opportunity = await given.session.get_one(Opportunity, activity.opportunity_id)
    start = {"directorate_id": opportunity.directorate_id, "status": S.DRAFT, "moves": 1}
    made = Claim(
        id=uuid7(),
        person_id=activity.person_id,
        participation_id=activity.id,
        opportunity_id=activity.opportunity_id,
        activity_on=on,
        total_pence=sum(line.pence for line in lines),
        round=0,
        created_at=_instant(begins),
        since=_instant(begins),
        **start | told,
    )
    first = made.begun(by=uuid4(), on_behalf=False)
    first.created_at = _instant(begins)
    given.session.add_all((made, first))
    await given.session.flush()
    given.session.add_all(
        ClaimLine(
            claim_id=made.id,
            position=place,
            kind=line.kind,
            day=on,
            amount_pence=line.pence,
            route=line.way,
            explanation="As told.",
            **dict(line.more),
        )
        for place, line in enumerate(lines, 1)
    )
    await given.session.commit()
    for what, when in moves:
        await move(given, made, what, when, budget)
    return made


async def move(
    given: Given, made: Claim, what: str, when: date | datetime, budget: Budget | None = None
) -> None:
    """Do something with a claim at an instant, or at noon of a day."""
    act, after = MOVES[what]
    if act in (Act.APPROVE, Act.APPROVE_AGAIN) and budget is not None:
        made.budget_id = budget.id
    acted = made.act(act, after, by=uuid4(), reason="Because.")
    acted.created_at = made.since = _instant(when)
    given.session.add(acted)
    await given.session.commit()


async def pay(
    given: Given, made: Claim, budget: Budget, on: date, route: Route = Route.PAYROLL
) -> ClaimPayment:
    """Let what a claim comes to on a route be paid on a day, and book it."""
    layout = (await given.session.scalars(select(PaymentLayout.id).limit(1))).one()
    found = await given.session.scalars(
        select(ClaimLine).where(ClaimLine.claim_id == made.id, ClaimLine.route == route)
    )
    parts = tuple(Part(line.amount_pence, made.person_id, line.kind) for line in found)
    pence = sum(part.pence for part in parts)
    days = dict.fromkeys(("made_on", "input_on", "processing_on", "arrival_on"), on)
    run = await given.add(
        PaymentRun(
            route=route,
            layout_id=layout,
            payments=1,
            total_pence=pence,
            file_name="x",
            file_bytes=0,
            file_sha256="",
            created_by=BY,
            **days,
        )
    )
    charity = await charity_of(given) if route is Route.CHARITY else None
    payment = await given.add(
        ClaimPayment(
            claim_id=made.id,
            person_id=made.person_id,
            budget_id=budget.id,
            route=route,
            charity_id=charity.id if charity else None,
            amount_pence=pence,
            reference=f"EV{uuid4().hex[:12]}",
            status="paid",
            run_id=run.id,
            paid_on=on,
        )
    )
    await spending.reserve(given.session, _move(payment, parts, on, f"r:{payment.id}"))
    await spending.spend(given.session, _move(payment, parts, on, f"pay:{payment.id}"), route)
    await given.session.commit()
    return payment


def _move(payment: ClaimPayment, parts: tuple[Part, ...], on: date, once: str) -> Move:
    return Move(
        budget_id=payment.budget_id,
        parts=parts,
        once=once,
        day=on,
        by=BY,
        claim_id=payment.claim_id,
        payment_id=payment.id,
    )


def _instant(told: date | datetime) -> datetime:
    return told if isinstance(told, datetime) else at(told)
