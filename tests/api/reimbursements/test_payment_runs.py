"""Runs: made by one, released by another, their file written once, their results by reference."""

import csv
import hashlib
import io
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from dirty_equals import IsPartialDict
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.clock import now, today
from app.domain.people.notices import words
from app.domain.reimbursements.choices.models import Choice, PaymentChoice
from app.domain.reimbursements.ledger import queries as ledger
from app.domain.reimbursements.payments import telling
from app.worker.topics import remittances
from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import CLAIMS, FARE, FEE
from tests.api.reimbursements.paying import done

RUNS = "reimbursements/payment-runs"
PAYABLE = {"route": "accounts_payable"}


@pytest.fixture
async def payer(someone):
    return await someone("payments:create", "payments:read", name="Pat Payments")


@pytest.fixture
async def releaser(someone):
    return await someone("payments:read", "payments:release", name="Rae Releaser")


@pytest.fixture
def numbered(setter, confirmer):
    """Let two people stand for the numbers that somebody is paid by."""

    async def made(person_id: str) -> None:
        place = f"reimbursements/payees/{person_id}/numbers"
        told = {"payroll_number": f"P{person_id[-6:]}", "supplier_number": f"S{person_id[-6:]}"}
        await done(setter, "PUT", place, told | {"prefers": "supplier_number"})
        await done(confirmer, "POST", f"{place}/confirmation", None)

    return made


@pytest.fixture
def approved(turned, numbered):
    async def made(*lines: dict, **told) -> dict:
        claim = await turned("approval", *lines, **told)
        await numbered(claim["person_id"])
        return claim

    return made


async def run_of(payer, route="accounts_payable") -> dict:
    return await payer.made(RUNS, route=route)


async def released(releaser, run: dict) -> dict:
    answer = await releaser.send("POST", f"{RUNS}/{run['id']}/release", {})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def payments(payer, run: dict) -> list[dict]:
    return (await payer.get(f"{RUNS}/{run['id']}/payments")).json()["items"]


async def results(payer, run: dict, outcome: str = "paid", code: str = "", **others):
    """Send what came of a run: every payment the same, but for references told otherwise."""
    rows = ["reference,outcome,day,reason_code,amount"]
    for each in await payments(payer, run):
        told = others.get(each["reference"], outcome)
        pounds = f"{each['amount_pence'] // 100}.{each['amount_pence'] % 100:02}"
        rows.append(f"{each['reference']},{told},{today()},{code},{pounds}")
    files = {"file": ("results.csv", "\n".join(rows) + "\n", "text/csv")}
    place = f"/v1/{RUNS}/{run['id']}/results"
    return await payer.client.post(place, files=files, headers=payer.headers)


async def claim_of(clerk, claim: dict) -> dict:
    return (await clerk.get(f"{CLAIMS}/{claim['id']}")).json()


async def test_a_claim_is_paid_by_a_run_that_two_people_stand_for(
    approved, payer, releaser, clerk, budget, session
):
    claim = await approved(FARE)
    run = await run_of(payer)
    assert run == IsPartialDict(
        payments=1, total_pence=420, status="made", layout="accounts_payable_csv"
    )
    assert run["input_on"] <= run["processing_on"] < run["arrival_on"]
    assert (await claim_of(clerk, claim))["status"] == "in_run"
    assert (await released(releaser, run))["status"] == "released"
    assert (await claim_of(clerk, claim)) == IsPartialDict(status="sent", held_by="finance")
    answer = await results(payer, run)
    assert answer.json() == {"paid": 1, "returned": 0, "unknown": 0}
    assert (await claim_of(clerk, claim)) == IsPartialDict(status="paid", held_by="nobody")
    await session.refresh(budget)
    assert (budget.committed_pence, budget.spent_pence) == (0, 420)
    answer = await payer.get(f"{RUNS}/proof", first=str(today()), last=run["arrival_on"])
    assert answer.json() == IsPartialDict(holds=True)
    assert answer.json()["items"][0] == IsPartialDict(booked_pence=420, file_pence=420)
    assert (await payer.get(f"{RUNS}/{run['id']}")).json() == IsPartialDict(
        status="settled", paid=1
    )
    assert (await ledger.proof(session, today())).unbalanced == 0


