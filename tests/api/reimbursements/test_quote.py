from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from dirty_equals import IsPartialDict
from sqlalchemy import text

from app.core.clock import today
from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.rates import queries
from app.domain.reimbursements.rates.errors import RateMissingError
from app.domain.reimbursements.rates.models import Scheme
from app.domain.reimbursements.rates.pricing import Line
from app.domain.reimbursements.rates.units import RateUnit
from tests import reimbursing
from tests.api.registers.conftest import refused

QUOTE = "reimbursements/quote"
DAY = "2026-05-14"
FEE = {"kind": "involvement_fee", "day": DAY, "level": 4, "hours": "4"}
DRIVE = {"kind": "mileage", "day": DAY, "vehicle": "car", "miles": "30"}
TAXI = {"kind": "taxi", "day": DAY, "amount_pence": 1250}
CARE = {"kind": "carer", "day": DAY, "amount_pence": 3000}


@pytest.fixture
async def api(api_of):
    return await api_of("rates:read")


@pytest.fixture
def quoted(api):
    async def made(*lines: dict, **told: object) -> dict:
        answer = await api.send("POST", QUOTE, {"lines": list(lines)} | told)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return made


async def test_a_quote_prices_lines_of_every_kind_and_stores_nothing(quoted, session):
    before = await session.scalar(text("SELECT count(*) FROM change_pending"))
    spent = ("public_transport", "taxi", "parking", "accommodation", "printing", "data")
    care = ("carer", "childcare", "replacement_care", "interpreter", "personal_assistant")
    lines = [FEE, DRIVE | {"from_place": "Home", "to_place": "Warneford"}]
    lines += [{"kind": "subsistence", "day": DAY, "hours_away": "10.25"}]
    lines += [TAXI | {"kind": kind} for kind in spent]
    lines += [CARE | {"kind": kind, "hours": 2} for kind in care]
    found = await quoted(*lines, miles_before={"2026": "9990"})
    assert [line["amount_pence"] for line in found["lines"]] == [
        7_500,
        1_050,
        2_000,
        *[1_250] * len(spent),
        *[3_000] * len(care),
    ]
    assert found["totals"] == [
        {"route": "payroll", "amount_pence": 7_500},
        {"route": "accounts_payable", "amount_pence": 25_550},
    ]
    assert found["total_pence"] == 33_050
    assert found["lines"][0] == IsPartialDict(
        kind="involvement_fee",
        day=DAY,
        route="payroll",
        unconfirmed=True,
        explanation="4 hours at level 4: a half day, £75.00.",
    )
    # HMRC's rates alone come confirmed.
    assert [line["unconfirmed"] for line in found["lines"]] == [True, False, *[True] * 12]
    assert found["warnings"][0] == IsPartialDict(line=0, code="unconfirmed")
    assert 1 not in [warning["line"] for warning in found["warnings"]]
    assert await session.scalar(text("SELECT count(*) FROM change_pending")) == before


async def test_lines_are_quoted_as_a_claim_has_them(quoted):
    fare = {"kind": "taxi", "day": "2026-05-14", "amount_pence": 900, "from_place": "Oxford"}
    for told in ({"no_receipt_because": "Lost."}, {"receipt_ids": [str(uuid4())]}):
        (line,) = (await quoted(fare | told))["lines"]
        assert line["amount_pence"] == 900


async def test_a_line_is_priced_by_the_rate_of_its_day(quoted):
    before = DRIVE | {"day": "2026-04-05"}
    found = await quoted(before, DRIVE, miles_before={"2025": "9990", "2026": 9990})
    assert [line["amount_pence"] for line in found["lines"]] == [950, 1_050]
    nihr = [FEE | {"day": day, "hours": "8"} for day in ("2025-12-15", "2025-12-16")]
    found = await quoted(*nihr, scheme="nihr")
    assert [line["amount_pence"] for line in found["lines"]] == [15_000, 16_500]


async def test_a_price_that_is_nothing_or_less_than_paid_is_warned_of(quoted, session):
    rates = (
        (LineKind.INVOLVEMENT_FEE, RateUnit.DAY, {"pence": 0}),
        (LineKind.TAXI, RateUnit.ACTUAL, {"most_pence": 1_000, "most_per": "day"}),
        (LineKind.CANCELLATION, RateUnit.FEE_SHARE, {"percent": 50}),
        (LineKind.PREPARATION, RateUnit.HOUR, {"pence": Decimal("1250.5")}),
    )
    await reimbursing.active(session, Scheme.TRUST, *rates)
    await session.commit()
    cancelled = FEE | {"kind": "cancellation"}
    reading = {"kind": "preparation", "day": DAY, "hours": "1"}
    found = await quoted(FEE, TAXI, cancelled, reading)
    assert [(each["line"], each["code"]) for each in found["warnings"]] == [
        (0, "nothing"),
        (1, "capped"),
        (2, "nothing"),
    ]
    assert [line["amount_pence"] for line in found["lines"]] == [0, 1_000, 0, 1_251]
    assert not any(line["unconfirmed"] for line in found["lines"])


