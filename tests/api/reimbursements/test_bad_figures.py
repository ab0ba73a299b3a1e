"""Figures that nothing can be: no claim is made of them, and no book holds them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.db import constraint_of
from tests.api.reimbursements.conftest import CLAIMS, DAY, FARE, FEE

MILES = {"kind": "mileage", "day": str(DAY), "vehicle": "car"}
AWAY = {"kind": "subsistence", "day": str(DAY)}
HUGE = 10**30
# The most of one line, ten thousand pounds, and more than the most of a claim.
MOST, OVER = 1_000_000, 10_000_001


@pytest.fixture
async def body(activity) -> dict:
    came = await activity()
    return {
        "person_id": str(came.person_id),
        "participation_id": str(came.id),
        "activity_on": str(DAY),
    }


PENCE = [-1, 0, 4.2, 420.0, "420", "4.20", True, None, MOST + 1, HUGE, -HUGE, 2**63, [420]]
DECIMALS = ["-1", "0", "-0", "1e9", "NaN", "Infinity", "1.234", "24901.1", str(HUGE), "", "1,5"]
LINES = [
    *((FARE | {"amount_pence": each}, "amount_pence") for each in PENCE),
    *((MILES | {"miles": each}, "miles") for each in (*DECIMALS, "24902", True, None)),
    *((FEE | {"hours": each}, "hours") for each in (*DECIMALS, "24.25", "3.1", None)),
    *((AWAY | {"hours_away": each}, "hours_away") for each in (*DECIMALS, "24.25")),
    *((FEE | {"level": each}, "level") for each in (0, 5, -1, 1.5, HUGE)),
    *((MILES | {"miles": "3", "passengers": each}, "passengers") for each in (-1, 9, 0.5, HUGE)),
]


@pytest.mark.parametrize(("line", "field"), LINES, ids=str)
async def test_a_figure_that_nothing_can_be_makes_no_claim(clerk, body, line, field, session):
    answer = await clerk.send("POST", CLAIMS, body | {"lines": [line]})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    pointers = [each["pointer"] for each in answer.json()["errors"]]
    assert any(each.startswith("#/lines/0/") and each.endswith(field) for each in pointers), (
        pointers
    )
    assert str(HUGE) not in answer.text
    assert (await session.scalars(text("SELECT count(*) FROM claim"))).one() == 0


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "1e400", "4.2e2", "0420", "+420", "0x1A4"])
async def test_a_number_that_is_no_whole_number_of_json_makes_no_claim(clerk, body, raw, session):
    fare = f'{{"kind": "public_transport", "day": "{DAY}", "amount_pence": {raw}}}'
    told = ", ".join(f'"{name}": "{value}"' for name, value in body.items())
    answer = await clerk.client.post(
        f"/v1/{CLAIMS}",
        content=f'{{{told}, "lines": [{fare}]}}',
        headers=clerk.headers | {"Content-Type": "application/json"},
    )
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await session.scalars(text("SELECT count(*) FROM claim"))).one() == 0


async def test_lines_that_are_each_allowed_do_not_come_to_more_than_a_claim_may(clerk, body):
    lines = [FARE | {"amount_pence": MOST}] * 10
    answer = await clerk.send("POST", CLAIMS, body | {"lines": [*lines, FARE]})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/claim-total")
    made = await clerk.made(CLAIMS, **body, lines=lines)
    assert made["total_pence"] == OVER - 1
    assert (await clerk.send("POST", CLAIMS, body | {"lines": [FARE] * 101})).status_code == 422


@pytest.mark.parametrize("pence", [-1, 0, 4.2, "4.20", None, 10_000_000_001, HUGE, -HUGE])
async def test_a_budget_of_a_figure_that_nothing_can_be_is_not_opened(api_of, pence):
    keeper = await api_of("budgets:read", "budgets:manage")
    centre = await keeper.made("reimbursements/cost-centres", code="C1", name="Involvement")
    told = {"cost_centre_id": centre["id"], "name": "All", "starts_on": str(DAY)}
    place = "reimbursements/budgets"
    answer = await keeper.send("POST", place, told | {"amount_pence": pence})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")


@pytest.mark.parametrize(
    ("told", "constraint"),
    [
        ("amount_pence = -1", "ck_claim_line_amount_pence"),
        (f"amount_pence = {OVER}", "ck_claim_line_amount_pence"),
        ("told_pence = 0", "ck_claim_line_told_pence"),
        ("miles = -1", "ck_claim_line_miles"),
        ("miles = 24902", "ck_claim_line_miles"),
        ("hours = 0", "ck_claim_line_hours"),
        ("hours = 25", "ck_claim_line_hours"),
        ("hours_away = 25", "ck_claim_line_hours_away"),
        ("level = 5", "ck_claim_line_level"),
        ("passengers = -1", "ck_claim_line_passengers"),
        ("position = 101", "ck_claim_line_position"),
    ],
)
async def test_the_database_holds_no_line_of_such_a_figure(claimed, session, told, constraint):
    await claimed()
    tried = await session.begin_nested()
    with pytest.raises(IntegrityError) as error:
        await session.execute(text(f"UPDATE claim_line SET {told}"))
    await tried.rollback()
    assert constraint_of(error.value) == constraint


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE claim SET total_pence = -1", "ck_claim_comes_to_something"),
        (f"UPDATE claim SET total_pence = {OVER}", "ck_claim_total_pence"),
        ("UPDATE claim SET total_pence = total_pence + 1", "claim_totalled"),
        ("UPDATE budget SET committed_pence = -1", "ck_budget_committed_pence"),
        ("UPDATE budget SET spent_pence = -1", "ck_budget_spent_pence"),
        ("UPDATE budget SET spent_pence = amount_pence + 1", "ck_budget_within_amount"),
    ],
)
async def test_the_database_holds_no_sum_of_such_a_figure(turned, session, statement, constraint):
    await turned("approval")
    tried = await session.begin_nested()
    for each in ("SET CONSTRAINTS ALL IMMEDIATE", "SET LOCAL ROLE everyvoice_owner"):
        await session.execute(text(each))
    with pytest.raises(IntegrityError) as error:
        await session.execute(text(statement))
    await tried.rollback()
    assert constraint_of(error.value) == constraint
