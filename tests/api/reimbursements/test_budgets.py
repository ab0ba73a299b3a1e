from uuid import UUID, uuid4

import pytest
from dirty_equals import IsPartialDict

from app.domain.reimbursements.budgets import spending
from tests.api.registers.conftest import refused
from tests.api.registers.test_fund import ASKED, FUND
from tests.budgeting import award, move

CENTRES = "reimbursements/cost-centres"
BUDGETS = "reimbursements/budgets"
YEAR = {"starts_on": "2026-04-01", "name": "Involvement 2026/27"}


@pytest.fixture
async def api(api_of):
    return await api_of("budgets:read", "budgets:manage", "registers:read")


@pytest.fixture
def opened(api):
    """Open a budget of a cost centre of its own."""

    async def made(pence: int = 100_000, **told: object) -> dict:
        start = {"code": uuid4().hex[:8], "name": "Involvement"}
        centre = await api.made(CENTRES, **start | told)
        return await api.made(BUDGETS, cost_centre_id=centre["id"], amount_pence=pence, **YEAR)

    return made


async def test_a_cost_centre_is_opened_and_given_holders_and_accounts(api, given):
    told = {"code": "A1234", "name": "Involvement"}
    first = await api.send("POST", CENTRES, told, Idempotency_Key="a")
    made = first.json()
    place = f"{CENTRES}/{made['id']}"
    assert first.headers["location"] == f"/v1/{place}"
    assert made == told | {
        "id": made["id"],
        "directorate_id": None,
        "holders": [],
        "accounts": {},
        "version": 1,
    }
    again = await api.send("POST", CENTRES, told, Idempotency_Key="a")
    assert again.json() == made
    refused(await api.send("POST", CENTRES, told), 409, "cost-centre-code-taken")
    users = sorted([str((await given.user()).id) for _ in range(2)])
    held = await api.send("PUT", f"{place}/holders", {"holders": users}, If_Match='"1"')
    assert held.json() == IsPartialDict(holders=users, version=2)
    assert held.headers["etag"] == '"2"'
    for holders in ([users[0], users[0]], [made["id"]]):
        answer = await api.send("PUT", f"{place}/holders", {"holders": holders})
        refused(answer, 422, "budget-holder")
    stale = await api.send("PUT", f"{place}/accounts", {"accounts": {}}, If_Match='"1"')
    refused(stale, 412, "precondition-failed")
    accounts = {"involvement_fee": "52110", "mileage": "53200"}
    answer = await api.send("PUT", f"{place}/accounts", {"accounts": accounts})
    assert answer.json()["accounts"] == accounts
    other = await api.send("PUT", f"{place}/accounts", {"accounts": {"taxi": "53300"}})
    assert other.json()["accounts"] == {"taxi": "53300"}
    assert (await api.get(place)).json() == other.json()
    assert (await api.get(CENTRES, code="A1234")).json()["items"] == [other.json()]
    assert (await api.get(CENTRES, code="B")).json()["items"] == []


async def test_a_budget_is_opened_for_the_financial_year(api, opened):
    made = await opened(100_000)
    assert made == IsPartialDict(
        ends_on="2027-03-31", committed_pence=0, spent_pence=0, left_pence=100_000
    )
    start = {"cost_centre_id": made["cost_centre_id"], "amount_pence": 5} | YEAR
    overlap = start | {"starts_on": "2027-03-31"}
    refused(await api.send("POST", BUDGETS, overlap), 409, "budget-overlaps")
    early = start | {"starts_on": "2026-03-31"}
    before = await api.send("POST", BUDGETS, early)
    assert before.json() == IsPartialDict(starts_on="2026-03-31", ends_on="2026-03-31")
    ended = start | {"starts_on": "2028-04-02", "ends_on": "2028-04-01"}
    refused(await api.send("POST", BUDGETS, ended), 422, "budget-period")
    unknown = start | {"cost_centre_id": made["id"]}
    refused(await api.send("POST", BUDGETS, unknown), 404, "cost-centre-not-found")
    neither = {name: start[name] for name in start if name != "amount_pence"}
    refused(await api.send("POST", BUDGETS, neither), 422, "invalid-request")
    of = {"cost_centre": made["cost_centre_id"]}
    assert len((await api.get(BUDGETS, **of)).json()["items"]) == 2
    (found,) = (await api.get(BUDGETS, **of, on="2026-04-01")).json()["items"]
    assert found == made == (await api.get(f"{BUDGETS}/{made['id']}")).json()