async def test_a_line_without_a_rate_is_refused_by_its_name(api):
    line = FEE | {"kind": "preparation"}
    answer = await api.send("POST", QUOTE, {"lines": [DRIVE, line]})
    refused(answer, 422, "rate-missing", kind="preparation", day=DAY)
    assert answer.json()["errors"][0]["pointer"] == "#/lines/1"


async def test_care_by_the_hour_needs_its_hours(api, session):
    hourly = (LineKind.CARER, RateUnit.ACTUAL, {"most_pence": 1_500, "most_per": "hour"})
    await reimbursing.active(session, Scheme.TRUST, hourly)
    await session.commit()
    answer = await api.send("POST", QUOTE, {"lines": [CARE]})
    refused(answer, 422, "line-hours-missing")
    answer = await api.send("POST", QUOTE, {"lines": [CARE | {"hours": 1.5}]})
    assert answer.json()["total_pence"] == 2_250


async def test_a_claim_is_priced_by_active_cards_alone(session, door):
    asked = {"scheme": None, "miles_before": {}}
    fee = Line(LineKind.INVOLVEMENT_FEE, date(2026, 5, 14), level=4, hours=Decimal(4))
    with pytest.raises(RateMissingError):
        await queries.price(door, [fee], drafts=False, **asked)
    assert await queries.price(door, [], drafts=False, **asked) == []
    card = await reimbursing.active(
        session, Scheme.PPV, (LineKind.INVOLVEMENT_FEE, RateUnit.HOUR, {"pence": 2_000})
    )
    (found,) = await queries.price(door, [fee], drafts=False, **asked)
    assert (found.amount_pence, found.card_id, found.unconfirmed) == (8_000, card.id, False)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (DRIVE | {"miles": "0"}, "miles"),
        (DRIVE | {"miles": "-1"}, "miles"),
        (DRIVE | {"miles": "24901.1"}, "miles"),
        (DRIVE | {"miles": "1.25"}, "miles"),
        (DRIVE | {"miles": "NaN"}, "miles"),
        (DRIVE | {"vehicle": "bicycle", "passengers": 1}, "passengers"),
        (DRIVE | {"passengers": 9}, "passengers"),
        (DRIVE | {"to_place": "x" * 101}, "to_place"),
        (DRIVE | {"amount_pence": 1}, "amount_pence"),
        (FEE | {"hours": "4.1"}, "hours"),
        (FEE | {"hours": "24.25"}, "hours"),
        (FEE | {"hours": 0}, "hours"),
        (FEE | {"level": 0}, "level"),
        (FEE | {"day": "1999-12-31"}, "day"),
        (FEE | {"day": str(today() + timedelta(400))}, "day"),
        (TAXI | {"amount_pence": 0}, "amount_pence"),
        (TAXI | {"amount_pence": -5}, "amount_pence"),
        (TAXI | {"amount_pence": 12.5}, "amount_pence"),
        (TAXI | {"amount_pence": 1_000_001}, "amount_pence"),
        (TAXI | {"kind": "yacht"}, ""),
    ],
)
async def test_a_line_that_cannot_be_is_refused(api, line, place):
    answer = await api.send("POST", QUOTE, {"lines": [line]})
    refused(answer, 422, "invalid-request")
    assert answer.json()["errors"][0]["pointer"] == f"#/lines/0/{place}".rstrip("/")


@pytest.mark.parametrize(
    "told",
    [
        {"lines": []},
        {"lines": [TAXI] * 101},
        {"miles_before": {"2026": "-1"}},
        {"miles_before": {"x": "1"}},
        {"scheme": "bank"},
        {"person_id": "0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"},
    ],
)
async def test_a_quote_that_cannot_be_is_refused(api, told):
    refused(await api.send("POST", QUOTE, {"lines": [TAXI]} | told), 422, "invalid-request")


async def test_the_longest_journey_goes_round_the_earth(quoted):
    found = await quoted(
        DRIVE | {"miles": "24901", "passengers": 1}, TAXI | {"amount_pence": 1_000_000}
    )
    assert found["lines"][0]["amount_pence"] == 550_000 + 14_901 * 25 + 24_901 * 5
