"""Who is on the register and a user too decides on nothing of their own, by whichever login."""

from uuid import uuid4

from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import CLAIMS, FARE


async def test_a_user_who_is_the_claimant_certifies_nothing_of_theirs(
    finance, turned, coordinator, claimed, clerk
):
    claim = await claimed(FARE)
    keeper = await finance()
    place = f"reimbursements/payees/{claim['person_id']}/users"
    made = await keeper.made(place, user_id=coordinator.id)
    assert made["user_id"] == coordinator.id
    refused(await keeper.send("POST", place, {"user_id": coordinator.id}), 409, "tie-known")
    assert len((await keeper.get(place)).json()["items"]) == 1
    await clerk.send("POST", f"{CLAIMS}/{claim['id']}/submission", {})
    certify = f"{CLAIMS}/{claim['id']}/certification"
    refused(await coordinator.send("POST", certify, None), 403, "claim-self")
    assert (await keeper.send("DELETE", f"{place}/{coordinator.id}", None)).status_code == 204
    assert (await coordinator.send("POST", certify, None)).status_code == 200


async def test_only_users_are_noted_and_only_what_was_noted_is_taken_back(finance, payable):
    keeper, person = await finance(), await payable()
    place = f"reimbursements/payees/{person['id']}/users"
    unknown = str(uuid4())
    refused(await keeper.send("POST", place, {"user_id": unknown}), 404, "user-not-found")
    refused(await keeper.send("DELETE", f"{place}/{unknown}", None), 404, "tie-not-found")
