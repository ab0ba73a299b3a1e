"""Claims as tests need them: rates that hold, an activity that somebody came to, people to act."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.core.clock import now, today
from app.domain.identity import keys
from app.domain.involvement.opportunities.models import Opportunity, OpportunityKind
from app.domain.involvement.participation.models import Participation, ParticipationStatus
from app.domain.people.register.models import Person, PersonStatus
from app.domain.reimbursements.budgets.models import Budget, BudgetAccount, BudgetHolder
from app.domain.reimbursements.choices.models import Choice, PaymentChoice
from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.payees.charities.models import Charity
from app.domain.reimbursements.receipts.models import Receipt, ReceiptContent
from tests import budgeting
from tests.api.conftest import Api
from tests.api.reimbursements.paying import AMARA, CANARY, done, place
from tests.conftest import PEPPER

PAYEE_SCOPES = ("payees:read", "payees:manage")
CLAIMS = "reimbursements/claims"
OWN = "registers/people/me/claims"
DAY = today() - timedelta(days=3)
FARE = {
    "kind": "public_transport",
    "day": str(DAY),
    "amount_pence": 420,
    "no_receipt_because": "The bus gives none.",
}
FEE = {"kind": "involvement_fee", "day": str(DAY), "level": 4, "hours": "3"}
PROPOSED = """
UPDATE rate_card SET status = 'proposed', source_confirmed = true,
       proposed_by = gen_random_uuid(), proposed_on = valid_from
 WHERE status = 'draft' AND scheme = ANY('{trust,ppv,afc}')"""
ACTIVATED = """
UPDATE rate_card SET status = 'active', activated_by = gen_random_uuid(), activated_on = valid_from
 WHERE status = 'proposed'"""
SET = """
UPDATE rate SET pence = 1000 FROM rate_card c
 WHERE c.id = rate.card_id AND c.scheme = 'trust' AND rate.kind = 'preparation'"""
SHARE = """
UPDATE rate SET percent = 50 FROM rate_card c
 WHERE c.id = rate.card_id AND c.scheme = 'trust' AND rate.kind = 'cancellation'"""


@pytest.fixture
async def rated(engine, session) -> None:
    """Let the shipped drafts hold, with figures where they leave some out."""
    await session.execute(text("SET LOCAL ROLE everyvoice_owner"))
    for statement in (SET, SHARE, PROPOSED, ACTIVATED):
        await session.execute(text(statement))
    await session.execute(text("SET LOCAL ROLE everyvoice_worker"))
    await session.commit()


@pytest.fixture(autouse=True)
async def consistent(session) -> AsyncIterator[None]:
    """Hold every test to what the database checks at a commit, which tests never come to."""
    yield
    await session.rollback()
    await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


@pytest.fixture
def someone(client, given):
    """Make a member of staff with scopes, and give the API as they meet it: `.id` is theirs."""

    async def made(*scopes: str, name: str = "Sam Staff", **limits: object) -> Api:
        user = await given.user(*scopes, name=name)
        key = keys.make("test")
        await given.key(keys.digest(key, PEPPER), user=user, **limits)
        found = Api(client, {"Authorization": f"Bearer {key}"})
        found.id = str(user.id)
        return found

    return made


@pytest.fixture
async def coordinator(someone) -> Api:
    return await someone("claims:read", "claims:certify", name="Cora Coordinator")


@pytest.fixture
async def clerk(someone) -> Api:
    """Somebody who claims for people, on their word."""
    return await someone("claims:read", "claims:write", name="Cleo Clerk")


@pytest.fixture
async def approver(someone) -> Api:
    return await someone("claims:read", "claims:approve", name="Ada Approver")


@pytest.fixture
async def budget(given, approver) -> Budget:
    """A budget that Ada holds."""
    return await held_budget(given, approver)


async def held_budget(given, *holders: Api, pence: int = 10_000_000, **told) -> Budget:
    found = await budgeting.budget(given, pence, **told)
    for kind in LineKind:
        centre = {"cost_centre_id": found.cost_centre_id, "line_kind": kind}
        given.session.add(BudgetAccount(**centre, gl_account=f"6{len(kind):03}"))
    for each in holders:
        await given.add(BudgetHolder(cost_centre_id=found.cost_centre_id, user_id=each.id))
    return found


@pytest.fixture
def activity(given, coordinator, rated):
    """Let somebody have come to something that Cora coordinates, having accepted its fee."""

    async def made(person: Person | None = None, choice: Choice | None = Choice.ACCEPT, **told):
        if person is None:
            person = await given.add(
                Person(
                    name="Amara Okafor",
                    email="amara@example.org",
                    preferred_channel="email",
                    status=PersonStatus.ACTIVE,
                    status_since=DAY,
                    lead_id=(await given.user(name="Lee Lead")).id,
                )
            )
        start = {"directorate_id": None, "coordinator_id": coordinator.id}
        start |= {name: told.pop(name) for name in set(start) & set(told)}
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
                **start,
            )
        )
        status = told.pop("status", ParticipationStatus.ATTENDED)
        made = await given.add(
            Participation(
                opportunity_id=opportunity.id,
                person_id=person.id,
                status=ParticipationStatus.APPLIED,
                status_since=DAY,
                changed_by=uuid4(),
            )
        )
        for each in (ParticipationStatus.ACCEPTED, ParticipationStatus.ATTENDED):
            if made.status is not status:
                made.status = each
                await given.session.commit()
        if choice is not None:
            told = {"most_pence": 2_000} if choice is Choice.LESS else {}
            if choice is Choice.TO_CHARITY:
                told["charity_id"] = (await charity(given)).id
            await given.add(
                PaymentChoice(
                    person_id=person.id,
                    participation_id=made.id,
                    choice=choice,
                    made_at=now() - timedelta(days=5),
                    told_by=person.id,
                    on_behalf=False,
                    **told,
                )
            )
        return made

    return made


async def charity(given) -> Charity:
    """A charity that two people stand for, paid by its supplier number."""
    made = await given.add(
        Charity(
            name="Mind in the Shire",
            charity_number="219830",
            supplier_number="S-900",
            set_by=uuid4(),
            set_on=DAY,
        )
    )
    made.status, made.confirmed_by, made.confirmed_on = "confirmed", uuid4(), DAY
    made.confirmed_how, made.usable_from = "called_back", DAY
    await given.session.commit()
    return made


@pytest.fixture
def claimed(clerk, activity):
    """Begin a claim for an activity: `await claimed(FARE, FEE)`."""

    async def made(*lines: dict, participation=None, by: Api | None = None, **told) -> dict:
        found = participation or await activity()
        start = {"activity_on": str(DAY), "lines": list(lines or (FARE,))}
        return await (by or clerk).made(
            CLAIMS,
            person_id=str(found.person_id),
            participation_id=str(found.id),
            **start | told,
        )

    return made


@pytest.fixture
def turned(clerk, coordinator, approver, claimed, budget):
    """Make a claim and take it as far as it is told: `await turned("certification", FEE)`."""

    async def made(until: str, *lines: dict, **told) -> dict:
        found = await claimed(*lines, **told)
        steps = (
            (told.get("by") or clerk, "submission", {}),
            (coordinator, "certification", None),
            (approver, "approval", {"budget_id": str(budget.id)}),
        )
        for api, step, body in steps:
            told = body | await answers(api, found) if step == "approval" else body
            answer = await api.send("POST", f"{CLAIMS}/{found['id']}/{step}", told)
            assert answer.status_code == 200, answer.text
            found = answer.json()
            if step == until:
                break
        return found

    return made


@pytest.fixture
def handed_in(clerk, claimed):
    """Make a claim and hand it in: `await handed_in(FARE, participation=came)`."""

    async def made(*lines, **told) -> dict:
        claim = await claimed(*lines, **told)
        answer = await clerk.send("POST", f"{CLAIMS}/{claim['id']}/submission", {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return made


@pytest.fixture
def again(activity, session):
    """Let who came to something have come to something else: `await again(came)`."""

    async def made(participation):
        return await activity(await session.get_one(Person, participation.person_id))

    return made


@pytest.fixture
def receipt(given):
    """Put a receipt down for who came to an activity, of which the file and its hash are told."""

    async def made(participation, content: str, phash: int | None = None) -> str:
        kept = await given.add(ReceiptContent(bytes=content.encode()))
        digest = hashlib.sha256(content.encode()).digest()
        found = await given.add(
            Receipt(
                person_id=participation.person_id,
                status="accepted",
                media_type="image/png",
                size=1,
                pages=1,
                sha256_sent=digest,
                sha256=digest,
                phash=phash,
                received_on=today(),
                content_id=kept.id,
            )
        )
        return str(found.id)

    return made


@pytest.fixture
def was_paid(session, budget):
    """Let claims have been paid, past all that leads there."""

    async def made(*claims: dict) -> None:
        await session.execute(text("SET LOCAL ROLE NONE"))
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(
            text(
                "UPDATE claim SET status = 'paid', budget_id = :budget"
                " WHERE id = ANY(CAST(:ids AS uuid[]))"
            ),
            {"ids": [UUID(each["id"]) for each in claims], "budget": budget.id},
        )
        await session.execute(text("SET LOCAL session_replication_role = origin"))
        await session.execute(text("SET LOCAL ROLE everyvoice_worker"))
        await session.commit()

    return made


async def answers(api: Api, claim: dict) -> dict:
    """Answer whatever the checks of a claim found and nobody answered yet."""
    found = (await api.get(f"{CLAIMS}/{claim['id']}/checks")).json()["items"]
    codes = [each["code"] for each in found if each["level"] != "none" and not each["answer"]]
    return {"answers": [{"code": each, "reason": "I asked; it is so."} for each in codes]}


@pytest.fixture
def finance(client, given):
    """Somebody of finance, with their user's id: `await finance()`."""

    async def made(*scopes: str, **limits: object) -> Api:
        user = await given.user(*(scopes or PAYEE_SCOPES))
        key = keys.make("test")
        await given.key(keys.digest(key, PEPPER), user=user, **limits)
        found = Api(client, {"Authorization": f"Bearer {key}"})
        found.id = str(user.id)
        return found

    return made


@pytest.fixture
async def setter(finance) -> Api:
    return await finance()


@pytest.fixture
async def confirmer(finance) -> Api:
    return await finance()


@pytest.fixture
def payable(api_of):
    """Put somebody on the register who is to be paid."""

    async def made(**told: object) -> dict:
        api = await api_of("registers:read", "registers:manage")
        return await api.made("registers/people", **AMARA | told)

    return made


@pytest.fixture
def confirmed(setter, confirmer, payable):
    """Somebody whose bank details are confirmed, as finance sees them then."""

    async def made(person: dict | None = None, **told: str) -> dict:
        person = person or await payable()
        await done(setter, "PUT", place(person, "bank-account"), CANARY | told)
        where = place(person, "bank-account", "confirmation")
        return await done(confirmer, "POST", where, {"how": "called_back"})

    return made
