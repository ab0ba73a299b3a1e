"""Fees that are given as vouchers, against a signature, by somebody with no hand in the claim."""

from sqlalchemy import text

from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import CLAIMS, DAY, FEE


async def test_fees_are_given_as_vouchers_by_somebody_with_no_hand_in_the_claim(
    turned, someone, session, budget
):
    keeper = await someone("budgets:manage", name="Vic Vouchers")
    stock = {"first_number": 1, "count": 10, "value_pence": 2_500}
    assert (await keeper.send("POST", "reimbursements/vouchers", stock)).status_code == 201
    await session.execute(text("UPDATE reimbursement_policy SET vouchers_allowed = true"))
    await session.commit()
    claim = await turned("approval", FEE, fees_by_voucher=True)
    assert [line["route"] for line in claim["lines"]] == ["voucher"]
    place = f"{CLAIMS}/{claim['id']}/vouchers"
    signed = {"signature_reference": "SIG-1"}
    answer = await keeper.send("POST", place, signed)
    assert answer.json()["status"] == "paid", answer.text
    refused(await keeper.send("POST", place, signed), 409, "voucher-not-due")
    await session.refresh(budget)
    assert (budget.committed_pence, budget.spent_pence) == (0, 7_500)
    issued = text("SELECT count(*) FROM voucher WHERE status = 'issued' AND claim_id = :claim")
    assert await session.scalar(issued, {"claim": claim["id"]}) == 3


async def test_whoever_had_a_hand_in_a_claim_hands_no_vouchers_over(turned, someone, session):
    both = await someone("budgets:manage", "claims:read", "claims:write", name="Both")
    await session.execute(text("UPDATE reimbursement_policy SET vouchers_allowed = true"))
    await session.commit()
    claim = await turned("approval", FEE, fees_by_voucher=True, by=both)
    answer = await both.send(
        "POST", f"{CLAIMS}/{claim['id']}/vouchers", {"signature_reference": "SIG-1"}
    )
    refused(answer, 403, "voucher-hands")


async def test_no_vouchers_are_claimed_where_the_trust_gives_none(clerk, activity):
    came = await activity()
    body = {"person_id": str(came.person_id), "participation_id": str(came.id)}
    body |= {"activity_on": str(DAY), "lines": [FEE], "fees_by_voucher": True}
    refused(await clerk.send("POST", CLAIMS, body), 409, "vouchers-not-allowed")
