"""What people were paid in a tax year, and the return of it for payroll."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from dirty_equals import IsPartialDict
from hypothesis import given as for_all
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.api.v1.reimbursements.tax_years_schemas import AnnualReturnOut, TaxYearOut
from app.core.actor import Actor
from app.core.clock import today
from app.domain.people.register.models import PersonStatus
from app.domain.reimbursements.budgets import spending
from app.domain.reimbursements.kinds import LineKind, Route, Vehicle
from app.domain.reimbursements.ledger import queries as ledger
from app.domain.reimbursements.ledger.models import Posting
from app.domain.reimbursements.payees.models import PayeeAccess, PayeeNumbers
from app.domain.reimbursements.payments import handing
from app.domain.reimbursements.payments.models import PaymentStatus
from app.domain.reimbursements.rates.tax_year import tax_year
from app.domain.reimbursements.tax_years.years import days_of
from app.domain.reimbursements.vouchers import service as vouchers
from tests.api.registers.conftest import refused
from tests.budgeting import BY, budget, move, person
from tests.claiming import BUS, FEE, Told, came, claim, pay

PLACE = "reimbursements/tax-years"
LAST, FIRST = date(2026, 4, 5), date(2026, 4, 6)
PAYABLE, CHARITY = Route.ACCOUNTS_PAYABLE, Route.CHARITY


def journey(miles: str, pence: int, vehicle: Vehicle = Vehicle.CAR, passengers: int = 0) -> Told:
    told = {"miles": Decimal(miles), "vehicle": vehicle, "passengers": passengers}
    return Told(LineKind.MILEAGE, pence, None, tuple(told.items()))


@pytest.fixture
async def api(api_of):
    return await api_of("payments:read", "payees:read")


@pytest.fixture
def paid(given):
    """Let somebody be paid for a day: `await paid(who, day, FEE, BUS)`."""

    async def made(who, on: date, *lines: Told, activity_on: date | None = None):
        own, day = await budget(given, 10_000_000), activity_on or on
        steps = ("submitted", day), ("certified", day), ("approved", day)
        activity = await came(given, day, who=who)
        found = await claim(given, day, *steps, lines=lines, activity=activity, budget=own)
        ways = {line.way for line in lines}
        return [await pay(given, found, own, on, way) for way in sorted(ways)]

    return made


async def year_of(api, who, year: int = 2026) -> dict:
    answer = await api.get(f"{PLACE}/{year}/people/{who.id}")
    assert answer.status_code == 200, answer.text
    TaxYearOut.model_validate_json(answer.content)
    return answer.json()


def table(answer) -> list[list[str]]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@for_all(st.dates(date(2000, 1, 1), date(2199, 12, 31)))
def test_every_day_is_in_one_tax_year(day):
    first, last = days_of(tax_year(day))
    assert first <= day <= last
    assert days_of(tax_year(day) + 1)[0] == last + timedelta(days=1)


async def test_a_tax_year_tells_what_was_paid_in_it_by_the_day_of_payment(api, given, paid):
    amara, other = await person(given), await person(given)
    gift = Told(LineKind.PREPARATION, 1_000, CHARITY)
    await paid(amara, LAST, FEE, BUS)
    await paid(amara, FIRST, FEE, BUS, activity_on=date(2026, 3, 1))
    await paid(amara, date(2026, 9, 1), gift, Told(LineKind.PARKING, 250), BUS)
    await paid(other, FIRST, FEE)
    told = await year_of(api, amara)
    assert told == IsPartialDict(
        year=2026,
        first_day="2026-04-06",
        last_day="2027-04-05",
        fees_pence=6_000,
        vouchers_pence=0,
        charity_pence=1_000,
        expenses_pence=1_090,
        expenses=[
            {"kind": "parking", "amount_pence": 250},
            {"kind": "public_transport", "amount_pence": 840},
        ],
        mileage=[],
        number_of_payments=4,
    )
    assert [(each["paid_on"], each["amount_pence"]) for each in told["payments"]] == [
        ("2026-04-06", each["amount_pence"]) for each in told["payments"][:2]
    ] + [("2026-09-01", each["amount_pence"]) for each in told["payments"][2:]]
    before = await year_of(api, amara, 2025)
    assert (before["fees_pence"], before["expenses_pence"]) == (6_000, 420)
    refused(await api.get(f"{PLACE}/2026/people/{uuid4()}"), 404, "person-not-found")


async def test_what_came_back_was_not_paid(api, given, paid):
    amara = await person(given)
    [payment] = await paid(amara, FIRST, FEE)
    payment.status, payment.paid_on = PaymentStatus.RETURNED, None
    payment.returned_because = "closed"
    await given.session.commit()
    assert (await year_of(api, amara))["payments"] == []


async def test_vouchers_and_merged_records_are_the_person_s_too(api, session, given, paid):
    amara, own = await person(given), await budget(given)
    double = await person(given)
    await paid(double, FIRST, FEE)
    double.merged_into, double.status = amara.id, PersonStatus.LEFT
    await session.commit()
    await vouchers.buy(session, 1, 3, 1_000, by=BY, day=FIRST)
    told = {"person_id": amara.id, "day": FIRST, "claim_id": None}
    await spending.reserve(session, move(own.id, 2_000, **told))
    await vouchers.issue(session, move(own.id, 2_000, **told), "R-2026/0017")
    await session.commit()
    found = await year_of(api, amara)
    assert (found["fees_pence"], found["vouchers_pence"]) == (6_000, 2_000)
    assert {
        "paid_on": "2026-04-06",
        "route": "voucher",
        "amount_pence": 2_000,
        "reference": "R-2026/0017",
    } in found["payments"]


async def test_vouchers_that_are_handed_over_for_a_fee_count_once(api, session, given):
    amara, own = await person(given), await budget(given)
    fee, day = Told(LineKind.INVOLVEMENT_FEE, 2_000, Route.VOUCHER), today()
    steps = ("submitted", day), ("certified", day), ("approved", day)
    activity = await came(given, day, who=amara)
    found = await claim(given, day, *steps, lines=(fee,), activity=activity, budget=own)
    await vouchers.buy(session, 1, 2, 1_000, by=BY)
    await spending.reserve(session, move(own.id, 2_000, person_id=amara.id, claim_id=found.id))
    by = Actor(id=uuid4(), name="Finn Finance", scopes=frozenset())
    await handing.hand_over(session, found, "R-2026/0018", by=by)
    await session.commit()
    told = await year_of(api, amara, tax_year(day))
    assert (told["vouchers_pence"], told["number_of_payments"]) == (2_000, 1)
    whole = (await api.get(f"{PLACE}/{tax_year(day)}/return")).json()
    assert whole == IsPartialDict(fees_pence=0, vouchers_pence=2_000, holds=True)


async def test_mileage_is_told_beside_what_hmrc_approves(api, given, paid):
    amara = await person(given)
    await paid(amara, date(2025, 8, 1), journey("9990", 449_550))
    await paid(amara, date(2025, 9, 1), journey("5", 300))
    await paid(amara, date(2026, 4, 20), journey("30", 1_500), activity_on=date(2026, 3, 20))
    await paid(amara, date(2026, 5, 1), journey("10", 600, passengers=1))
    await paid(amara, date(2026, 5, 2), journey("10", 150, Vehicle.BICYCLE))
    told = {each["vehicle"]: each for each in (await year_of(api, amara))["mileage"]}
    # 5 miles at 45p and 25 at 25p of the tax year before, then 10 at 55p with a passenger at 5p.
    assert told["car"] == {
        "vehicle": "car",
        "miles": "40.0",
        "amount_pence": 2_100,
        "approved_pence": 850 + 600,
        "within_pence": 1_450,
        "above_pence": 650,
    }
    assert told["bicycle"] == IsPartialDict(approved_pence=200, within_pence=150, above_pence=0)


async def test_miles_that_no_card_prices_have_no_approved_amount(api, given, paid):
    amara = await person(given)
    await paid(amara, date(2001, 5, 1), journey("10", 450))
    [told] = (await year_of(api, amara, 2001))["mileage"]
    assert told == IsPartialDict(amount_pence=450, approved_pence=None, above_pence=None)
    assert told["within_pence"] is None
    assert (await year_of(api, amara))["mileage"] == []


async def test_a_tax_year_can_be_downloaded(api, given, paid):
    amara = await person(given)
    await paid(amara, FIRST, FEE, BUS, journey("10", 550))
    answer = await api.get(f"{PLACE}/2026/people/{amara.id}/export")
    header, *rows = table(answer)
    assert header == ["what", "detail", "day", "miles", "amount_pence"]
    assert ["fees", "", "", "", "6000"] in rows
    assert ["expenses_of_kind", "public_transport", "", "", "420"] in rows
    assert ["mileage", "car", "", "10.0", "550"] in rows
    assert ["payment", "payroll", "2026-04-06", "", "6000"] in rows
    assert 'filename="tax-year-2026.csv"' in answer.headers["content-disposition"]


async def test_people_read_their_own_tax_year_and_nobody_else_s(bound, given, paid):
    amara = await bound()
    await paid(amara.person, FIRST, FEE)
    await paid(await person(given), FIRST, FEE)
    place = "registers/people/me/tax-years/2026"
    assert (await amara.get(place)).json()["fees_pence"] == 6_000
    assert ["fees", "", "", "", "6000"] in table(await amara.get(f"{place}/export"))
    refused(await amara.get("registers/people/me/tax-years/1999"), 422, "invalid-request")


async def test_the_return_tells_each_person_paid_and_proves_itself(api, session, given, paid):
    people = [await person(given, name=name) for name in ("=Ada", "Bo", "Cy")]
    for who in people:
        await paid(who, date(2025, 4, 6), FEE, BUS, Told(LineKind.PREPARATION, 500))
    await paid(people[0], LAST, FEE)
    await paid(people[1], FIRST, FEE)
    await paid(people[1], LAST, Told(LineKind.CANCELLATION, 300, CHARITY))
    await given.add(PayeeNumbers(person_id=people[0].id, payroll_number="P77", set_by=uuid4()))
    first = (await api.get(f"{PLACE}/2025/return", limit=2)).json()
    second = (await api.get(f"{PLACE}/2025/return", limit=2, after=first["next"])).json()
    for page in (first, second):
        AnnualReturnOut.model_validate(page)
        assert page == IsPartialDict(
            people=3, payments=4, fees_pence=25_500, ledger_pence=25_500, holds=True
        )
    rows = [(each["name"], each["fees_pence"], each["payments"]) for each in first["items"]]
    assert rows == [("Cy", 6_500, 1), ("Bo", 6_500, 1)]
    assert second["next"] is None
    assert second["items"] == [
        {
            "person_id": str(people[0].id),
            "name": "=Ada",
            "payroll_number": "P77",
            "fees_pence": 12_500,
            "payments": 2,
            "vouchers_pence": 0,
        }
    ]
    looked = select(func.count()).select_from(PayeeAccess)
    assert await session.scalar(looked.where(PayeeAccess.person_id == people[0].id)) == 1
    answer = await api.get(f"{PLACE}/2025/return/export")
    assert table(answer) == [
        ["payroll_number", "name", "fees_pence", "payments", "vouchers_pence"],
        ["", "Cy", "6500", "1", "0"],
        ["", "Bo", "6500", "1", "0"],
        ["P77", "'=Ada", "12500", "2", "0"],
    ]
    assert await session.scalar(looked) == 6


async def test_a_tax_year_that_has_not_begun_is_not_found(api, given):
    amara, year = await person(given), tax_year(today()) + 1
    for place in (f"people/{amara.id}", f"people/{amara.id}/export", "return", "return/export"):
        refused(await api.get(f"{PLACE}/{year}/{place}"), 404, "tax-year-not-found")


async def test_a_return_of_nobody_holds(api):
    told = (await api.get(f"{PLACE}/2011/return")).json()
    assert told == IsPartialDict(people=0, fees_pence=0, holds=True, items=[], next=None)


async def test_what_came_back_in_the_next_year_is_taken_off_the_year_it_was_paid_in(
    api, session, given, paid
):
    amara = await person(given)
    [payment] = await paid(amara, LAST, FEE)
    once = f"pay:{payment.id}"
    booked: Posting = (await ledger.posted(session, {once}))[once]
    await spending.unspend(session, booked, day=FIRST, by=BY)
    told = (await api.get(f"{PLACE}/2025/return")).json()
    assert told == IsPartialDict(fees_pence=6_000, ledger_pence=0, holds=False)
    payment.status, payment.paid_on = PaymentStatus.RETURNED, None
    payment.returned_because = "closed"
    await session.commit()
    for year in (2025, 2026):
        told = (await api.get(f"{PLACE}/{year}/return")).json()
        assert told == IsPartialDict(fees_pence=0, ledger_pence=0, holds=True)


async def test_a_key_of_one_directorate_reads_no_return(api_of, given):
    north = await given.directorate()
    api = await api_of("payments:read", "payees:read", directorates=[north.id])
    for place in ("return", "return/export"):
        refused(await api.get(f"{PLACE}/2026/{place}"), 403, "forbidden")
