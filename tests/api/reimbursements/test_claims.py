"""One claim from its making to its approval, and every refusal on the way."""

from datetime import timedelta
from uuid import uuid4

import pytest
from dirty_equals import IsPartialDict
from sqlalchemy import text

from app.core.clock import today
from app.domain.involvement.participation.models import ParticipationStatus
from app.domain.reimbursements.budgets.models import BudgetHolder
from app.domain.reimbursements.choices.models import Choice
from app.domain.reimbursements.claims.acts import Act, ClaimStatus
from app.domain.reimbursements.claims.errors import ClaimSelfError
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.payments.errors import PaymentRunReleaserError
from app.domain.reimbursements.payments.models import PaymentRun, RunStatus
from tests import budgeting
from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import CLAIMS, DAY, FARE, FEE, answers, held_budget

MILES = {"kind": "mileage", "day": str(DAY), "vehicle": "car", "miles": "30"}


def paid_from(budget) -> dict:
    return {"budget_id": str(budget.id)}


async def act(api, claim, step, body=None, **headers):
    return await api.send("POST", f"{CLAIMS}/{claim['id']}/{step}", body, **headers)


async def test_a_claim_goes_from_draft_to_approved_by_three_hands(
    clerk, coordinator, approver, claimed, budget, session
):
    claim = await claimed(FARE, FEE)
    assert claim == IsPartialDict(status="draft", held_by="claimant", total_pence=7_920, round=0)
    assert [line["route"] for line in claim["lines"]] == ["accounts_payable", "payroll"]
    assert claim["reference"].startswith("EV0")
    steps = (
        (clerk, "submission", {}, "submitted", "certifier"),
        (coordinator, "certification", None, "certified", "approver"),
        (approver, "approval", paid_from(budget), "approved", "finance"),
    )
    for api, step, body, status, holder in steps:
        told = body | await answers(api, claim) if step == "approval" else body
        answer = await act(api, claim, step, told)
        assert answer.status_code == 200, answer.text
        assert answer.json() == IsPartialDict(status=status, held_by=holder, round=1)
    await session.refresh(budget)
    assert budget.committed_pence == 7_920
    history = (await clerk.get(f"{CLAIMS}/{claim['id']}/history")).json()["items"]
    assert [each["act"] for each in history] == ["make", "submit", "certify", "approve"]
    assert [each["on_behalf"] for each in history] == [True, True, False, False]
    assert [each["number"] for each in history] == [1, 2, 3, 4]


async def test_what_making_answers_is_what_reading_gives(clerk, claimed):
    night = {"kind": "accommodation", "day": str(DAY), "amount_pence": 60_000}
    care = {"kind": "carer", "day": str(DAY), "amount_pence": 2_000, "hours": "2.5"}
    made = await claimed(FARE | {"from_place": "Oxford"}, FEE, MILES, night, care)
    answer = await clerk.get(f"{CLAIMS}/{made['id']}")
    assert answer.json() == made
    assert answer.headers["ETag"] == '"1"'


async def test_a_rate_that_changes_holds_at_once(clerk, claimed, session):
    first = await claimed(FEE)
    await session.execute(text("SET LOCAL ROLE everyvoice_owner"))
    await session.execute(text("UPDATE rate SET pence = 2 * pence WHERE kind = 'involvement_fee'"))
    await session.execute(text("SET LOCAL ROLE everyvoice_worker"))
    await session.commit()
    told = {"activity_on": str(DAY - timedelta(days=1)), "lines": [FEE]}
    told |= {name: first[name] for name in ("person_id", "participation_id")}
    told["lines"] = [FEE | {"day": told["activity_on"]}]
    second = (await clerk.send("POST", CLAIMS, told)).json()
    assert second["total_pence"] == 2 * first["total_pence"]


async def test_a_large_claim_is_approved_by_two(turned, someone, approver, given, budget, session):
    night = {"kind": "accommodation", "day": str(DAY), "amount_pence": 60_000}
    claim = await turned("approval", night | {"no_receipt_because": "It was lost."})
    assert claim["status"] == "part_approved"
    refused(await act(approver, claim, "approval", {}), 403, "claim-hands")
    other = await someone("claims:approve", name="Bea Budget")
    refused(await act(other, claim, "approval", {}), 403, "claim-approver")
    await given.add(BudgetHolder(cost_centre_id=budget.cost_centre_id, user_id=other.id))
    third = await held_budget(given, other)
    refused(await act(other, claim, "approval", paid_from(third)), 422, "claim-budget")
    assert (await act(other, claim, "approval", {})).json()["status"] == "approved"
    await session.refresh(budget)
    assert budget.committed_pence == 60_000