async def test_a_file_is_the_same_for_ever_and_says_what_is_paid(approved, payer, session):
    await approved(FARE)
    run = await run_of(payer)
    first = await payer.get(f"{RUNS}/{run['id']}/file")
    again = await payer.get(f"{RUNS}/{run['id']}/file")
    assert first.content == again.content
    assert hashlib.sha256(first.content).hexdigest() == run["file_sha256"]
    assert first.headers["content-disposition"] == f'attachment; filename="{run["file_name"]}"'
    rows = list(csv.reader(io.StringIO(first.text)))
    assert any("4.20" in row for row in rows)
    sealed = (await session.scalars(text("SELECT sealed FROM payment_file"))).one()
    assert "Amara" not in sealed
    reads = (await session.scalars(text("SELECT count(*) FROM payment_file_read"))).one()
    assert reads == 2


async def test_each_route_has_a_run_of_its_own(approved, payer, releaser, clerk):
    claim = await approved(FARE, FEE)
    first = await run_of(payer)
    assert first["total_pence"] == 420
    assert (await claim_of(clerk, claim))["status"] == "in_run"
    await released(releaser, first)
    await results(payer, first)
    assert (await claim_of(clerk, claim))["status"] == "in_run"
    second = await run_of(payer, "payroll")
    assert second["total_pence"] == 7_500
    await released(releaser, second)
    assert (await claim_of(clerk, claim))["status"] == "sent"
    await results(payer, second)
    assert (await claim_of(clerk, claim))["status"] == "paid"
    history = (await clerk.get(f"{CLAIMS}/{claim['id']}/history")).json()["items"]
    assert [each["act"] for each in history[4:]] == ["take", "send", "pay"]


@pytest.fixture
async def charity_with_account(setter, confirmer, session) -> UUID:
    """A charity whose bank account two people stand for, its wait over."""
    told = {"name": "Mind in the Shire", "charity_number": "219830", "supplier_number": None}
    account = {"sort_code": "12-34-56", "account_number": "12345678", "account_name": "Mind"}
    found = await setter.made("reimbursements/charities", **told, bank_account=account)
    place = f"reimbursements/charities/{found['id']}/confirmation"
    await done(confirmer, "POST", place, {"how": "called_back"})
    await session.execute(text("SET LOCAL ROLE everyvoice_owner"))
    await session.execute(text("ALTER TABLE charity DISABLE TRIGGER USER"))
    await session.execute(text("UPDATE charity SET usable_from = confirmed_on"))
    await session.execute(text("ALTER TABLE charity ENABLE TRIGGER USER"))
    await session.execute(text("SET LOCAL ROLE everyvoice_worker"))
    await session.commit()
    return UUID(found["id"])


async def test_a_fee_for_a_charity_goes_to_the_charitys_account(
    turned, activity, payer, charity_with_account, given
):
    came = await activity(choice=None)
    told = {"person_id": came.person_id, "participation_id": came.id, "told_by": uuid4()}
    told |= {"choice": Choice.TO_CHARITY, "charity_id": charity_with_account, "on_behalf": False}
    await given.add(PaymentChoice(**told, made_at=now() - timedelta(days=5)))
    await turned("approval", FEE, participation=came)
    run = await run_of(payer, "charity")
    written = (await payer.get(f"{RUNS}/{run['id']}/file")).text
    assert "Mind in the Shire" in written
    assert "12345678" in written
    assert "Amara" not in written


async def test_who_has_no_payee_that_two_stand_for_waits(turned, payer, numbered):
    claim = await turned("approval", FARE)
    refused(await payer.send("POST", RUNS, PAYABLE), 409, "payment-run-empty")
    waiting = (await payer.get(f"{RUNS}/waiting")).json()["items"]
    (told,) = [each for each in waiting if each["route"] == "accounts_payable"]
    assert told == IsPartialDict(claims=1, payable=0)
    await numbered(claim["person_id"])
    assert (await run_of(payer))["payments"] == 1


