from datetime import timedelta

import pytest
from dirty_equals import IsPartialDict

from app.core.clock import today
from app.domain.reimbursements.payees.modulus import service as modulus
from tests.api.registers.conftest import refused
from tests.api.reimbursements.paying import CANARY, TRACES, done
from tests.domain.reimbursements.payees.test_modulus import SUBSTITUTIONS, WEIGHTS

CHARITIES = "reimbursements/charities"
FRIENDS = {
    "name": "Oxford Mind Friends",
    "charity_number": "1234567",
    "supplier_number": None,
    "bank_account": CANARY,
}
HOW = {"how": "document_seen"}


async def test_a_charity_is_put_down_by_one_confirmed_by_another_and_retired(setter, confirmer):
    answer = await setter.send("POST", CHARITIES, FRIENDS, Idempotency_Key="a")
    made, where = answer.json(), answer.headers["location"].removeprefix("/v1/")
    assert answer.status_code == 201
    assert made == IsPartialDict(
        account="*****958", status="proposed", modulus="not_checked", set_by=setter.id, version=1
    )
    assert not [trace for trace in TRACES if trace in answer.text]
    again = await setter.send("POST", CHARITIES, FRIENDS, Idempotency_Key="a")
    assert (again.json(), again.headers["idempotency-replayed"]) == (made, "true")
    assert (await setter.get(where)).json() == made
    refused(await setter.send("POST", f"{where}/confirmation", HOW), 403, "payee-second-person")
    stale = await confirmer.send("POST", f"{where}/confirmation", HOW, If_Match='"2"')
    refused(stale, 412, "precondition-failed")
    given = await done(confirmer, "POST", f"{where}/confirmation", HOW)
    assert given == IsPartialDict(
        status="confirmed",
        confirmed_by=confirmer.id,
        confirmed_how="document_seen",
        usable_from=str(today() + timedelta(3)),
    )
    twice = await confirmer.send("POST", f"{where}/confirmation", HOW)
    refused(twice, 409, "charity-status", state="confirmed")
    refused(await setter.send("POST", CHARITIES, FRIENDS), 409, "charity-known")
    assert (await done(setter, "POST", f"{where}/retirement"))["status"] == "retired"
    refused(await setter.send("POST", f"{where}/retirement", None), 409, "charity-status")
    await setter.made(CHARITIES, **FRIENDS)
    listed = (await setter.get(CHARITIES)).json()["items"]
    assert [each["status"] for each in listed] == ["proposed", "retired"]
    listed = (await setter.get(CHARITIES, status="retired")).json()["items"]
    assert [each["id"] for each in listed] == [made["id"]]
    nowhere = f"{CHARITIES}/{setter.id}"
    refused(await setter.get(nowhere), 404, "charity-not-found")
    refused(await setter.send("POST", f"{nowhere}/retirement", None), 404, "charity-not-found")


async def test_a_charity_of_the_supplier_ledger_does_not_wait(setter, confirmer):
    told = {"bank_account": None, "supplier_number": "S-77"}
    made = await setter.made(CHARITIES, **FRIENDS | told)
    assert made == IsPartialDict(account=None, modulus=None, supplier_number="S-77")
    where = f"{CHARITIES}/{made['id']}/confirmation"
    given = await done(confirmer, "POST", where, {"how": "known_supplier"})
    assert given["usable_from"] == str(today())


async def test_a_charity_that_cannot_be_paid_is_refused(setter, session):
    unpaid = await setter.send("POST", CHARITIES, FRIENDS | {"bank_account": None})
    refused(unpaid, 422, "charity-unpaid")
    await modulus.load(session, WEIGHTS, SUBSTITUTIONS, today())
    await session.commit()
    wrong = CANARY | {"sort_code": "107999", "account_number": "88837493"}
    answer = await setter.send("POST", CHARITIES, FRIENDS | {"bank_account": wrong})
    refused(answer, 422, "bank-account-invalid")
    assert answer.json()["errors"][0]["pointer"] == "#/bank_account/account_number"


@pytest.mark.parametrize("number", ["12345", "12345678", "SC1", "x"])
async def test_a_number_that_no_charity_has_is_refused(setter, number):
    answer = await setter.send("POST", CHARITIES, FRIENDS | {"charity_number": number})
    refused(answer, 422, "invalid-request")