async def test_nobody_has_two_hands_in_one_round(someone, activity, claimed, given):
    both = await someone("claims:read", "claims:write", "claims:certify", "claims:approve")
    claim = await claimed(FARE, participation=await activity(coordinator_id=both.id))
    assert (await act(both, claim, "submission", {})).status_code == 200
    refused(await act(both, claim, "certification"), 403, "claim-self")
    other = await someone("claims:certify", name="Other Coordinator")
    assert (await act(other, claim, "certification")).status_code == 200
    held = await held_budget(given, both)
    refused(await act(both, claim, "approval", paid_from(held)), 403, "claim-self")


async def test_only_the_coordinator_certifies(someone, turned, coordinator):
    claim = await turned("submission")
    other = await someone("claims:certify", name="Other Coordinator")
    refused(await act(other, claim, "certification"), 403, "claim-certifier")
    assert (await act(coordinator, claim, "certification")).status_code == 200


async def test_what_nobody_attended_is_not_certified(activity, claimed, clerk, coordinator):
    accepted = await activity(status=ParticipationStatus.ACCEPTED)
    claim = await claimed(FARE, participation=accepted)
    await act(clerk, claim, "submission", {})
    refused(await act(coordinator, claim, "certification"), 409, "activity-not-attended")


async def test_questions_send_a_claim_back_and_it_begins_a_new_round(
    turned, clerk, coordinator, approver
):
    claim = await turned("certification")
    refused(await act(coordinator, claim, "sending-back", {"questions": "Why?"}), 403, "forbidden")
    answer = await act(approver, claim, "sending-back", {"questions": "Which bus?"})
    assert answer.json() == IsPartialDict(status="sent_back", held_by="claimant")
    assert (await act(clerk, claim, "submission", {})).json()["round"] == 2
    answer = await act(coordinator, claim, "sending-back", {"questions": "Which day?"})
    assert answer.json()["status"] == "sent_back"


async def test_editing_an_approved_claim_voids_what_followed(turned, clerk, budget, session):
    claim = await turned("approval")
    lines = {"lines": [FARE | {"amount_pence": 500}]}
    answer = await clerk.send("PUT", f"{CLAIMS}/{claim['id']}/lines", lines)
    assert answer.json() == IsPartialDict(status="submitted", total_pence=500, round=2)
    await session.refresh(budget)
    assert budget.committed_pence == 0
    lines["lines"][0].pop("no_receipt_because")
    answer = await clerk.send("PUT", f"{CLAIMS}/{claim['id']}/lines", lines)
    refused(answer, 422, "receipt-missing")


async def test_a_rejection_gives_its_reason_and_frees_what_was_claimed(
    turned, approver, clerk, activity
):
    came = await activity()
    claim = await turned("submission", FARE, participation=came)
    assert (await act(approver, claim, "rejection", {})).status_code == 422
    answer = await act(approver, claim, "rejection", {"reason": "Paid by another trust."})
    assert answer.json()["status"] == "rejected"
    history = (await clerk.get(f"{CLAIMS}/{claim['id']}/history")).json()["items"]
    assert history[-1]["reason"] == "Paid by another trust."
    refused(await act(clerk, claim, "withdrawal"), 409, "claim-status", state="rejected")
    again = {"person_id": str(came.person_id), "participation_id": str(came.id)}
    await clerk.made(CLAIMS, **again, activity_on=str(DAY), lines=[FARE])


async def test_the_same_is_not_claimed_twice(claimed, activity, clerk):
    came = await activity()
    await claimed(FARE, FARE, participation=came)
    body = {"person_id": str(came.person_id), "participation_id": str(came.id)}
    body |= {"activity_on": str(DAY), "lines": [FARE]}
    refused(await clerk.send("POST", CLAIMS, body), 409, "claim-duplicate")
    body["lines"] = [FARE | {"day": str(DAY - timedelta(days=1))}]
    assert (await clerk.send("POST", CLAIMS, body)).status_code == 201


@pytest.mark.parametrize(
    ("choice", "expected"),
    [(Choice.ACCEPT, 7_500), (Choice.LESS, 2_000), (Choice.TO_CHARITY, 7_500)],
)
async def test_a_fee_is_paid_as_it_was_chosen(claimed, activity, choice, expected):
    claim = await claimed(FEE, participation=await activity(choice=choice))
    (line,) = claim["lines"]
    route = "charity" if choice is Choice.TO_CHARITY else "payroll"
    assert line == IsPartialDict(amount_pence=expected, route=route)


@pytest.mark.parametrize(
    ("choice", "slug"), [(None, "choice-missing"), (Choice.DECLINE, "choice-declined")]
)
async def test_no_fee_is_paid_that_nobody_chose(clerk, activity, choice, slug):
    came = await activity(choice=choice)
    body = {"person_id": str(came.person_id), "participation_id": str(came.id)}
    answer = await clerk.send("POST", CLAIMS, body | {"activity_on": str(DAY), "lines": [FEE]})
    refused(answer, 409, slug)


