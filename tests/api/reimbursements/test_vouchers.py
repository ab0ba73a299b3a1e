from uuid import uuid4

import pytest
from dirty_equals import IsPartialDict

from app.core.clock import today
from app.domain.reimbursements.budgets import spending
from app.domain.reimbursements.vouchers import service
from tests.api.registers.conftest import refused
from tests.budgeting import budget, move, person

VOUCHERS = "reimbursements/vouchers"
BATCH = {"first_number": 101, "count": 3, "value_pence": 1000}


@pytest.fixture
async def api(api_of):
    return await api_of("budgets:manage")


async def test_vouchers_are_bought_in_a_batch_once(api):
    first = await api.send("POST", VOUCHERS, BATCH, Idempotency_Key="a")
    made = first.json()
    assert first.headers["location"] == f"/v1/reimbursements/ledger/postings/{made['id']}"
    assert made == IsPartialDict(kind="voucher_purchase", day=str(today()), budget_id=None)
    booked = {each["account"]: each["amount_pence"] for each in made["entries"]}
    assert booked == {"voucher_stock": 3000, "bank": -3000}
    again = await api.send("POST", VOUCHERS, BATCH, Idempotency_Key="a")
    assert again.json() == made
    refused(await api.send("POST", VOUCHERS, BATCH), 409, "voucher-number-taken")
    items = (await api.get(VOUCHERS, status="in_stock")).json()["items"]
    assert {each["number"] for each in items} == {101, 102, 103}
    place = f"{VOUCHERS}/{items[0]['id']}"
    assert (await api.get(place)).json() == items[0]
    refused(await api.get(f"{VOUCHERS}/{made['id']}"), 404, "voucher-not-found")


async def test_a_voucher_is_voided_with_a_reason(api):
    await api.made(VOUCHERS, **BATCH)
    found = (await api.get(VOUCHERS)).json()["items"][0]
    place = f"{VOUCHERS}/{found['id']}/void"
    answer = await api.send("POST", place, {"reason": "damaged"}, If_Match='"1"')
    assert answer.json() == IsPartialDict(
        status="void", void_reason="damaged", voided_on=str(today()), version=2
    )
    refused(await api.send("POST", place, {"reason": "lost"}), 409, "voucher-status", state="void")
    unknown = f"{VOUCHERS}/{uuid4()}/void"
    refused(await api.send("POST", unknown, {"reason": "lost"}), 404, "voucher-not-found")


async def test_what_was_issued_is_found_by_person_claim_and_day(api, given, session):
    await api.made(VOUCHERS, **BATCH)
    amara, own = await person(given), await budget(given)
    told = {"claim_id": uuid4(), "person_id": amara.id}
    await spending.reserve(session, move(own.id, 2000, **told))
    await service.issue(session, move(own.id, 2000, **told), "R-2026/1")
    await session.commit()
    day = str(today())
    for filters in (
        {"person": str(amara.id)},
        {"claim": str(told["claim_id"])},
        {"issued_from": day, "issued_to": day},
        {"status": "issued"},
    ):
        items = (await api.get(VOUCHERS, **filters)).json()["items"]
        assert {each["number"] for each in items} == {101, 102}
        assert {each["signature_reference"] for each in items} == {"R-2026/1"}