async def test_a_budget_is_raised_and_lowered_with_a_reason(api, opened, session):
    made = await opened(1000)
    place = f"{BUDGETS}/{made['id']}"
    await spending.reserve(session, move(UUID(made["id"]), 600))
    await session.commit()
    told = {"amount_pence": 2000, "reason": "More in May."}
    refused(await api.send("PATCH", place, told, If_Match='"1"'), 412, "precondition-failed")
    raised = await api.send("PATCH", place, told, If_Match='"2"')
    assert raised.json() == IsPartialDict(amount_pence=2000, left_pence=1400, committed_pence=600)
    below = told | {"amount_pence": 599}
    refused(await api.send("PATCH", place, below), 409, "budget-amount", used_pence=600)
    await api.send("PATCH", place, told | {"amount_pence": 600})
    changes = (await api.get(f"{place}/changes")).json()["items"]
    assert [(each["before_pence"], each["after_pence"]) for each in changes] == [
        (1000, 2000),
        (2000, 600),
    ]
    assert changes[0]["reason"] == "More in May."
    unknown = f"{BUDGETS}/{made['cost_centre_id']}"
    refused(await api.send("PATCH", unknown, told), 404, "budget-not-found")


async def test_an_award_becomes_a_budget(api, api_of, given):
    centre = await api.made(CENTRES, code="FUND", name="Co-production fund")
    asked = await award(given, 50_000)
    start = {"cost_centre_id": centre["id"], "fund_application_id": str(asked.id)} | YEAR
    other = await api.send("POST", BUDGETS, start | {"amount_pence": 50_000})
    refused(other, 422, "invalid-request")
    applied = await (await api_of("registers:read", "registers:opportunities")).made(FUND, **ASKED)
    early = await api.send("POST", BUDGETS, start | {"fund_application_id": applied["id"]})
    refused(early, 409, "budget-of-award", detail="It is submitted")
    made = await api.made(BUDGETS, **start)
    assert made == IsPartialDict(amount_pence=50_000, left_pence=50_000, billed_pence=0)
    refused(await api.send("POST", BUDGETS, start), 409, "budget-of-award")
    place = f"{BUDGETS}/{made['id']}"
    change = await api.send("PATCH", place, {"amount_pence": 60_000, "reason": "x"})
    refused(change, 409, "budget-of-award")
    second = await api.made(BUDGETS, cost_centre_id=centre["id"], amount_pence=5, **YEAR)
    assert second["fund_application_id"] is None
    of = {"fund_application": str(asked.id)}
    assert (await api.get(BUDGETS, **of)).json()["items"] == [made]
    unknown = start | {"fund_application_id": made["id"]}
    refused(await api.send("POST", BUDGETS, unknown), 404, "fund-application-not-found")


async def test_budgets_are_seen_by_directorate_and_the_whole_trust_s_by_all(
    api_of, api, opened, given
):
    own, other = await given.directorate(), await given.directorate()
    limited = await api_of("budgets:read", "budgets:manage", directorates=[own.id])
    mine = await opened(directorate_id=str(own.id))
    theirs = await opened(directorate_id=str(other.id))
    whole = await opened()
    seen = {item["id"] for item in (await limited.get(BUDGETS)).json()["items"]}
    assert seen == {mine["id"], whole["id"]}
    assert theirs["directorate_id"] == str(other.id)
    named = (await api.get(BUDGETS, directorate=other.code)).json()["items"]
    assert [item["id"] for item in named] == [theirs["id"]]
    centres = (await limited.get(CENTRES)).json()["items"]
    assert {item["id"] for item in centres} == {mine["cost_centre_id"], whole["cost_centre_id"]}
    (centre,) = (await api.get(CENTRES, directorate=str(other.id))).json()["items"]
    refused(await limited.get(f"{BUDGETS}/{theirs['id']}"), 404, "budget-not-found")
    refused(await limited.get(f"{BUDGETS}/{theirs['id']}/changes"), 404, "budget-not-found")
    place = f"{CENTRES}/{centre['id']}"
    refused(await limited.get(place), 404, "cost-centre-not-found")
    held = await limited.send("PUT", f"{place}/holders", {"holders": []})
    refused(held, 404, "cost-centre-not-found")
    start = {"code": "X", "name": "X"}
    for told in ({}, {"directorate_id": str(other.id)}):
        answer = await limited.send("POST", CENTRES, start | told)
        refused(answer, 404, "directorate-not-found")
    await limited.made(CENTRES, **start, directorate_id=str(own.id))
    unknown = await api.send(
        "POST", CENTRES, {"code": "Y", "name": "Y", "directorate_id": centre["id"]}
    )
    refused(unknown, 404, "directorate-not-found")