async def test_what_is_less_holds_for_all_claims_of_an_activity(claimed, activity):
    came = await activity(choice=Choice.LESS)
    first = await claimed(FEE | {"hours": "1"}, participation=came, scheme="ppv")
    other = {"kind": "preparation", "day": str(DAY), "hours": "2"}
    second = await claimed(other, participation=came)
    assert first["total_pence"] == 2_000
    assert second["total_pence"] == 0


async def test_a_claim_of_nothing_is_not_handed_in(claimed, activity, clerk):
    claim = await claimed(FEE | {"level": 2}, participation=await activity())
    assert claim["total_pence"] == 0
    refused(await act(clerk, claim, "submission", {}), 409, "claim-empty")


async def test_miles_of_all_claims_count_towards_the_threshold(claimed, activity, clerk):
    first = await claimed(MILES | {"miles": "9990"}, participation=await activity())
    await act(clerk, first, "submission", {})
    other = await activity()
    assert (await claimed(MILES, participation=other))["total_pence"] == 1_650
    same = (await clerk.get(f"{CLAIMS}/{first['id']}")).json()["person_id"]
    assert same != str(other.person_id)


async def test_miles_of_one_person_straddle_the_threshold(claimed, activity, clerk, session):
    came = await activity()
    first = await claimed(MILES | {"miles": "9990"}, participation=came)
    await act(clerk, first, "submission", {})
    day = str(DAY - timedelta(days=1))
    second = await claimed(MILES | {"day": day}, participation=came)
    assert second["total_pence"] == 1_050


async def test_a_claim_after_its_last_day_is_handed_in_by_staff_with_a_reason(
    claimed, activity, clerk, session
):
    late = str(today() - timedelta(days=200))
    claim = await claimed(FARE | {"day": late})
    answer = await act(clerk, claim, "submission", {})
    refused(answer, 409, "claim-late")
    assert answer.json()["last_day"] < str(today())
    answer = await act(clerk, claim, "submission", {"late_because": "In hospital until now."})
    assert answer.json()["status"] == "submitted"


async def test_days_to_come_are_not_claimed(clerk, activity):
    came = await activity()
    body = {"person_id": str(came.person_id), "participation_id": str(came.id)}
    later = str(today() + timedelta(days=1))
    answer = await clerk.send("POST", CLAIMS, body | {"activity_on": later, "lines": [FARE]})
    refused(answer, 422, "claim-day")
    lines = [FARE | {"day": later}]
    answer = await clerk.send("POST", CLAIMS, body | {"activity_on": str(DAY), "lines": lines})
    refused(answer, 422, "claim-day")


async def test_only_a_persons_own_activity_is_claimed_for(clerk, activity, given):
    came, other = await activity(), await activity()
    body = {"person_id": str(came.person_id), "activity_on": str(DAY), "lines": [FARE]}
    for id_ in (other.id, uuid4()):
        answer = await clerk.send("POST", CLAIMS, body | {"participation_id": str(id_)})
        refused(answer, 422, "activity-missing")


async def test_a_claim_is_repeated_for_other_days(claimed, clerk):
    claim = await claimed(FARE)
    days = [str(DAY - timedelta(days=each)) for each in (7, 14)]
    answer = await clerk.send("POST", f"{CLAIMS}/{claim['id']}/repetitions", {"days": days})
    assert answer.status_code == 201, answer.text
    items = answer.json()["items"]
    assert {each["activity_on"] for each in items} == set(days)
    assert {each["repeats_id"] for each in items} == {claim["id"]}
    assert {each["status"] for each in items} == {"draft"}


async def test_claims_are_listed_filtered_and_summed(turned, clerk, claimed):
    await claimed(FARE)
    claim = await turned("submission", FARE)
    found = (await clerk.get(CLAIMS, status="submitted")).json()["items"]
    assert [each["id"] for each in found] == [claim["id"]]
    assert "lines" not in found[0]
    found = (await clerk.get(CLAIMS, held_by="certifier", person=claim["person_id"])).json()
    assert len(found["items"]) == 1
    sums = (await clerk.get(f"{CLAIMS}/summary")).json()["items"]
    assert sums == [
        {"status": "draft", "claims": 1, "total_pence": 420},
        {"status": "submitted", "claims": 1, "total_pence": 420},
    ]
    answer = await clerk.get(f"{CLAIMS}/summary", first=str(today()))
    assert answer.json()["items"] == []


