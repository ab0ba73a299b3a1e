"""Money in advance, or travel that the trust books, for people who cannot pay first."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from dirty_equals import IsPartialDict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.clock import now, today
from app.core.db import create_engine
from app.domain.involvement.opportunities.models import Opportunity, OpportunityTime
from app.domain.involvement.participation.models import Participation, ParticipationStatus
from app.domain.people.register.models import Person
from app.domain.reimbursements.ties.models import PersonUser
from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import DAY
from tests.factories import Given

ADVANCES = "reimbursements/advances"
OWN = "registers/people/me/advances"
MONEY = {"kind": "advance", "pence": 4_500}
TRAVEL = {
    "kind": "booked_travel",
    "what": "A return train",
    "from_place": "Oxford",
    "to_place": "Reading",
    "travel_on": str(today() + timedelta(3)),
}
PAID = {"reference": "BACS 12"}
TAXI = {"kind": "taxi", "day": str(DAY), "amount_pence": 900, "no_receipt_because": "Lost."}


@pytest.fixture
async def releaser(someone):
    return await someone("claims:read", "payments:release", name="Rae Releaser")


@pytest.fixture
def place(activity):
    """Give somebody a place in an activity to come."""

    async def made(person=None, **told):
        return await activity(person, None, status=ParticipationStatus.ACCEPTED, **told)

    return made


@pytest.fixture
def asked(clerk, place):
    async def made(need=MONEY, participation=None) -> dict:
        found = participation or await place()
        told = {"person_id": str(found.person_id), "participation_id": str(found.id)}
        return await clerk.made(ADVANCES, **told, need=need)

    return made


async def act(api, advance, step, body, **headers):
    return await api.send("POST", f"{ADVANCES}/{advance['id']}/{step}", body, **headers)


async def agree(api, advance):
    answer = await act(api, advance, "decision", {"agreed": True})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_money_is_asked_for_agreed_to_and_paid_by_three_hands(asked, approver, releaser):
    advance = await asked()
    assert advance == IsPartialDict(status="asked", pence=4_500, on_behalf=True, what=None)
    refused(await act(releaser, advance, "payment", PAID), 409, "advance-status", state="asked")
    told = {"agreed": True}
    stale = await act(approver, advance, "decision", told, If_Match='"9"')
    refused(stale, 412, "precondition-failed")
    answer = await act(approver, advance, "decision", told, If_Match='"1"')
    assert answer.json() == IsPartialDict(status="agreed", decided_on=str(today()), reason=None)
    refused(await act(approver, advance, "decision", told), 409, "advance-status")
    paid = await act(releaser, advance, "payment", PAID)
    assert paid.json() == IsPartialDict(status="paid", done_on=str(today()), **PAID)
    assert (await approver.get(f"{ADVANCES}/{advance['id']}")).json() == paid.json()


async def test_travel_is_booked_once_it_was_agreed_to(asked, approver, clerk, releaser):
    advance = await asked(TRAVEL)
    assert advance == IsPartialDict(TRAVEL | {"pence": None})
    await agree(approver, advance)
    refused(await act(releaser, advance, "payment", PAID), 409, "advance-status")
    booked = await act(clerk, advance, "booking", {"reference": "BK-1"})
    assert booked.json() == IsPartialDict(status="booked", reference="BK-1")
    money = await agree(approver, await asked())
    refused(await act(clerk, money, "booking", PAID), 409, "advance-status")


async def test_to_decline_takes_a_reason(asked, approver):
    advance = await asked()
    refused(await act(approver, advance, "decision", {"agreed": False}), 422, "advance-reason")
    both = {"agreed": True, "reason": "Yes"}
    refused(await act(approver, advance, "decision", both), 422, "advance-reason")
    told = {"agreed": False, "reason": "It meets online."}
    declined = await act(approver, advance, "decision", told)
    assert declined.json() == IsPartialDict(status="declined", reason="It meets online.")


async def test_an_activity_has_one_advance_of_money_unless_it_was_declined(
    asked, place, approver, clerk
):
    found = await place()
    first = await asked(participation=found)
    body = {"person_id": str(found.person_id), "participation_id": str(found.id), "need": MONEY}
    refused(await clerk.send("POST", ADVANCES, body), 409, "advance-twice")
    for _ in range(2):
        await asked(TRAVEL, participation=found)
    await act(approver, first, "decision", {"agreed": False, "reason": "Less, please."})
    once = {"Idempotency_Key": "a"}
    made = await clerk.send("POST", ADVANCES, body, **once)
    again = await clerk.send("POST", ADVANCES, body, **once)
    assert made.json()["id"] == again.json()["id"]


async def test_no_more_is_paid_in_advance_than_the_policy_says(clerk, place):
    found = await place()
    body = {"person_id": str(found.person_id), "participation_id": str(found.id)}
    answer = await clerk.send("POST", ADVANCES, body | {"need": MONEY | {"pence": 20_001}})
    refused(answer, 422, "advance-above")


async def test_an_advance_is_for_an_activity_to_come_of_the_person(clerk, place, activity, given):
    came, mine, begun = await activity(choice=None), await place(), await place()
    start = now() - timedelta(hours=1)
    times = {"starts_at": start, "ends_at": start + timedelta(hours=3)}
    await given.add(OpportunityTime(opportunity_id=begun.opportunity_id, **times))
    for found, person_id in (
        (came, came.person_id),
        (begun, begun.person_id),
        (mine, came.person_id),
    ):
        body = {"person_id": str(person_id), "participation_id": str(found.id), "need": MONEY}
        refused(await clerk.send("POST", ADVANCES, body), 422, "advance-activity")
    body |= {"participation_id": str(uuid4())}
    refused(await clerk.send("POST", ADVANCES, body), 422, "advance-activity")


async def test_nobody_decides_on_what_they_asked_for(someone, place, asked, approver, releaser):
    both = await someone("claims:read", "claims:write", "claims:approve", "payments:release")
    found = await place()
    told = {"person_id": str(found.person_id), "participation_id": str(found.id)}
    travel = await both.made(ADVANCES, **told, need=TRAVEL)
    refused(await act(both, travel, "decision", {"agreed": True}), 403, "advance-self")
    other = await asked(participation=found)
    refused(await act(both, other, "decision", {"agreed": True}), 403, "advance-self")
    await agree(approver, other)
    refused(await act(both, other, "payment", PAID), 403, "advance-self")
    assert (await act(releaser, other, "payment", PAID)).status_code == 200


async def test_who_agreed_does_not_pay_and_nobody_pays_themselves(
    someone, asked, given, approver, releaser
):
    both = await someone("claims:read", "claims:approve", "payments:release")
    advance = await agree(both, await asked())
    refused(await act(both, advance, "payment", PAID), 403, "advance-hands")
    told = {"person_id": UUID(advance["person_id"]), "user_id": UUID(releaser.id)}
    await given.add(PersonUser(noted_by=uuid4(), **told))
    refused(await act(releaser, advance, "payment", PAID), 403, "advance-self")


async def test_a_person_asks_and_reads_their_own_alone(bound, place, asked, someone):
    me = await bound()
    found = await place(me.person)
    body = {"participation_id": str(found.id), "need": TRAVEL}
    made = await me.send("POST", OWN, body, Idempotency_Key="a")
    assert made.status_code == 201, made.text
    advance = made.json()
    assert made.headers["location"] == f"/v1/{OWN}/{advance['id']}"
    again = await me.send("POST", OWN, body, Idempotency_Key="a")
    assert again.headers["idempotency-replayed"] == "true"
    assert advance == IsPartialDict(on_behalf=False, status="asked")
    assert (await me.get(f"{OWN}/{advance['id']}")).json() == advance
    other = await asked()
    refused(await me.get(f"{OWN}/{other['id']}"), 404, "advance-not-found")
    assert (await me.get(OWN)).json()["items"] == [advance]
    assert (await me.get(OWN, status="paid")).json()["items"] == []
    staff = await someone("registers:read", "registers:on_behalf")
    spoken = await staff.send("POST", OWN, body, On_Behalf_Of=me.id)
    assert spoken.json()["on_behalf"] is True


async def test_advances_are_listed_and_seen_within_their_directorate(
    asked, place, given, someone, clerk
):
    own, other = await given.directorate(), await given.directorate()
    advance = await asked(participation=await place(directorate_id=own.id))
    filters = {"kind": "advance", "status": "asked", "person": advance["person_id"]}
    filters |= {"participation": advance["participation_id"]}
    found = (await clerk.get(ADVANCES, **filters)).json()["items"]
    assert found == [advance]
    for directorate, status in ((own, 200), (other, 404)):
        api = await someone("claims:read", "claims:approve", directorates=[str(directorate.id)])
        assert (await api.get(f"{ADVANCES}/{advance['id']}")).status_code == status
        assert len((await api.get(ADVANCES)).json()["items"]) == (status == 200)
        answer = await act(api, advance, "decision", {"agreed": True})
        assert answer.status_code == status


@pytest.fixture
def came(place, turned, session):
    """Let somebody come, and claim a fare for it: `await came(TAXI)`, approved if not otherwise."""
    found = []

    async def claim(*lines: dict, until: str = "approval") -> dict:
        attended = "UPDATE participation SET status = 'attended' WHERE id = :id"
        await session.execute(text(attended), {"id": found[0].id})
        await session.commit()
        return await turned(until, *lines, participation=found[0])

    async def begun():
        found.append(await place())
        return found[0], claim

    return begun


async def owed(session) -> int:
    """Sum what people were paid in advance and no claim accounts for."""
    told = "SELECT coalesce(sum(amount_pence), 0) FROM ledger_entry WHERE account = 'advances'"
    return await session.scalar(text(told))


async def test_what_was_paid_in_advance_is_accounted_for_by_claims(
    asked, came, approver, releaser, session
):
    place, claim = await came()
    advance = await agree(approver, await asked(participation=place))
    first, second = await claim(), await claim(TAXI)

    async def settled(claim: dict, pence: int):
        told = {"claim_id": claim["id"], "pence": pence, "kind": "taxi"}
        return await act(approver, advance, "settlements", told)

    refused(await settled(first, 1), 409, "advance-settled", outstanding_pence=0)
    await act(releaser, advance, "payment", PAID)
    assert await owed(session) == 4_500
    refused(await settled(first, 4_501), 409, "advance-settled", outstanding_pence=4_500)
    shown = (await settled(first, 1_000)).json()
    assert shown == IsPartialDict(status="paid", settled_pence=1_000)
    assert await owed(session) == 3_500
    refused(await settled(first, 1), 409, "advance-settled")
    shown = (await settled(second, 3_500)).json()
    assert shown == IsPartialDict(status="settled", settled_pence=4_500)
    assert await owed(session) == 0
    told = "SELECT line_kind, sum(amount_pence) FROM ledger_entry WHERE account = 'expense'"
    spent = await session.execute(text(f"{told} GROUP BY line_kind"))
    assert spent.all() == [("taxi", 4_500)]


async def test_only_an_approved_claim_of_the_activity_accounts_for_an_advance(
    asked, came, approver, releaser, claimed, clerk
):
    place, claim = await came()
    advance = await agree(approver, await asked(participation=place))
    await act(releaser, advance, "payment", PAID)
    for found, status, slug in (
        (await claim(until="certification"), 409, "claim-status"),
        (await claimed(), 422, "advance-activity"),
        (await claimed(TAXI, participation=place), 409, "claim-status"),
    ):
        told = {"claim_id": found["id"], "pence": 1}
        refused(await act(approver, advance, "settlements", told), status, slug)
    await clerk.send("POST", f"reimbursements/claims/{found['id']}/withdrawal", None)
    refused(await act(approver, advance, "settlements", told), 422, "advance-activity")


async def test_a_claim_that_was_sent_back_after_its_approval_accounts_for_nothing(
    asked, came, approver, releaser
):
    place, claim = await came()
    advance = await agree(approver, await asked(participation=place))
    await act(releaser, advance, "payment", PAID)
    found = await claim()
    questions = {"questions": "Which bus was it?"}
    answer = await approver.send(
        "POST", f"reimbursements/claims/{found['id']}/sending-back", questions
    )
    assert answer.json() == IsPartialDict(status="sent_back")
    told = {"claim_id": found["id"], "pence": 1}
    refused(await act(approver, advance, "settlements", told), 409, "claim-status")


async def test_no_more_is_settled_than_the_budget_has(asked, came, approver, releaser, session):
    place, claim = await came()
    advance = await agree(approver, await asked(participation=place))
    await act(releaser, advance, "payment", PAID)
    told = {"claim_id": (await claim())["id"], "pence": 4_500}
    await session.execute(text("UPDATE budget SET amount_pence = committed_pence + 4499"))
    await session.commit()
    refused(await act(approver, advance, "settlements", told), 409, "budget-exceeded")
    shown = (await approver.get(f"{ADVANCES}/{advance['id']}")).json()
    assert shown == IsPartialDict(status="paid", settled_pence=0)
    assert await owed(session) == 4_500


async def test_nobody_accounts_for_an_advance_of_whom_they_acted_for(
    asked, place, approver, releaser, claimed, someone
):
    found = await place()
    advance = await agree(approver, await asked(participation=found))
    await act(releaser, advance, "payment", PAID)
    both = await someone("claims:read", "claims:write", "claims:approve", name="Both")
    claim = await claimed(participation=found, by=both)
    told = {"claim_id": claim["id"], "pence": 1}
    refused(await act(both, advance, "settlements", told), 403, "advance-self")


async def test_the_database_holds_what_the_model_says(session, asked, approver, releaser):
    money, travel = await asked(), await asked(TRAVEL)
    agreed = await agree(approver, await asked())
    change = "UPDATE advance SET {} WHERE id = :id"
    by, on = "gen_random_uuid()", "current_date"
    decided = f"decided_by = {by}, decided_on = {on}"
    done = f"done_by = {by}, done_on = {on}"
    for advance, told, rule in (
        (money, "pence = NULL", "ck_advance_parts"),
        (money, "what = 'x'", "ck_advance_parts"),
        (money, "pence = 0", "ck_advance_pence"),
        (travel, "travel_on = NULL", "ck_advance_parts"),
        (money, "decided_on = current_date", "ck_advance_by_somebody"),
        (money, f"status = 'declined', {decided}", "ck_advance_reasoned"),
        (money, f"status = 'paid', {decided}, {done}", "goes on from where"),
        (money, f"status = 'agreed', decided_by = asked_by, decided_on = {on}", "nobody decides"),
        (money, f"status = 'agreed', decided_by = person_id, decided_on = {on}", "nobody decides"),
        (agreed, f"status = 'paid', done_by = decided_by, done_on = {on}", "does not pay"),
        (agreed, f"status = 'booked', {done}", "ck_advance_status_of_kind"),
        (agreed, "settled_pence = 1", "ck_advance_settled_pence"),
    ):
        with pytest.raises(Exception, match=rule):
            async with session.begin_nested():
                await session.execute(text(change.format(told)), {"id": advance["id"]})
    copied = (
        "INSERT INTO advance SELECT (jsonb_populate_record(a, to_jsonb(a) || jsonb_build_object("
        "'id', gen_random_uuid(), {}))).* FROM advance a WHERE a.id = :id"
    )
    for told, rule in (
        ("'pence', 20001", "no more is paid"),
        ("'status', 'agreed'", "asked for at first"),
        ("'person_id', gen_random_uuid()", "is to come"),
        ("'version', 1", "uq_advance_money_once"),
    ):
        with pytest.raises(Exception, match=rule):
            async with session.begin_nested():
                await session.execute(text(copied.format(told)), {"id": money["id"]})


async def test_of_two_who_ask_for_money_at_once_one_is_refused(scratch_url):
    engine = create_engine(scratch_url, "app", pool=2)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        given = Given(session)
        lead = await given.user()
        person = await given.add(
            Person(
                name="Amara Okafor",
                email="amara@example.org",
                preferred_channel="email",
                status="active",
                status_since=today(),
                lead_id=lead.id,
            )
        )
        opportunity = await given.add(
            Opportunity(
                kind="qi_project",
                title="x",
                summary="x",
                experience_relevant=True,
                places=2,
                level=4,
                coordinator_id=lead.id,
                easy_read="x",
                status="published",
                published_on=today(),
            )
        )
        told = {"opportunity_id": opportunity.id, "person_id": person.id, "changed_by": lead.id}
        found = Participation(**told, status="applied", status_since=today())
        await given.add(found)
        found.status = ParticipationStatus.ACCEPTED
        await session.commit()
    ask = text(
        "INSERT INTO advance (id, person_id, participation_id, opportunity_id, kind, pence, status,"
        " asked_by, on_behalf, settled_pence, created_at, updated_at, version) VALUES"
        " (gen_random_uuid(), :person, :participation, :opportunity, 'advance', 100, 'asked',"
        " :person, false, 0, now(), now(), 1)"
    )
    own = {"person": person.id, "participation": found.id, "opportunity": opportunity.id}
    async with sessions() as first, sessions() as second:
        await first.execute(ask, own)
        waiting = asyncio.create_task(second.execute(ask, own))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await first.commit()
        with pytest.raises(Exception, match="uq_advance_money_once"):
            await waiting
    await engine.dispose()