async def test_a_void_run_gives_back_what_it_took(approved, payer, releaser, clerk):
    claim = await approved(FARE)
    run = await run_of(payer)
    answer = await payer.send("POST", f"{RUNS}/{run['id']}/void", None)
    assert answer.json()["status"] == "void"
    assert (await claim_of(clerk, claim))["status"] == "approved"
    answer = await releaser.send("POST", f"{RUNS}/{run['id']}/release", {})
    refused(answer, 409, "payment-run-status", state="void")
    refused(await results(payer, run), 409, "payment-run-status")
    again = await run_of(payer)
    assert [each["reference"][-2:] for each in await payments(payer, again)] == ["A2"]


async def test_a_release_is_only_looked_at_where_that_is_asked(approved, payer, releaser):
    await approved(FARE)
    run = await run_of(payer)
    place = f"{RUNS}/{run['id']}/release"
    answer = await releaser.send("POST", place, {"validate_only": True})
    assert answer.json() == run | {"version": run["version"]}
    assert (await releaser.send("POST", place, {})).json()["status"] == "released"
    answer = await releaser.send("POST", place, {"validate_only": True})
    refused(answer, 409, "payment-run-status")


async def test_what_comes_back_is_paid_again_by_another_run(
    approved, payer, releaser, clerk, budget, session
):
    claim = await approved(FARE)
    place = f"{CLAIMS}/{claim['id']}/retry"
    refused(await payer.send("POST", place, None), 409, "payment-not-returned")
    run = await run_of(payer)
    await released(releaser, run)
    assert (await results(payer, run, "returned", "ACCOUNT-CLOSED")).json()["returned"] == 1
    assert (await claim_of(clerk, claim)) == IsPartialDict(status="returned", held_by="finance")
    await session.refresh(budget)
    assert (budget.committed_pence, budget.spent_pence) == (420, 0)
    assert (await payer.send("POST", place, None)).json()["status"] == "approved"
    again = await run_of(payer)
    await released(releaser, again)
    await results(payer, again)
    assert (await claim_of(clerk, claim))["status"] == "paid"


async def test_what_was_paid_and_then_came_back_is_committed_again(
    approved, payer, releaser, clerk, budget, session
):
    claim = await approved(FARE)
    run = await run_of(payer)
    await released(releaser, run)
    await results(payer, run)
    assert (await results(payer, run)).json()["paid"] == 1
    await session.refresh(budget)
    assert (budget.committed_pence, budget.spent_pence) == (0, 420)
    await results(payer, run, "returned", "R1")
    await session.refresh(budget)
    assert (budget.committed_pence, budget.spent_pence) == (420, 0)
    assert (await claim_of(clerk, claim))["status"] == "returned"
    assert (await ledger.proof(session, today())).unbalanced == 0
    answer = await payer.get(f"{RUNS}/proof", first=str(today()), last=run["arrival_on"])
    assert answer.json()["holds"] is True
    answer = await clerk.send("POST", f"{CLAIMS}/{claim['id']}/withdrawal", None)
    assert answer.json()["status"] == "withdrawn"
    await session.refresh(budget)
    assert budget.committed_pence == 0


async def test_of_what_is_unknown_a_later_file_tells(approved, payer, releaser, clerk):
    claim = await approved(FARE)
    run = await run_of(payer)
    await released(releaser, run)
    assert (await results(payer, run, "unknown")).json()["unknown"] == 1
    assert (await claim_of(clerk, claim))["status"] == "sent"
    await results(payer, run)
    assert (await claim_of(clerk, claim))["status"] == "paid"


async def test_a_result_file_with_a_wrong_line_is_not_taken(approved, payer, releaser, clerk):
    claim = await approved(FARE)
    run = await run_of(payer)
    await released(releaser, run)
    reference = (await payments(payer, run))[0]["reference"]
    answer = await results(payer, run, **{reference: "gone"})
    refused(answer, 422, "payment-results")
    assert answer.json()["errors"] == [
        {"pointer": "#/lines/2/outcome", "detail": "unknown", "code": "unknown"}
    ] or answer.json()["errors"][0]["pointer"].startswith("#/lines/2/")
    files = {"file": ("r.csv", "x,y\n", "text/csv")}
    place = f"/v1/{RUNS}/{run['id']}/results"
    answer = await payer.client.post(place, files=files, headers=payer.headers)
    assert answer.json()["type"] == "/problems/result-file"
    assert (await claim_of(clerk, claim))["status"] == "sent"


