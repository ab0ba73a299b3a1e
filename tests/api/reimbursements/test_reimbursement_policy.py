"""What the trust decides about reimbursements is data that a version tells apart."""

from tests.api.registers.conftest import refused

POLICY = "reimbursements/policy"


async def test_the_trust_decides_anew_as_a_whole(someone):
    api = await someone("claims:read", "reimbursements:configure")
    found = (await api.get(POLICY)).json()
    assert set(found["deadline_months"].values()) == {3}
    told = {name: value for name, value in found.items() if name != "version"}
    told["second_approval_above_pence"] = 10_000
    told["deadline_months"] = {**told["deadline_months"], "mileage": 6}
    answer = await api.send("PUT", POLICY, told, If_Match=f'"{found["version"]}"')
    assert answer.status_code == 200, answer.text
    assert (await api.get(POLICY)).json()["deadline_months"]["mileage"] == 6
    answer = await api.send("PUT", POLICY, told, If_Match=f'"{found["version"]}"')
    assert answer.status_code == 412


async def test_every_kind_has_a_deadline(someone):
    api = await someone("claims:read", "reimbursements:configure")
    told = {k: v for k, v in (await api.get(POLICY)).json().items() if k != "version"}
    del told["deadline_months"]["taxi"]
    answer = await api.send("PUT", POLICY, told)
    refused(answer, 422, "invalid-request")
    assert answer.json()["errors"][0]["pointer"] == "#/deadline_months"
