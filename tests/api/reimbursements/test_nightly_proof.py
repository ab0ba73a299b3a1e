"""Every night the books are proved; where they do not agree somebody is told by the log."""

from datetime import timedelta

from sqlalchemy import text
from structlog.testing import capture_logs

from app.core.clock import today
from app.worker import queue
from app.worker.topics import proofs
from tests.api.reimbursements.conftest import FARE
from tests.api.reimbursements.paying import done

RUNS = "reimbursements/payment-runs"
NUMBERS = {"payroll_number": "20123456", "supplier_number": "S-1", "prefers": "supplier_number"}


async def test_books_that_agree_are_passed_over_and_others_are_told_of(
    turned, someone, setter, confirmer, session, sessions
):
    claim = await turned("approval", FARE)
    place = f"reimbursements/payees/{claim['person_id']}/numbers"
    await done(setter, "PUT", place, NUMBERS)
    await done(confirmer, "POST", f"{place}/confirmation", None)
    payer = await someone("payments:create", "payments:read")
    releaser = await someone("payments:release")
    run = await payer.made(RUNS, route="accounts_payable")
    await releaser.send("POST", f"{RUNS}/{run['id']}/release", {})
    with capture_logs() as logs:
        assert await proofs.handle(sessions) is True
    assert logs == []
    for statement in (
        "SET CONSTRAINTS ALL IMMEDIATE",
        "SET CONSTRAINTS ALL DEFERRED",
        "SET LOCAL ROLE everyvoice_owner",
        "ALTER TABLE claim_payment DISABLE TRIGGER follows",
        "UPDATE claim_payment SET amount_pence = amount_pence + 1",
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE claim_payment ENABLE TRIGGER follows",
        "SET LOCAL ROLE everyvoice_worker",
    ):
        await session.execute(text(statement))
    await session.commit()
    with capture_logs() as logs:
        assert await proofs.handle(sessions) is False
    (told,) = logs
    assert (told["event"], told["runs"]) == ("the books do not agree", [run["number"]])
    assert run["arrival_on"] <= str(today() + timedelta(days=92))


def test_they_are_proved_every_night():
    assert queue.SCHEDULES["prove_payments"] == ("27 4 * * *", proofs.handle)