async def test_a_claim_is_seen_within_its_directorate(claimed, activity, given, someone):
    own, other = await given.directorate(), await given.directorate()
    claim = await claimed(FARE, participation=await activity(directorate_id=own.id))
    for directorate, status in ((own, 200), (other, 404)):
        api = await someone("claims:read", "claims:approve", directorates=[str(directorate.id)])
        assert (await api.get(f"{CLAIMS}/{claim['id']}")).status_code == status
        assert (await api.get(f"{CLAIMS}/{claim['id']}/history")).status_code == status
        assert len((await api.get(CLAIMS)).json()["items"]) == (status == 200)
        assert len((await api.get(f"{CLAIMS}/summary")).json()["items"]) == (status == 200)


async def test_a_version_that_was_not_read_is_not_changed(turned, coordinator):
    claim = await turned("submission")
    answer = await act(coordinator, claim, "certification", If_Match='"1"')
    assert answer.status_code == 412
    answer = await act(coordinator, claim, "certification", If_Match=f'"{claim["version"]}"')
    assert answer.status_code == 200


async def test_a_key_makes_one_claim(clerk, activity):
    came = await activity()
    body = {"person_id": str(came.person_id), "participation_id": str(came.id)}
    body |= {"activity_on": str(DAY), "lines": [FARE]}
    first = await clerk.send("POST", CLAIMS, body, Idempotency_Key="k-1")
    again = await clerk.send("POST", CLAIMS, body, Idempotency_Key="k-1")
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    body["lines"] = [FEE]
    answer = await clerk.send("POST", CLAIMS, body, Idempotency_Key="k-1")
    refused(answer, 422, "idempotency-key-reused")


@pytest.mark.parametrize("step", ["withdrawal", "rejection", "sending-back"])
async def test_an_approved_claim_that_is_void_gives_its_money_back(
    turned, clerk, approver, budget, session, step
):
    claim = await turned("approval")
    body = {"rejection": {"reason": "x"}, "sending-back": {"questions": "x"}}.get(step)
    answer = await act(clerk if step == "withdrawal" else approver, claim, step, body)
    assert answer.status_code == 200, answer.text
    await session.refresh(budget)
    assert budget.committed_pence == 0


async def test_a_budget_pays_no_more_than_it_holds(turned, approver, given):
    claim = await turned("certification")
    for pence, status, slug in ((100, 409, "budget-exceeded"), (10_000, 200, None)):
        held = await held_budget(given, approver, pence=pence)
        told = paid_from(held) | await answers(approver, claim)
        answer = await act(approver, claim, "approval", told)
        assert answer.status_code == status, answer.text
        if slug:
            refused(answer, status, slug, left_pence=100)


async def test_a_claim_is_paid_from_a_budget_of_its_day(turned, approver, given):
    claim = await turned("certification")
    refused(await act(approver, claim, "approval", {}), 422, "claim-budget")
    old = await held_budget(given, approver, ends_on=DAY - timedelta(days=1))
    refused(await act(approver, claim, "approval", paid_from(old)), 422, "claim-budget")
    answer = await act(approver, claim, "approval", {"budget_id": str(uuid4())})
    refused(answer, 404, "budget-not-found")


async def test_a_budget_has_an_account_for_each_kind_of_line(turned, approver, given):
    claim = await turned("certification")
    bare = await budgeting.budget(given)
    await given.add(BudgetHolder(cost_centre_id=bare.cost_centre_id, user_id=approver.id))
    answer = await act(approver, claim, "approval", paid_from(bare))
    refused(answer, 422, "claim-budget")
    assert answer.json()["errors"][0]["code"] == "accounts"


async def test_of_what_was_cancelled_only_the_fee_for_that_is_certified(
    clerk, coordinator, activity, claimed, session
):
    fee = {"kind": "cancellation", "day": str(DAY), "level": 4, "hours": "3"}
    came = await activity()
    both = [await claimed(each, participation=came) for each in (fee, FARE)]
    for claim in both:
        assert (await act(clerk, claim, "submission", {})).status_code == 200
    change = text("UPDATE opportunity SET status = 'cancelled', cancelled_because = 'Flooded.'")
    await session.execute(change)
    await session.commit()
    assert (await act(coordinator, both[0], "certification")).json()["status"] == "certified"
    refused(await act(coordinator, both[1], "certification"), 409, "claim-status")


def test_nobody_decides_on_their_own_claim_or_releases_their_own_run():
    who = uuid4()
    claim = Claim(person_id=who, status=ClaimStatus.SUBMITTED, moves=2, round=1, total_pence=1)
    with pytest.raises(ClaimSelfError):
        claim.act(Act.CERTIFY, ClaimStatus.CERTIFIED, by=who)
    with pytest.raises(PaymentRunReleaserError):
        PaymentRun(status=RunStatus.MADE, created_by=who).release(by=who)
