"""What is owed at the end of any day, by cost centre and account."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from dirty_equals import IsPartialDict

from app.api.v1.reimbursements.accruals_schemas import AccrualsOut
from app.core.clock import today
from app.domain.involvement.opportunities.models import Opportunity, OpportunityTime
from app.domain.involvement.participation.models import ParticipationStatus
from app.domain.reimbursements.budgets import spending
from app.domain.reimbursements.budgets.models import BudgetAccount
from app.domain.reimbursements.choices.models import Choice
from app.domain.reimbursements.kinds import LineKind, Route
from app.domain.reimbursements.ledger import queries as ledger
from tests.api.reimbursements.conftest import FARE
from tests.budgeting import BY, budget, centre
from tests.claiming import BUS, FEE, at, came, claim, move, pay

PLACE = "reimbursements/accruals"
STAGES = ("unclaimed", "claimed", "approved", "in_run")


def may(day: int) -> date:
    return date(2026, 5, day)


@pytest.fixture
async def api(api_of):
    return await api_of("ledger:read")


async def asked(api, on: date) -> dict:
    answer = await api.get(PLACE, on=str(on))
    assert answer.status_code == 200, answer.text
    AccrualsOut.model_validate_json(answer.content)
    told = answer.json()
    for name in told["total"]:
        assert told["total"][name] == sum(row[name] for row in told["items"])
    return told


async def sums(api, on: date) -> dict[str, int]:
    total = (await asked(api, on))["total"]
    found = {name.removesuffix("_pence"): pence for name, pence in total.items()}
    assert found["total"] == sum(found[stage] for stage in STAGES)
    return {name: pence for name, pence in found.items() if pence and name != "total"}


async def test_one_claim_is_followed_from_the_activity_to_its_payment(api, given):
    own = await budget(given)
    activity = await came(given, may(4), choice=Choice.ACCEPT, pays_pence=7_000)
    story = (("submitted", may(8)), ("certified", may(10)), ("part_approved", may(12)))
    story += (("approved_again", may(14)), ("in_run", may(18)), ("sent", may(20)))
    found = await claim(given, may(4), *story, lines=(FEE, BUS), activity=activity, budget=own)
    await pay(given, found, own, may(22))
    await pay(given, found, own, may(25), Route.ACCOUNTS_PAYABLE)
    await move(given, found, "paid", may(26))
    told = (
        (range(3, 4), {}),
        (range(4, 8), {"unclaimed": 7_000}),
        (range(8, 14), {"claimed": 6_420}),
        (range(14, 18), {"approved": 6_420}),
        (range(18, 22), {"in_run": 6_420}),
        (range(22, 25), {"in_run": 420}),
        (range(25, 28), {}),
    )
    for days, owed in told:
        for day in days:
            assert await sums(api, may(day)) == owed, day


async def test_a_day_ends_at_midnight_in_london(api, given):
    late = datetime(2026, 5, 8, 23, 30, tzinfo=UTC)
    await claim(given, may(8), ("submitted", late))
    assert (await sums(api, may(8)), await sums(api, may(9))) == ({}, {"claimed": 6_000})


@pytest.mark.parametrize("what", ["rejected", "sent_back"])
async def test_what_was_refused_is_not_owed_and_what_was_asked_about_is(api, given, what):
    await claim(given, may(4), ("submitted", may(5)), (what, may(6)))
    assert await sums(api, may(6)) == ({} if what == "rejected" else {"claimed": 6_000})


async def test_what_came_back_is_owed_as_approved(api, given):
    own = await budget(given)
    story = ("submitted", "certified", "approved", "in_run", "sent", "returned")
    steps = ((what, may(day)) for day, what in enumerate(story, 5))
    await claim(given, may(4), *steps, budget=own)
    assert await sums(api, may(9)) == {"in_run": 6_000}
    assert await sums(api, may(10)) == {"approved": 6_000}


async def test_what_came_back_after_it_was_booked_as_paid_is_owed_again(api, session, given):
    own = await budget(given)
    story = ("submitted", "certified", "approved", "in_run", "sent", "paid")
    steps = ((what, may(day)) for day, what in enumerate(story, 5))
    found = await claim(given, may(4), *steps, budget=own)
    payment = await pay(given, found, own, may(10))
    once = f"pay:{payment.id}"
    await spending.unspend(
        session, (await ledger.posted(session, {once}))[once], day=may(12), by=BY
    )
    await move(given, found, "returned", may(12))
    assert await sums(api, may(11)) == {}
    assert await sums(api, may(12)) == {"approved": 6_000}


async def test_what_is_approved_is_what_the_ledger_holds_committed(api, session, turned):
    claims = [await turned("approval", fare) for fare in (FARE, FARE | {"amount_pence": 700})]
    held = await ledger.committed(session, {UUID(each["id"]) for each in claims})
    assert await sums(api, today()) == {"approved": sum(held.values())}


@pytest.mark.parametrize(
    ("choice", "owed"),
    [
        (Choice.ACCEPT, {"unclaimed": 7_000}),
        (Choice.LESS, {"unclaimed": 2_000}),
        (Choice.TO_CHARITY, {"unclaimed": 7_000}),
        (Choice.DECLINE, {}),
        (None, {}),
    ],
)
async def test_an_activity_is_owed_as_its_fee_was_chosen(api, given, choice, owed):
    most = 2_000 if choice is Choice.LESS else None
    await came(given, may(4), choice=choice, most_pence=most, pays_pence=7_000)
    assert await sums(api, may(4)) == owed


async def test_only_what_can_still_be_claimed_and_pays_is_unclaimed(api, given):
    accepted = {"choice": Choice.ACCEPT}
    await came(given, may(4), **accepted, pays_pence=7_000)
    await came(given, may(4), **accepted, pays_pence=0)
    await came(given, may(4), **accepted)
    await came(given, may(4), **accepted, pays_pence=50, status=ParticipationStatus.DID_NOT_ATTEND)
    await _cancel(given, await came(given, may(4), **accepted, pays_pence=90))
    assert await sums(api, date(2026, 8, 4)) == {"unclaimed": 7_000}
    assert await sums(api, date(2026, 8, 5)) == {}


async def test_a_draft_and_a_claim_of_expenses_leave_the_fee_unclaimed(api, given):
    activity = await came(given, may(4), choice=Choice.ACCEPT, pays_pence=7_000)
    await claim(given, may(4), activity=activity)
    await claim(given, may(4), ("submitted", may(5)), lines=(BUS,), activity=activity)
    assert await sums(api, may(5)) == {"unclaimed": 7_000, "claimed": 420}


async def test_an_activity_counts_by_the_last_day_somebody_came(api, given):
    activity = await came(given, may(1), choice=Choice.ACCEPT, pays_pence=7_000)
    for day in (4, 6):
        begins = at(may(day))
        told = {"starts_at": begins, "ends_at": begins + timedelta(hours=2)}
        await given.add(OpportunityTime(opportunity_id=activity.opportunity_id, **told))
    assert await sums(api, may(3)) == {}
    assert await sums(api, may(4)) == {"unclaimed": 7_000}
    assert await sums(api, date(2026, 8, 6)) == {"unclaimed": 7_000}
    assert await sums(api, date(2026, 8, 7)) == {}


async def test_what_is_owed_falls_to_the_cost_centre_and_account_of_its_kind(api, given):
    north, south = await given.directorate(), await given.directorate()
    own = await centre(given, code="N1", name="North", directorate_id=north.id)
    for code in ("S1", "S2"):
        await centre(given, code=code, directorate_id=south.id)
    whole = await centre(given, code="A0", name="Trust")
    for at_, kind, account in (
        (own, LineKind.INVOLVEMENT_FEE, "61530"),
        (own, LineKind.PUBLIC_TRANSPORT, "61540"),
        (whole, LineKind.INVOLVEMENT_FEE, "70000"),
    ):
        await given.add(BudgetAccount(cost_centre_id=at_.id, line_kind=kind, gl_account=account))
    handed_in = ("submitted", may(5))
    for of in (north.id, south.id, None):
        await claim(given, may(4), handed_in, lines=(FEE, BUS), directorate_id=of)
    agreed = (handed_in, ("certified", may(5)), ("approved", may(5)))
    spent = await budget(given, cost_centre_id=whole.id)
    await claim(given, may(4), *agreed, lines=(FEE, BUS), directorate_id=south.id, budget=spent)
    told = {"choice": Choice.ACCEPT, "pays_pence": 100, "directorate_id": north.id}
    await came(given, may(4), **told)
    rows = [
        (
            row["cost_centre_code"],
            row["gl_account"],
            *(row[f"{stage}_pence"] for stage in STAGES),
        )
        for row in (await asked(api, may(5)))["items"]
    ]
    assert rows == [
        ("A0", "70000", 0, 0, 6_000, 0),
        ("A0", None, 0, 0, 420, 0),
        ("N1", "61530", 100, 6_000, 0, 0),
        ("N1", "61540", 0, 420, 0, 0),
        (None, None, 0, 12_840, 0, 0),
    ]
    answer = await api.get(f"{PLACE}/export", on="2026-05-05")
    assert answer.headers["content-disposition"] == 'attachment; filename="accruals-2026-05-05.csv"'
    header, first, *_, last = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[:4] == ["cost_centre_code", "cost_centre_name", "gl_account", "unclaimed_pence"]
    assert first == ["A0", "Trust", "70000", "0", "0", "6000", "0", "6000"]
    assert last == ["", "", "", "0", "12840", "0", "0", "12840"]


async def test_a_limited_key_sees_what_falls_to_its_directorates_or_to_none(api_of, given):
    north, south = await given.directorate(), await given.directorate()
    await centre(given, code="N1", directorate_id=north.id)
    for of in (north.id, south.id, None):
        await claim(given, may(4), ("submitted", may(5)), directorate_id=of)
    for limits, owed in (([north.id], 12_000), ([south.id], 12_000)):
        api = await api_of("ledger:read", directorates=limits)
        assert await sums(api, may(5)) == {"claimed": owed}


async def test_nothing_is_owed_today_where_nothing_happened(api):
    told = (await api.get(PLACE)).json()
    assert told == IsPartialDict(
        items=[], total={f"{name}_pence": 0 for name in (*STAGES, "total")}
    )


async def _cancel(given, activity) -> None:
    opportunity = await given.session.get_one(Opportunity, activity.opportunity_id)
    opportunity.status, opportunity.cancelled_because = "cancelled", "Snow."
    await given.session.commit()
