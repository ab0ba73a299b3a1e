"""People claim by themselves, or by a supporter whom they named for it; and see nothing else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from dirty_equals import IsPartialDict

from app.core.clock import today
from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import DAY, FARE, FEE, OWN


@pytest.fixture
def own(bound, activity):
    """Somebody who signed in and came to something: `api, participation = await own()`."""

    async def made(subject: str = "s-1"):
        api = await bound(subject)
        return api, await activity(person=api.person)

    return made


async def claim_of(api, came, *lines: dict) -> dict:
    body = {"participation_id": str(came.id), "activity_on": str(DAY)}
    return await api.made(OWN, **body, lines=list(lines or (FARE,)))


async def act(api, claim: dict, step: str, body=None):
    return await api.send("POST", f"{OWN}/{claim['id']}/{step}", body)


async def test_a_person_claims_and_sees_where_it_stands(own):
    api, came = await own()
    claim = await claim_of(api, came, FARE, FEE)
    assert claim == IsPartialDict(status="draft", held_by="claimant", total_pence=7_920)
    assert (await act(api, claim, "submission")).json() == IsPartialDict(
        status="submitted", held_by="certifier"
    )
    found = (await api.get(OWN, status="submitted")).json()["items"]
    assert [each["id"] for each in found] == [claim["id"]]
    assert (await api.get(f"{OWN}/{claim['id']}")).json()["status"] == "submitted"
    history = (await api.get(f"{OWN}/{claim['id']}/history")).json()["items"]
    assert [each["act"] for each in history] == ["make", "submit"]
    assert not any(each["on_behalf"] for each in history)


async def test_a_person_changes_repeats_and_takes_back_their_claim(own):
    api, came = await own()
    claim = await claim_of(api, came)
    lines = {"lines": [FARE | {"amount_pence": 600}]}
    changed = (await api.send("PUT", f"{OWN}/{claim['id']}/lines", lines)).json()
    assert changed["total_pence"] == 600
    days = {"days": [str(DAY - timedelta(days=7))]}
    (again,) = (await act(api, claim, "repetitions", days)).json()["items"]
    assert again == IsPartialDict(repeats_id=claim["id"], total_pence=600)
    assert (await act(api, claim, "withdrawal")).json()["status"] == "withdrawn"


async def test_a_key_makes_one_claim_of_ones_own(own):
    api, came = await own()
    body = {"participation_id": str(came.id), "activity_on": str(DAY), "lines": [FARE]}
    first = await api.send("POST", OWN, body, Idempotency_Key="k")
    again = await api.send("POST", OWN, body, Idempotency_Key="k")
    assert first.json()["id"] == again.json()["id"]


async def test_nobody_sees_or_changes_anothers_claim(own):
    api, came = await own()
    other, _ = await own("s-2")
    claim = await claim_of(api, came)
    place = f"{OWN}/{claim['id']}"
    for answer in (
        await other.get(place),
        await other.get(f"{place}/history"),
        await act(other, claim, "submission"),
        await act(other, claim, "withdrawal"),
        await act(other, claim, "repetitions", {"days": [str(DAY)]}),
        await other.send("PUT", f"{place}/lines", {"lines": [FARE]}),
    ):
        refused(answer, 404, "claim-not-found")
    assert (await other.get(OWN)).json()["items"] == []
    body = {"participation_id": str(came.id), "activity_on": str(DAY), "lines": [FARE]}
    refused(await other.send("POST", OWN, body), 422, "activity-missing")


async def test_after_the_last_day_a_person_is_sent_to_staff(own):
    api, came = await own()
    claim = await claim_of(api, came, FARE | {"day": str(today() - timedelta(days=200))})
    refused(await act(api, claim, "submission"), 409, "claim-late")


async def test_whoever_claims_for_somebody_on_their_word_decides_nothing_for_them(
    own, someone, activity, coordinator
):
    api, came = await own()
    staff = await someone("registers:on_behalf", "claims:certify", "claims:approve")
    staff.client = api.client
    staff.headers |= {"On-Behalf-Of": api.id}
    claim = await claim_of(staff, came)
    answer = await act(api, claim, "submission")
    assert answer.json()["status"] == "submitted"
    staff.headers.pop("On-Behalf-Of")
    place = f"reimbursements/claims/{claim['id']}/certification"
    refused(await staff.send("POST", place, None), 403, "claim-certifier")
    place = f"reimbursements/claims/{claim['id']}/rejection"
    refused(await staff.send("POST", place, {"reason": "x"}), 403, "claim-self")


async def test_a_receipt_proves_one_line_of_one_claim(own, given):
    api, came = await own()
    unknown = FARE | {"receipt_ids": [str(uuid4())]}
    unknown.pop("no_receipt_because")
    body = {"participation_id": str(came.id), "activity_on": str(DAY), "lines": [unknown]}
    refused(await api.send("POST", OWN, body), 404, "receipt-not-found")
