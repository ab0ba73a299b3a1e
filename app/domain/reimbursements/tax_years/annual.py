"""The annual return of involvement payments: for payroll, everybody who was paid in a tax year.

Fees count by the day on which payroll paid them, vouchers by the day on which they were given
out. It proves itself: its fees are what the ledger booked for fees that payroll paid on these
days; what came back later is taken off the day that it was paid on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.core.paging import Page
from app.core.statement import Kept, within
from app.domain.reimbursements.claims.acts import one_of
from app.domain.reimbursements.kinds import FEES
from app.domain.reimbursements.tax_years.years import begun

_DAYS: Final = "BETWEEN CAST(:first AS date) AND CAST(:last AS date)"
_FEE: Final = one_of("e.line_kind", sorted(FEES))
_EACH: Final = f"""
paid AS (
    SELECT p.person_id, p.amount_pence AS fees, 1 AS payments, 0 AS vouchers FROM claim_payment p
     WHERE p.status = 'paid' AND p.route = 'payroll' AND p.paid_on {_DAYS}
     UNION ALL
    SELECT v.person_id, 0, 0, v.value_pence FROM voucher v
     WHERE v.status = 'issued' AND v.issued_on {_DAYS}
), summed AS (
    SELECT coalesce(n.merged_into, n.id) AS id, sum(p.fees) AS fees_pence,
           sum(p.payments) AS payments, sum(p.vouchers) AS vouchers_pence
      FROM paid p JOIN person n ON n.id = p.person_id GROUP BY 1
)"""
_SHOWN: Final = """
    SELECT s.id, n.name, y.payroll_number, s.fees_pence, s.payments,
           s.vouchers_pence
      FROM summed s JOIN person n ON n.id = s.id LEFT JOIN payee y ON y.person_id = s.id"""
# What was turned later is counted on the day of what it turned.
_BOOKED: Final = f"""
    SELECT coalesce(sum(told.pence), 0) AS pence
      FROM (SELECT sum(e.amount_pence)
                   FILTER (WHERE e.account = 'expense' AND {_FEE}) AS pence
              FROM (SELECT g.id FROM ledger_posting g WHERE g.kind = 'payment' AND g.day {_DAYS}
                     UNION ALL
                    SELECT g.id FROM ledger_posting g JOIN ledger_posting r ON r.id = g.reverses_id
                     WHERE r.kind = 'payment' AND r.day {_DAYS}) g
              JOIN ledger_entry e ON e.posting_id = g.id
             GROUP BY g.id HAVING bool_or(e.account = 'payroll_clearing')) told"""
_PAGE: Final = Kept.of(
    text(
        f"""
WITH {_EACH}, listed AS (
    {_SHOWN} WHERE CAST(:after AS uuid) IS NULL OR s.id < CAST(:after AS uuid)
     ORDER BY s.id DESC LIMIT CAST(:most AS integer) + 1
), kept AS (SELECT * FROM listed ORDER BY id DESC LIMIT CAST(:most AS integer)
), whole AS (
    SELECT count(*) AS people, coalesce(sum(fees_pence), 0) AS fees_pence,
           coalesce(sum(payments), 0) AS payments,
           coalesce(sum(vouchers_pence), 0) AS vouchers_pence FROM summed
), booked AS ({_BOOKED})
SELECT json_build_object(
           'year', CAST(:year AS integer), 'first_day', CAST(:first AS date),
           'last_day', CAST(:last AS date),
           'people', whole.people, 'fees_pence', whole.fees_pence, 'payments', whole.payments,
           'vouchers_pence', whole.vouchers_pence, 'ledger_pence', booked.pence,
           'holds', booked.pence = whole.fees_pence,
           'items', coalesce((SELECT json_agg(json_build_object(
                                      'person_id', id, 'name', name,
                                      'payroll_number', payroll_number, 'fees_pence', fees_pence,
                                      'payments', payments, 'vouchers_pence', vouchers_pence)
                                  ORDER BY id DESC) FROM kept), '[]'),
           'next', CASE WHEN (SELECT count(*) FROM listed) > CAST(:most AS integer)
                        THEN (SELECT min(id::text) FROM kept) END)::text AS item,
       (SELECT coalesce(array_agg(id), '{{}}') FROM kept) AS people
  FROM whole, booked"""
    )
)
_ALL: Final = text(f"WITH {_EACH} {_SHOWN} ORDER BY s.id DESC")


@dataclass(frozen=True, slots=True)
class PersonPaid:
    """What somebody was paid in a tax year by payroll, and given in vouchers, in pence."""

    id: UUID
    payroll_number: str | None
    name: str
    fees_pence: int
    payments: int
    vouchers_pence: int


async def page(session: AsyncSession, year: int, told: Page) -> tuple[bytes, Sequence[UUID]]:
    """Give a page of a year's return as JSON, with its totals and its proof, and who is on it.

    It is read in the session, for how people are paid stands behind rights of its own. Raises
    TaxYearNotFoundError.
    """
    first, last = begun(year, today())
    values = {"year": year, "first": first, "last": last, "after": told.after, "most": told.limit}
    row = await (await within(session)).fetchrow(_PAGE.text, *_PAGE.arguments(values))
    return row["item"].encode(), row["people"]


async def people(session: AsyncSession, year: int) -> Sequence[PersonPaid]:
    """Give all who are on a year's return, as of one instant, newest on the register first.

    Raises TaxYearNotFoundError.
    """
    first, last = begun(year, today())
    found = await session.execute(_ALL, {"first": first, "last": last})
    return [
        PersonPaid(
            row.id,
            row.payroll_number,
            row.name,
            int(row.fees_pence),
            int(row.payments),
            int(row.vouchers_pence),
        )
        for row in found
    ]
