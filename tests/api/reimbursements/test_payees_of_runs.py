"""Who set where somebody is paid lets no money go there; what was changed since goes nowhere."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import CLAIMS, FARE
from tests.api.reimbursements.paying import done

RUNS = "reimbursements/payment-runs"
OTHERS = {"route": "accounts_payable"}
NUMBERS = {"payroll_number": "20123456", "supplier_number": "S-1", "prefers": "supplier_number"}


@pytest.fixture
async def payer(someone):
    return await someone("payments:create", "payments:read", name="Pat Payments")


@pytest.fixture
async def releaser(someone):
    return await someone("payments:read", "payments:release", name="Rae Releaser")


@pytest.fixture
async def both(someone):
    """Somebody who keeps payees and may release too."""
    return await someone("payees:read", "payees:manage", "payments:read", "payments:release")


async def told(claim: dict, by, confirmer=None) -> None:
    place = f"reimbursements/payees/{claim['person_id']}/numbers"
    await done(by, "PUT", place, NUMBERS)
    if confirmer is not None:
        await done(confirmer, "POST", f"{place}/confirmation", None)


async def test_who_told_a_payee_once_does_not_release_whatever_was_told_since(
    turned, payer, both, setter, confirmer
):
    claim = await turned("approval", FARE)
    await told(claim, both, confirmer)
    run = await payer.made(RUNS, route="accounts_payable")
    await told(claim, setter)
    answer = await both.send("POST", f"{RUNS}/{run['id']}/release", {})
    refused(answer, 403, "payment-run-releaser")


async def test_a_run_whose_payees_were_told_anew_is_not_released(
    turned, payer, releaser, setter, confirmer
):
    claim = await turned("approval", FARE)
    await told(claim, setter, confirmer)
    run = await payer.made(RUNS, route="accounts_payable")
    await told(claim, setter)
    place = f"{RUNS}/{run['id']}/release"
    for body in ({"validate_only": True}, {}):
        refused(await releaser.send("POST", place, body), 409, "payment-run-changed")
    assert (await payer.send("POST", f"{RUNS}/{run['id']}/void", None)).status_code == 200


async def test_the_database_lets_nobody_take_back_what_is_being_paid(
    turned, payer, setter, confirmer, session, clerk
):
    claim = await turned("approval", FARE)
    await told(claim, setter, confirmer)
    await payer.made(RUNS, route="accounts_payable")
    refused(
        await clerk.send("POST", f"{CLAIMS}/{claim['id']}/withdrawal", None), 409, "claim-status"
    )
    statement = text(
        "INSERT INTO claim_action (id, claim_id, claimant_id, number, round, act, from_status,"
        " to_status, actor_id, on_behalf, created_at, updated_at, version)"
        " SELECT gen_random_uuid(), id, person_id, moves + 1, round, 'withdraw', 'returned',"
        " 'withdrawn', gen_random_uuid(), false, now(), now(), 1 FROM claim"
    )
    tried = await session.begin_nested()
    with pytest.raises(IntegrityError, match="being paid"):
        await session.execute(statement)
    await tried.rollback()


async def past(session, table: str, change: str) -> None:
    """Change rows as no command does."""
    for statement in (
        "SET CONSTRAINTS ALL IMMEDIATE",
        "SET CONSTRAINTS ALL DEFERRED",
        "SELECT set_config('everyvoice.task', 'pay', true)",
        "SET LOCAL ROLE everyvoice_owner",
        f"ALTER TABLE {table} DISABLE TRIGGER USER",
        f"UPDATE {table} SET {change}",
        f"ALTER TABLE {table} ENABLE TRIGGER USER",
        "SET LOCAL ROLE everyvoice_worker",
    ):
        await session.execute(text(statement))
    await session.commit()


@pytest.fixture
async def to_accounts(session):
    """Have files to bank accounts in use beside those to supplier numbers."""
    await past(session, "payment_layout", "status = 'active' WHERE code = 'bacs18'")


async def banked(claim: dict, setter, confirmer) -> None:
    place = f"reimbursements/payees/{claim['person_id']}/bank-account"
    account = {"sort_code": "12-34-56", "account_number": "12345678", "account_name": "A Okafor"}
    await done(setter, "PUT", place, account)
    await done(confirmer, "POST", f"{place}/confirmation", {"how": "called_back"})


async def payable(payer) -> dict[str, int]:
    """Tell how many claims each layout could pay."""
    found = (await payer.get(f"{RUNS}/waiting")).json()["items"]
    return {each["layout"]: each["payable"] for each in found if each["route"] == OTHERS["route"]}


@pytest.mark.usefixtures("to_accounts")
async def test_a_bacs_run_pays_the_accounts_whose_wait_is_over(
    turned, payer, setter, confirmer, session
):
    await banked(await turned("approval", FARE), setter, confirmer)
    told = OTHERS | {"layout": "bacs18"}
    refused(await payer.send("POST", RUNS, told), 409, "payment-run-empty")
    await past(session, "bank_account", "usable_from = confirmed_on")
    answer = await payer.send("POST", RUNS, told)
    refused(answer, 409, "payment-file")
    faults = {(each["row"], each["code"]) for each in answer.json()["errors"]}
    assert {row for row, _ in faults} == {0}


@pytest.mark.usefixtures("to_accounts")
@pytest.mark.parametrize("prefers", ["supplier_number", "bank_account"])
async def test_of_two_ways_in_use_a_person_is_paid_by_the_one_they_prefer(
    prefers, turned, payer, setter, confirmer, session
):
    claim = await turned("approval", FARE)
    number, account = {"accounts_payable_csv": 1, "bacs18": 0}, {"accounts_payable_csv": 0}
    place = f"reimbursements/payees/{claim['person_id']}/numbers"
    await done(setter, "PUT", place, NUMBERS | {"prefers": prefers})
    assert await payable(payer) == dict.fromkeys(number, 0)
    await done(confirmer, "POST", f"{place}/confirmation", None)
    assert await payable(payer) == number
    await banked(claim, setter, confirmer)
    assert await payable(payer) == number
    await past(session, "bank_account", "usable_from = confirmed_on")
    chosen = number if prefers == "supplier_number" else account | {"bacs18": 1}
    assert await payable(payer) == chosen
    # With one way in use nobody waits for the other.
    await past(session, "payment_layout", "status = 'draft' WHERE code = 'bacs18'")
    assert await payable(payer) == {"accounts_payable_csv": 1}


async def test_vouchers_have_no_runs(payer):
    refused(await payer.send("POST", RUNS, {"route": "voucher"}), 409, "payment-layout-missing")