@pytest.fixture
def hands(payer, clerk, coordinator, approver, setter, confirmer) -> tuple:
    return (payer, clerk, coordinator, approver, setter, confirmer)


async def test_whoever_had_a_hand_in_it_is_refused_by_the_database(approved, hands, session):
    await approved(FARE)
    await run_of(hands[0])
    statement = text(
        "UPDATE payment_run SET status = 'released', released_at = now(), released_by = :who"
    )
    for api in hands:
        tried = await session.begin_nested()
        with pytest.raises(IntegrityError, match=r"released_by_another|hand in it"):
            await session.execute(statement, {"who": api.id})
        await tried.rollback()


async def test_a_hand_in_it_is_refused_through_the_api_too(turned, numbered, someone, payer):
    both = await someone("payments:create", "payments:read", "payments:release", name="Both")
    claim = await turned("approval", FARE)
    await numbered(claim["person_id"])
    run = await run_of(both)
    place = f"{RUNS}/{run['id']}/release"
    for body in ({"validate_only": True}, {}):
        refused(await both.send("POST", place, body), 403, "payment-run-releaser")


async def test_a_claim_that_changed_meanwhile_is_not_released(approved, payer, releaser, session):
    await approved(FARE)
    run = await run_of(payer)
    for statement in (
        "SET CONSTRAINTS ALL IMMEDIATE",
        "SET LOCAL ROLE everyvoice_owner",
        "ALTER TABLE claim_line DISABLE TRIGGER USER",
        "UPDATE claim_line SET amount_pence = 1",
        "ALTER TABLE claim_line ENABLE TRIGGER USER",
        "SET CONSTRAINTS ALL DEFERRED",
        "SET LOCAL ROLE everyvoice_worker",
    ):
        await session.execute(text(statement))
    await session.commit()
    answer = await releaser.send("POST", f"{RUNS}/{run['id']}/release", {})
    refused(answer, 409, "payment-run-changed")


async def test_a_layout_that_is_not_in_use_writes_nothing(approved, payer):
    await approved(FARE)
    for layout in ("bacs18", "unknown", "payroll_csv"):
        answer = await payer.send("POST", RUNS, PAYABLE | {"layout": layout})
        refused(answer, 409, "payment-layout-missing")
    assert (await payer.made(RUNS, **PAYABLE, layout="accounts_payable_csv"))["payments"] == 1


async def test_runs_are_listed_and_a_key_makes_one(approved, payer):
    await approved(FARE)
    first = await payer.send("POST", RUNS, PAYABLE, Idempotency_Key="r-1")
    again = await payer.send("POST", RUNS, PAYABLE, Idempotency_Key="r-1")
    assert first.json()["id"] == again.json()["id"]
    found = (await payer.get(RUNS, route="accounts_payable", status="made")).json()["items"]
    assert [each["id"] for each in found] == [first.json()["id"]]
    assert (await payer.get(RUNS, status="void")).json()["items"] == []


async def told(session, kind: str) -> list[str]:
    found = text("SELECT text FROM message WHERE kind = :kind ORDER BY id")
    return list(await session.scalars(found, {"kind": kind}))


async def work(session) -> None:
    """Do what was promised of telling people, as the worker does, until nothing is left."""
    found = text("SELECT id, payload FROM jobs.pgqueuer WHERE entrypoint = 'remittances'")
    done: set[int] = set()
    while left := [row for row in await session.execute(found) if row.id not in done]:
        for row in left:
            await remittances.handle(session, row.payload)
            await session.commit()
            done.add(row.id)


async def test_each_person_is_told_once_what_is_on_its_way(
    approved, payer, releaser, session, monkeypatch
):
    monkeypatch.setattr(telling, "AT_ONCE", 1)
    await approved(FARE)
    await approved(FARE | {"amount_pence": 12_345, "kind": "parking"})
    run = await run_of(payer)
    await released(releaser, run)
    assert await told(session, "remittance") == []
    await work(session)
    await work(session)
    first, second = sorted(await told(session, "remittance"), key=len, reverse=True)
    assert "£4.20" in first
    assert "£123.45" in second
    assert "Parking" in second
    assert words.day(date.fromisoformat(run["arrival_on"])) in first


