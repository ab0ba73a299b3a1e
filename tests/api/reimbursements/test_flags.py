"""What is found in claims, and that nobody approves before they answered it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from dirty_equals import IsPartialDict
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.core.actor import Actor
from app.core.db import constraint_of, flush
from app.domain.reimbursements.budgets.models import BudgetHolder
from app.domain.reimbursements.claims import deciding
from app.domain.reimbursements.claims.acts import Act, ClaimStatus
from app.domain.reimbursements.claims.errors import REFUSALS
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.flags.codes import FlagCode, FlagLevel
from app.domain.reimbursements.flags.errors import FlagsUnansweredError
from app.domain.reimbursements.flags.findings import Finding
from app.domain.reimbursements.flags.models import ClaimFlag
from app.domain.reimbursements.ties.models import PersonUser
from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import (
    CLAIMS,
    DAY,
    FARE,
    FEE,
    answers,
    held_budget,
)

NIGHT = {
    "kind": "accommodation",
    "day": str(DAY),
    "amount_pence": 60_000,
    "no_receipt_because": "It was lost.",
}
MILES = {"kind": "mileage", "day": str(DAY), "vehicle": "car", "miles": "12.5"}
BUS = {key: FARE[key] for key in ("kind", "day", "amount_pence")}
THERE = {"from_place": "Oxford Station", "to_place": "Littlemore"}
BACK = {"from_place": "littlemore", "to_place": "Oxford, station"}


async def act(api, claim, step, body=None):
    return await api.send("POST", f"{CLAIMS}/{claim['id']}/{step}", body)


async def checks(api, claim) -> dict[str, dict]:
    answer = await api.get(f"{CLAIMS}/{claim['id']}/checks")
    assert answer.status_code == 200, answer.text
    return {each["code"]: each for each in answer.json()["items"]}


@pytest.fixture
def second(handed_in, activity, again, approver):
    """Hand two claims of one person in, for two activities; gives what is found in the second."""

    async def made(first: dict, then: dict, **told) -> dict[str, dict]:
        came = await activity()
        await handed_in(first, participation=came)
        claim = await handed_in(then, participation=await again(came), **told)
        return await checks(approver, claim)

    return made


async def test_a_claim_that_is_handed_in_is_looked_at(claimed, clerk, approver):
    claim = await claimed(FARE)
    assert await checks(approver, claim) == {}
    await act(clerk, claim, "submission", {})
    found = await checks(approver, claim)
    assert list(found) == [each.value for each in FlagCode]
    assert found.pop("first_payment") == IsPartialDict(
        level="medium", explanation="Nothing was paid to the person before.", answer=None
    )
    assert {each["level"] for each in found.values()} == {"none"}


async def test_checks_are_not_shown_to_the_claimant_nor_to_who_acted_for_them(
    turned, clerk, someone, given, activity
):
    came = await activity()
    claim = await turned("submission", FARE, participation=came)
    refused(await clerk.get(f"{CLAIMS}/{claim['id']}/checks"), 403, "claim-self")
    oneself = await someone("claims:read", "claims:approve", name="Amara Okafor")
    await given.add(
        PersonUser(person_id=came.person_id, user_id=UUID(oneself.id), noted_by=uuid4())
    )
    refused(await oneself.get(f"{CLAIMS}/{claim['id']}/checks"), 403, "claim-self")
    refused(await act(oneself, claim, "approval", {"budget_id": str(uuid4())}), 403, "claim-self")


async def test_checks_are_seen_within_their_directorate(turned, activity, given, someone):
    own, other = await given.directorate(), await given.directorate()
    came = await activity(directorate_id=own.id)
    claim = await turned("submission", FARE, participation=came)
    for directorate, status in ((own, 200), (other, 404)):
        api = await someone("claims:read", directorates=[str(directorate.id)])
        assert (await api.get(f"{CLAIMS}/{claim['id']}/checks")).status_code == status


async def test_what_was_found_is_answered_before_a_claim_is_approved(
    turned, handed_in, activity, approver, budget
):
    came = await activity()
    await handed_in(FEE, participation=came)
    claim = await turned("certification", FARE, participation=came)
    told = {"budget_id": str(budget.id)}
    answer = await act(approver, claim, "approval", told)
    refused(answer, 409, "flags-unanswered")
    listed = {each["code"]: each for each in answer.json()["flags"]}
    assert {code: each["level"] for code, each in listed.items()} == {
        "same_day_and_event": "low",
        "first_payment": "medium",
    }
    assert all(each["explanation"] for each in listed.values())
    told["low_because"] = "The fare came later."
    answer = await act(approver, claim, "approval", told)
    assert [each["code"] for each in answer.json()["flags"]] == ["first_payment"]
    told["answers"] = [
        {"code": "first_payment", "reason": "I know her."},
        {"code": "shared_bank", "reason": "Nothing was found, so that this is not kept."},
    ]
    answer = await act(approver, claim, "approval", told)
    assert answer.json()["status"] == "approved", answer.text
    found = await checks(approver, claim)
    assert found["first_payment"] == IsPartialDict(answer="I know her.", answered_by=approver.id)
    assert found["first_payment"]["answered_at"]
    assert found["same_day_and_event"]["answer"] == "The fare came later."
    assert found["shared_bank"] == IsPartialDict(answer=None, answered_by=None)


async def test_a_reason_says_something(turned, approver, budget):
    claim = await turned("certification", FARE)
    for wrong in ({"answers": [{"code": "first_payment", "reason": " "}]}, {"low_because": ""}):
        answer = await act(approver, claim, "approval", {"budget_id": str(budget.id)} | wrong)
        assert answer.status_code == 422


async def test_the_second_approver_answers_nothing_again(turned, someone, given, budget, approver):
    claim = await turned("approval", NIGHT)
    assert claim["status"] == "part_approved"
    other = await someone("claims:read", "claims:approve", name="Bea Budget")
    await given.add(BudgetHolder(cost_centre_id=budget.cost_centre_id, user_id=other.id))
    assert (await checks(other, claim))["first_payment"]["answered_by"] == approver.id
    assert (await act(other, claim, "approval", {})).json()["status"] == "approved"


async def test_the_second_approver_answers_what_was_found_since(
    turned, someone, given, budget, handed_in, activity
):
    came = await activity()
    claim = await turned("approval", NIGHT, participation=came)
    other = await someone("claims:read", "claims:approve", name="Bea Budget")
    await given.add(BudgetHolder(cost_centre_id=budget.cost_centre_id, user_id=other.id))
    await handed_in(FARE, participation=came)
    answer = await act(other, claim, "approval", {})
    refused(answer, 409, "flags-unanswered")
    assert [each["code"] for each in answer.json()["flags"]] == ["same_day_and_event"]
    answer = await act(other, claim, "approval", {"low_because": "Bus and bed."})
    assert answer.json()["status"] == "approved"


async def test_a_changed_claim_is_looked_at_anew(turned, clerk, approver):
    claim = await turned("approval")
    answer = await clerk.send("PUT", f"{CLAIMS}/{claim['id']}/lines", {"lines": [FARE]})
    assert answer.json()["round"] == 2
    assert (await checks(approver, claim))["first_payment"]["answer"] is None


async def test_a_draft_that_is_changed_is_not_looked_at(claimed, clerk, approver):
    claim = await claimed(FARE)
    answer = await clerk.send("PUT", f"{CLAIMS}/{claim['id']}/lines", {"lines": [FARE]})
    assert answer.status_code == 200
    assert await checks(approver, claim) == {}


async def test_a_claim_that_nobody_certified_is_not_approved_whatever_is_answered(
    turned, approver, budget
):
    claim = await turned("submission")
    told = {"budget_id": str(budget.id)} | await answers(approver, claim)
    refused(await act(approver, claim, "approval", told), 409, "claim-status")


async def test_the_database_lets_nobody_approve_what_is_not_answered(
    turned, approver, budget, session
):
    claim = await session.get_one(Claim, UUID((await turned("certification"))["id"]))
    by = Actor(id=UUID(approver.id), name="Ada", scopes=frozenset({"claims:approve"}))
    with pytest.raises(FlagsUnansweredError):
        await deciding.approve(session, claim, budget.id, by=by)


async def test_the_database_holds_the_second_approval_too(turned, someone, budget, session):
    found = await turned("approval", NIGHT)
    claim = await session.get_one(Claim, UUID(found["id"]))
    other = await someone("claims:approve")
    flags = select(ClaimFlag).where(ClaimFlag.claim_id == claim.id)
    for flag in await session.scalars(flags):
        flag.answer = flag.answered_by = flag.answered_at = None
    await session.flush()
    session.add(claim.act(Act.APPROVE_AGAIN, ClaimStatus.APPROVED, by=UUID(other.id)))
    with pytest.raises(FlagsUnansweredError):
        await flush(session, REFUSALS)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [({"answer": "x"}, "ck_claim_flag_answered"), ({"round": 0}, "ck_claim_flag_round")],
)
async def test_the_database_keeps_whole_answers_of_rounds(turned, session, wrong, constraint):
    claim_id = UUID((await turned("submission"))["id"])
    flags = await session.scalars(select(ClaimFlag).where(ClaimFlag.claim_id == claim_id))
    for name, value in wrong.items():
        setattr(flags.first(), name, value)
    with pytest.raises(IntegrityError) as refusal:
        await session.flush()
    assert constraint_of(refusal.value) == constraint


async def test_a_check_is_kept_once_in_a_round(turned, session):
    claim_id = UUID((await turned("submission"))["id"])
    claim = await session.get_one(Claim, claim_id)
    session.add(ClaimFlag.of(claim, Finding(FlagCode.SHARED_BANK, FlagLevel.NONE, "x.")))
    with pytest.raises(IntegrityError) as refusal:
        await session.flush()
    assert constraint_of(refusal.value) == "uq_claim_flag_claim_id_round_code"


async def test_a_claim_that_was_never_looked_at_is_looked_at_when_it_is_approved(
    turned, approver, budget, session
):
    claim = await turned("certification")
    await session.execute(text("SET LOCAL ROLE everyvoice_owner"))
    await session.execute(text("DELETE FROM claim_flag"))
    await session.execute(text("SET LOCAL ROLE everyvoice_worker"))
    await session.commit()
    answer = await act(approver, claim, "approval", {"budget_id": str(budget.id)})
    refused(answer, 409, "flags-unanswered")


async def test_the_same_file_is_found_on_another_claim(handed_in, activity, receipt, approver):
    came, other = await activity(), await activity()
    first = await handed_in(BUS | {"receipt_ids": [await receipt(came, "a")]}, participation=came)
    second = await handed_in(
        BUS | {"receipt_ids": [await receipt(other, "a")]}, participation=other
    )
    assert (await checks(approver, first))["same_receipt"]["level"] == "none"
    found = (await checks(approver, second))["same_receipt"]
    assert found == IsPartialDict(level="high", about_ids=[first["id"]])


async def test_the_same_file_is_found_twice_on_one_claim(handed_in, activity, receipt, approver):
    came = await activity()
    both = [await receipt(came, "a"), await receipt(came, "a")]
    claim = await handed_in(*(BUS | {"receipt_ids": [each]} for each in both), participation=came)
    found = (await checks(approver, claim))["same_receipt"]
    assert found == IsPartialDict(level="high", about_ids=[claim["id"]])


@pytest.mark.parametrize(("turned_bits", "level"), [(6, "medium"), (7, "none")])
async def test_a_picture_that_looks_alike_is_found(
    handed_in, activity, receipt, approver, turned_bits, level
):
    came, other = await activity(), await activity()
    ids = [await receipt(came, "a", -1), await receipt(other, "b", -(2**turned_bits))]
    await handed_in(BUS | {"receipt_ids": ids[:1]}, participation=came)
    claim = await handed_in(BUS | {"receipt_ids": ids[1:]}, participation=other)
    assert (await checks(approver, claim))["alike_receipt"]["level"] == level


@pytest.mark.parametrize(
    ("first", "then", "level"),
    [
        (FARE | THERE, FARE | BACK, "medium"),
        (FARE | THERE, MILES | BACK, "medium"),
        (FARE | THERE, FARE | BACK | {"to_place": "Banbury"}, "none"),
        (FARE | THERE, FARE | BACK | {"day": str(DAY - timedelta(days=1))}, "none"),
        (MILES, MILES | THERE, "medium"),
        (MILES, MILES | {"miles": "13"}, "none"),
        (FARE, FARE, "none"),
    ],
)
async def test_the_same_journey_of_a_person_is_found(second, first, then, level):
    assert (await second(first, then))["same_journey"]["level"] == level


@pytest.mark.parametrize(
    ("line", "level"),
    [
        (MILES | BACK, "medium"),
        (MILES | BACK | {"miles": "13"}, "none"),
        (FARE | BACK, "none"),
        (MILES, "none"),
    ],
)
async def test_the_same_miles_of_two_people_are_found(handed_in, approver, line, level):
    await handed_in(MILES | THERE)
    claim = await handed_in(line)
    assert (await checks(approver, claim))["same_journey"]["level"] == level


@pytest.mark.parametrize(
    ("pence", "days", "level"),
    [
        (420, 0, "medium"),
        (421, 0, "medium"),
        (422, 0, "none"),
        (420, 14, "medium"),
        (420, 15, "none"),
    ],
)
async def test_an_amount_near_another_in_fourteen_days_is_found(second, pence, days, level):
    day = str(DAY - timedelta(days=days))
    then = FARE | {"day": day, "amount_pence": pence}
    assert (await second(FARE, then, activity_on=day))["near_amount"]["level"] == level


async def test_a_repeat_that_is_declared_matters_less(clerk, handed_in, approver):
    first = await handed_in(FARE)
    days = [str(DAY - timedelta(days=each)) for each in (7, 14)]
    answer = await clerk.send("POST", f"{CLAIMS}/{first['id']}/repetitions", {"days": days})
    for claim in answer.json()["items"]:
        await act(clerk, claim, "submission", {})
        assert (await checks(approver, claim))["near_amount"]["level"] == "low"


async def test_a_draft_and_what_was_withdrawn_say_nothing_of_others(
    clerk, handed_in, claimed, activity, again, approver
):
    came = await activity()
    gone = await handed_in(FARE | THERE, participation=came)
    await act(clerk, gone, "withdrawal")
    await claimed(FARE | THERE, participation=await again(came))
    claim = await handed_in(FARE | THERE, participation=await again(came))
    found = await checks(approver, claim)
    assert {code for code, each in found.items() if each["level"] != "none"} == {"first_payment"}


async def test_bank_details_are_compared_when_a_claim_is_handed_in_and_when_it_is_approved(
    turned, activity, confirmed, approver, budget
):
    came, other = await activity(), await activity()
    await confirmed({"id": str(came.person_id)})
    claim = await turned("certification", FARE, participation=came)
    found = await checks(approver, claim)
    assert found["shared_bank"]["level"] == "none"
    assert found["account_name"]["level"] == "low"
    told = {"budget_id": str(budget.id)} | await answers(approver, claim)
    await confirmed({"id": str(other.person_id)}, account_name="Jo Bloggs")
    answer = await act(approver, claim, "approval", told)
    refused(answer, 409, "flags-unanswered")
    (flag,) = answer.json()["flags"]
    assert flag == IsPartialDict(code="shared_bank", level="high")
    assert str(other.person_id) not in answer.text
    found = await checks(approver, await turned("submission", FARE, participation=other))
    assert found["shared_bank"] == IsPartialDict(level="high", about_ids=[])
    assert found["account_name"]["level"] == "medium"


async def test_who_was_paid_is_not_paid_for_the_first_time(
    handed_in, activity, again, was_paid, approver
):
    came = await activity()
    await was_paid(await handed_in(FARE, participation=came))
    claim = await handed_in(FEE, participation=await again(came))
    assert (await checks(approver, claim))["first_payment"]["level"] == "none"


@pytest.mark.parametrize(("paid", "level"), [(20, "medium"), (19, "none")])
async def test_the_largest_of_a_year_are_found(clerk, handed_in, was_paid, approver, paid, level):
    first = await handed_in(FARE)
    days = [str(DAY - timedelta(days=each)) for each in range(1, paid)]
    answer = await clerk.send("POST", f"{CLAIMS}/{first['id']}/repetitions", {"days": days})
    await was_paid(first, *answer.json()["items"])
    assert (await checks(approver, await handed_in(FEE)))["above_95th"]["level"] == level
    assert (await checks(approver, await handed_in(FARE)))["above_95th"]["level"] == "none"


async def test_a_budget_with_less_left_is_found_by_the_first_of_two(
    turned, approver, someone, given
):
    claim = await turned("certification", NIGHT)
    held = await held_budget(given, approver, pence=1_000)
    told = {"budget_id": str(held.id)} | await answers(approver, claim)
    answer = await act(approver, claim, "approval", told)
    refused(answer, 409, "flags-unanswered")
    assert [each["code"] for each in answer.json()["flags"]] == ["budget_exceeded"]
    told["answers"].append({"code": "budget_exceeded", "reason": "It is raised on Monday."})
    assert (await act(approver, claim, "approval", told)).json()["status"] == "part_approved"
    assert (await checks(approver, claim))["budget_exceeded"]["level"] == "high"
    other = await someone("claims:read", "claims:approve", name="Bea Budget")
    await given.add(BudgetHolder(cost_centre_id=held.cost_centre_id, user_id=other.id))
    refused(await act(other, claim, "approval", {}), 409, "budget-exceeded", left_pence=1_000)


async def test_earlier_rejections_are_found(handed_in, activity, again, approver):
    came = await activity()
    claim = await handed_in(FARE, participation=came)
    await act(approver, claim, "rejection", {"reason": "Paid elsewhere."})
    second = await handed_in(FARE, participation=await again(came))
    found = (await checks(approver, second))["earlier_rejections"]
    assert found == IsPartialDict(level="low", about_ids=[claim["id"]])
