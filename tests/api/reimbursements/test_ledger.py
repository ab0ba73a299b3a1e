from datetime import timedelta
from uuid import uuid4

import pytest
from dirty_equals import IsPartialDict

from app.core.clock import today
from app.domain.people.register.models import PersonStatus
from app.domain.reimbursements.budgets import spending
from app.domain.reimbursements.kinds import Route
from tests.api.registers.conftest import refused
from tests.budgeting import BY, budget, centre, move, person

LEDGER = "reimbursements/ledger"


@pytest.fixture
async def api(api_of):
    return await api_of("ledger:read")


@pytest.fixture
def paid(session, given):
    """Approve and pay something of a budget for a person: the approval ten days ago."""

    async def made(budget_id, person_id, pence=500):
        told = {"claim_id": uuid4(), "person_id": person_id}
        early = {"day": today() - timedelta(10)}
        await spending.reserve(session, move(budget_id, pence, **told, **early))
        posting = await spending.spend(session, move(budget_id, pence, **told), Route.PAYROLL)
        await session.commit()
        return posting

    return made


async def test_postings_are_listed_with_their_entries(api, given, paid):
    own, amara = await budget(given), await person(given)
    posting = await paid(own.id, amara.id)
    await paid((await budget(given)).id, None)
    of = {"budget": str(own.id)}
    items = (await api.get(f"{LEDGER}/postings", **of)).json()["items"]
    assert [(each["kind"], len(each["entries"])) for each in items] == [
        ("payment", 4),
        ("reservation", 2),
    ]
    assert sum(entry["amount_pence"] for entry in items[0]["entries"]) == 0
    expense = {
        "account": "expense",
        "amount_pence": 500,
        "currency": "GBP",
        "line_kind": "involvement_fee",
        "person_id": str(amara.id),
    }
    assert expense in items[0]["entries"]
    assert (await api.get(f"{LEDGER}/postings/{posting.id}")).json() == items[0]
    day = str(today())
    for filters, found in (
        ({"claim": str(posting.claim_id)}, 2),
        ({"person": str(amara.id)}, 2),
        ({"kind": "payment"}, 2),
        ({"day_from": day}, 2),
        ({"day_to": str(today() - timedelta(1)), **of}, 1),
        ({"payment": str(uuid4())}, 0),
    ):
        assert len((await api.get(f"{LEDGER}/postings", **filters)).json()["items"]) == found
    refused(await api.get(f"{LEDGER}/postings/{own.id}"), 404, "posting-not-found")


async def test_a_budget_s_statement_opens_and_closes_with_how_it_stood(api, given, paid):
    own = await budget(given, 1000)
    await paid(own.id, None)
    place = f"{LEDGER}/budgets/{own.id}"
    told = (await api.get(place)).json()
    nothing, spent = [{"committed_pence": a, "spent_pence": b} for a, b in ((0, 0), (0, 500))]
    assert told == IsPartialDict(
        budget_id=str(own.id),
        day_from=None,
        day_to=str(today()),
        opening=nothing,
        closing=spent,
        amount_pence=1000,
        left_pence=500,
        next=None,
    )
    lines = [(each["kind"], each["account"], each["amount_pence"]) for each in told["items"]]
    assert sorted(lines) == [
        ("payment", "commitments", -500),
        ("payment", "expense", 500),
        ("reservation", "commitments", 500),
    ]
    later = (await api.get(place, day_from=str(today()), limit=1)).json()
    assert later["opening"] == {"committed_pence": 500, "spent_pence": 0}
    assert (later["closing"], len(later["items"])) == (spent, 1)
    rest = await api.get(place, day_from=str(today()), after=later["next"])
    assert len(rest.json()["items"]) == 1
    before = (await api.get(place, day_to=str(today() - timedelta(1)))).json()
    assert before["closing"] == {"committed_pence": 500, "spent_pence": 0}
    refused(await api.get(f"{LEDGER}/budgets/{uuid4()}"), 404, "budget-not-found")


async def test_a_person_s_statement_holds_what_was_merged_into_their_record(api, given, paid):
    own, amara = await budget(given), await person(given)
    double = await person(given, merged_into=amara.id, status=PersonStatus.LEFT)
    await paid(own.id, amara.id)
    await paid(own.id, double.id, 200)
    await paid(own.id, (await person(given)).id)
    told = (await api.get(f"{LEDGER}/people/{amara.id}")).json()
    assert told["closing"] == {"committed_pence": 0, "spent_pence": 700}
    assert len(told["items"]) == 6
    refused(await api.get(f"{LEDGER}/people/{uuid4()}"), 404, "person-not-found")


async def test_somebody_reads_their_own_statement_and_nobody_else_s(bound, given, paid):
    amara = await bound()
    own = await budget(given)
    await paid(own.id, amara.person.id)
    await paid(own.id, (await person(given)).id)
    told = (await amara.get("registers/people/me/statement")).json()
    assert told["closing"] == {"committed_pence": 0, "spent_pence": 500}
    assert len(told["items"]) == 3


async def test_whoever_is_limited_reads_their_directorates_postings(api_of, given, paid):
    own, other = await given.directorate(), await given.directorate()
    limited = await api_of("ledger:read", directorates=[own.id])
    mine, theirs = [
        await budget(given, cost_centre_id=(await centre(given, directorate_id=each.id)).id)
        for each in (own, other)
    ]
    whole = await budget(given)
    away = await person(given, directorate_id=other.id)
    for each in (mine, theirs, whole):
        posting = await paid(each.id, away.id)
        place = f"{LEDGER}/postings/{posting.id}"
        answer = await limited.get(place)
        if each is theirs:
            refused(answer, 404, "posting-not-found")
        else:
            assert {entry["person_id"] for entry in answer.json()["entries"]} == {None}
    seen = {each["budget_id"] for each in (await limited.get(f"{LEDGER}/postings")).json()["items"]}
    assert seen == {str(mine.id), str(whole.id)}
    by = {"person": str(away.id)}
    assert (await limited.get(f"{LEDGER}/postings", **by)).json()["items"] == []
    refused(await limited.get(f"{LEDGER}/budgets/{theirs.id}"), 404, "budget-not-found")
    refused(await limited.get(f"{LEDGER}/people/{away.id}"), 404, "person-not-found")


async def test_the_proof_is_that_all_accounts_together_are_nothing(api, api_of, given, paid):
    keeper = await api_of("budgets:manage")
    batch = {"first_number": 1, "count": 3, "value_pence": 1000}
    await keeper.made("reimbursements/vouchers", **batch)
    posting = await paid((await budget(given)).id, None)
    told = (await api.get(f"{LEDGER}/proof")).json()
    assert told == IsPartialDict(
        day=str(today()),
        sum_pence=0,
        unbalanced_postings=0,
        balanced=True,
        budgets_differing=[],
        vouchers_pence=3000,
    )
    balances = {each["account"]: each["balance_pence"] for each in told["accounts"]}
    assert (balances["voucher_stock"], balances["bank"]) == (3000, -3000)
    assert (balances["expense"], balances["payroll_clearing"]) == (500, -500)
    early = (await api.get(f"{LEDGER}/proof", on=str(today() - timedelta(1)))).json()
    balances = {each["account"]: each["balance_pence"] for each in early["accounts"]}
    assert (balances["commitments"], balances["expense"]) == (500, 0)
    assert posting.made_by == BY
