"""Paid claims that match others, pair by pair."""

from datetime import timedelta

import pytest

from app.core.clock import today
from app.domain.reimbursements.flags import matches
from tests.api.reimbursements.conftest import CLAIMS, DAY, FARE

PLACE = f"{CLAIMS}/matches"
TIME = {"first": str(today() - timedelta(days=300)), "last": str(today() + timedelta(days=1))}
MILES = {"kind": "mileage", "day": str(DAY), "vehicle": "car", "miles": "12.5"}
THERE = {"from_place": "Oxford Station", "to_place": "Littlemore"}
BACK = {"from_place": "Littlemore", "to_place": "Oxford station"}
BUS = {key: FARE[key] for key in ("kind", "day", "amount_pence")}


async def found(api, **told) -> dict[frozenset[str], list[str]]:
    answer = await api.get(PLACE, **TIME | told)
    assert answer.status_code == 200, answer.text
    assert answer.json()["more"] is False
    return {
        frozenset((each["claim_id"], each["other_id"])): each["kinds"]
        for each in answer.json()["items"]
    }


def pair(*claims: dict) -> frozenset[str]:
    return frozenset(each["id"] for each in claims)


async def test_two_paid_claims_of_one_person_match_by_amount_and_journey(
    handed_in, activity, again, was_paid, approver, monkeypatch
):
    came = await activity()
    first = await handed_in(FARE | THERE, participation=came)
    second = await handed_in(FARE | BACK, participation=await again(came))
    await was_paid(first)
    assert await found(approver) == {}
    await was_paid(second)
    assert await found(approver) == {pair(first, second): ["amount", "journey"]}
    later = str(today() + timedelta(days=1))
    assert await found(approver, first=later) == {}
    monkeypatch.setattr(matches, "MOST", 0)
    assert (await approver.get(PLACE, **TIME)).json() == {"items": [], "more": True}


async def test_paid_claims_of_two_people_match_by_miles_and_by_receipts(
    handed_in, activity, receipt, was_paid, approver
):
    one, other = await activity(), await activity()
    made = [
        await handed_in(
            MILES | way,
            BUS | {"receipt_ids": [await receipt(came, "a")]},
            participation=came,
        )
        for came, way in ((one, THERE), (other, BACK))
    ]
    await was_paid(*made)
    assert await found(approver) == {pair(*made): ["journey", "receipt"]}


async def test_paid_claims_of_two_people_match_by_an_account_that_they_share(
    handed_in, activity, confirmed, was_paid, approver
):
    made = []
    for _ in range(2):
        came = await activity()
        await confirmed({"id": str(came.person_id)})
        made.append(await handed_in(FARE, participation=came))
    await was_paid(*made)
    assert await found(approver) == {pair(*made): ["payee"]}


async def test_matches_are_seen_within_their_directorate(
    handed_in, activity, again, was_paid, given, someone
):
    own, other = await given.directorate(), await given.directorate()
    came = await activity(directorate_id=own.id)
    made = [await handed_in(FARE | THERE, participation=came)]
    made.append(await handed_in(FARE | BACK | {"kind": "taxi"}, participation=came))
    await was_paid(*made)
    for directorate, pairs in ((own, 1), (other, 0)):
        api = await someone("claims:read", directorates=[str(directorate.id)])
        assert len(await found(api)) == pairs


@pytest.mark.parametrize("told", [{"last": "2020-01-01"}, {"first": "2020-01-01"}])
async def test_a_time_is_in_order_and_a_year_at_most(approver, told):
    assert (await approver.get(PLACE, **TIME | told)).status_code == 422