async def test_people_are_told_what_becomes_of_their_claims(
    turned, approved, approver, payer, releaser, session
):
    claim = await turned("certification", FARE)
    place = f"{CLAIMS}/{claim['id']}"
    await approver.send("POST", f"{place}/sending-back", {"questions": "Which bus was it?"})
    (sent_back,) = await told(session, "claim_sent_back")
    assert "Which bus was it?" in sent_back
    claim = await turned("certification", FARE)
    place = f"{CLAIMS}/{claim['id']}"
    await approver.send("POST", f"{place}/rejection", {"reason": "Paid by others."})
    (rejected,) = await told(session, "claim_rejected")
    assert "Paid by others." in rejected
    await approved(FARE)
    run = await run_of(payer)
    await released(releaser, run)
    await results(payer, run, "returned", "R1")
    (returned,) = await told(session, "claim_returned")
    assert (await payments(payer, run))[0]["reference"] in returned


@pytest.fixture
def returned(approved, payer, releaser):
    """Let what a claim is paid by accounts payable come back; gives the claim and its run."""

    async def made(*lines: dict) -> tuple[dict, dict]:
        claim = await approved(*lines)
        run = await run_of(payer)
        await released(releaser, run)
        await results(payer, run, "returned", "ACCOUNT-CLOSED")
        return claim, run

    return made


async def test_what_came_back_of_a_withdrawn_claim_is_told_once_more_and_changes_nothing(
    returned, payer, clerk
):
    claim, run = await returned(FARE)
    place = f"{CLAIMS}/{claim['id']}"
    assert (await clerk.send("POST", f"{place}/withdrawal", None)).status_code == 200
    again = await results(payer, run, "returned", "ACCOUNT-CLOSED")
    assert again.json() == {"paid": 0, "returned": 1, "unknown": 0}
    refused(await payer.send("POST", f"{place}/retry", None), 409, "payment-not-returned")
    assert (await claim_of(clerk, claim))["status"] == "withdrawn"


async def test_what_came_back_before_a_claim_was_begun_anew_is_history(returned, payer, clerk):
    claim, run = await returned(FARE)
    place = f"{CLAIMS}/{claim['id']}"
    assert (await payer.send("POST", f"{place}/retry", None)).json()["status"] == "approved"
    lines = {"lines": [FARE | {"amount_pence": 500}]}
    assert (await clerk.send("PUT", f"{place}/lines", lines)).json()["status"] == "submitted"
    assert (await results(payer, run, "returned", "ACCOUNT-CLOSED")).status_code == 200
    refused(await payer.send("POST", f"{place}/retry", None), 409, "payment-not-returned")
    assert (await claim_of(clerk, claim))["status"] == "submitted"


@pytest.mark.parametrize("gone", [False, True])
async def test_a_claim_is_not_withdrawn_while_another_route_pays_some_of_it(
    approved, payer, releaser, clerk, gone
):
    claim = await approved(FARE, FEE)
    first, second = await run_of(payer), await run_of(payer, "payroll")
    await released(releaser, first)
    if gone:
        await released(releaser, second)
    await results(payer, first, "returned", "R1")
    answer = await clerk.send("POST", f"{CLAIMS}/{claim['id']}/withdrawal", None)
    refused(answer, 409, "claim-part-paid")
    if not gone:
        assert (await payer.send("POST", f"{RUNS}/{second['id']}/void", None)).status_code == 200
        answer = await clerk.send("POST", f"{CLAIMS}/{claim['id']}/withdrawal", None)
        assert answer.json()["status"] == "withdrawn"


async def test_the_lines_of_what_came_back_are_settled(returned, clerk):
    claim, _ = await returned(FARE)
    answer = await clerk.send("PUT", f"{CLAIMS}/{claim['id']}/lines", {"lines": [FARE]})
    refused(answer, 409, "claim-status", state="returned")
