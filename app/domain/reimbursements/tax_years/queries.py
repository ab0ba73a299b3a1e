"""What a person was paid in a tax year, with the records merged into theirs."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.domain.people.register.models import Person
from app.domain.reimbursements.kinds import LineKind, Route, Vehicle
from app.domain.reimbursements.rates import pricing
from app.domain.reimbursements.rates import queries as rates
from app.domain.reimbursements.rates.errors import RateMissingError
from app.domain.reimbursements.rates.models import RateCard, RateCardStatus, Scheme
from app.domain.reimbursements.rates.pricing import Card, Line
from app.domain.reimbursements.tax_years.years import (
    Expenses,
    Mileage,
    Payment,
    TaxYear,
    begun,
)

Cell = str | int | None
HEADER: Final = ("what", "detail", "day", "miles", "amount_pence")
_PAID: Final = """
   p.person_id = ANY(:records) AND p.status = 'paid' AND p.paid_on BETWEEN :first AND :last"""
# Vouchers are told by the stock they came from, for a claim or not.
_PAYMENTS: Final = text(
    f"""
    SELECT p.paid_on, p.route, p.amount_pence, p.reference FROM claim_payment p
     WHERE {_PAID} AND p.route <> 'voucher'
     UNION ALL
    SELECT v.issued_on, 'voucher', sum(v.value_pence), v.signature_reference FROM voucher v
     WHERE v.person_id = ANY(:records) AND v.issued_on BETWEEN :first AND :last
     GROUP BY v.issue_posting_id, v.issued_on, v.signature_reference
     ORDER BY 1, 4, 2"""
)
_EXPENSES: Final = text(
    f"""
    SELECT l.kind, sum(l.amount_pence) AS pence
      FROM claim_payment p JOIN claim_line l ON l.claim_id = p.claim_id AND l.route = p.route
     WHERE {_PAID} AND p.route = 'accounts_payable' AND l.amount_pence > 0
     GROUP BY l.kind ORDER BY l.kind"""
)
# Journeys paid for in earlier years too, for their miles use up what is approved at a better rate.
_JOURNEYS: Final = text(
    f"""
    SELECT l.vehicle, l.day, l.miles, coalesce(l.passengers, 0) AS passengers, l.amount_pence,
           p.paid_on >= :year_from AS counts
      FROM claim_payment p JOIN claim c ON c.id = p.claim_id
      JOIN claim_line l ON l.claim_id = p.claim_id AND l.route = p.route
     WHERE {_PAID} AND l.kind = 'mileage'
     ORDER BY l.vehicle, l.day, c.number, l.position"""
)


async def of_person(session: AsyncSession, person: Person, year: int) -> TaxYear:
    """Give what a person was paid in the tax year that begins in a calendar year.

    Raises TaxYearNotFoundError.
    """
    mine = or_(Person.id == person.id, Person.merged_into == person.id)
    records = list(await session.scalars(select(Person.id).where(mine)))
    first, last = begun(year, today())
    told = {"records": records, "first": first, "last": last}
    paid = [
        Payment(row.paid_on, Route(row.route), int(row.amount_pence), row.reference)
        for row in await session.execute(_PAYMENTS, told)
    ]
    expenses = [
        Expenses(LineKind(row.kind), int(row.pence))
        for row in await session.execute(_EXPENSES, told)
    ]
    return TaxYear(year, paid, expenses, await _mileage(session, records, first, last))


def lines(told: TaxYear) -> list[Sequence[Cell]]:
    """Give a summary as the lines of a file, in the order of HEADER."""
    sums: list[Sequence[Cell]] = [
        ("fees", None, None, None, told.fees_pence),
        ("vouchers", None, None, None, told.vouchers_pence),
        ("charity", None, None, None, told.charity_pence),
        ("expenses", None, None, None, told.expenses_pence),
    ]
    kinds = (
        ("expenses_of_kind", each.kind, None, None, each.amount_pence) for each in told.expenses
    )
    paid = (
        ("payment", each.route, str(each.paid_on), None, each.amount_pence)
        for each in told.payments
    )
    return [*sums, *kinds, *_of_mileage(told.mileage), *paid]


def _of_mileage(mileage: Iterable[Mileage]) -> list[Sequence[Cell]]:
    return [
        line
        for each in mileage
        for line in (
            ("mileage", each.vehicle, None, str(each.miles), each.amount_pence),
            ("mileage_within_approved", each.vehicle, None, None, each.within_pence),
            ("mileage_above_approved", each.vehicle, None, None, each.above_pence),
        )
    ]


async def _mileage(
    session: AsyncSession, records: Collection[UUID], first: date, last: date
) -> list[Mileage]:
    told = {"records": records, "first": date.min, "last": last, "year_from": first}
    rows = (await session.execute(_JOURNEYS, told)).all()
    if not any(row.counts for row in rows):
        return []
    cards = await _approved_cards(session)
    found = groupby(rows, key=lambda row: row.vehicle)
    each = (_of_vehicle(Vehicle(vehicle), list(journeys), cards) for vehicle, journeys in found)
    return [mileage for mileage in each if mileage.miles]


def _of_vehicle(vehicle: Vehicle, journeys: Sequence[Any], cards: Sequence[Card]) -> Mileage:
    """Sum up a vehicle's journeys, and what HMRC approves for them, in the order of their days."""
    asked = [
        Line(LineKind.MILEAGE, row.day, miles=row.miles, vehicle=vehicle, passengers=row.passengers)
        for row in journeys
    ]
    approved: int | None = None
    try:
        priced = pricing.price(asked, cards, scheme=Scheme.HMRC, miles_before={})
    except RateMissingError:
        pass
    else:
        counted = zip(journeys, priced, strict=True)
        approved = sum(each.amount_pence for row, each in counted if row.counts)
    mine = [row for row in journeys if row.counts]
    miles = sum((row.miles for row in mine), Decimal(0))
    return Mileage(vehicle, miles, sum(int(row.amount_pence) for row in mine), approved)


async def _approved_cards(session: AsyncSession) -> list[Card]:
    """Load HMRC's cards that hold, the newest first."""
    found = select(RateCard).where(
        RateCard.scheme == Scheme.HMRC, RateCard.status == RateCardStatus.ACTIVE
    )
    cards = (await session.scalars(found.order_by(RateCard.valid_from.desc()))).all()
    return [Card(card, await rates.rates_of(session, card)) for card in cards]
