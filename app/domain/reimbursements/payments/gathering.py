"""What a run takes, and what its file is written from."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now, today
from app.core.crypto import Keys
from app.core.ids import uuid7
from app.domain.reimbursements.kinds import LineKind, Route
from app.domain.reimbursements.layouts import queries as layouts
from app.domain.reimbursements.layouts.codes import FileFormat
from app.domain.reimbursements.layouts.columns import Layout
from app.domain.reimbursements.layouts.rows import PaymentRow
from app.domain.reimbursements.payees import queries as payees
from app.domain.reimbursements.payees import service as revealing
from app.domain.reimbursements.payees.charities import service as charities
from app.domain.reimbursements.payees.details import BankDetails
from app.domain.reimbursements.payees.models import AccessPurpose, Prefers

_ACCOUNT: Final = "sort_code"
_FILE: Final = AccessPurpose.PAYMENT_FILE
_PAYEE: Final = "EXISTS (SELECT FROM payee n WHERE n.person_id = c.person_id AND {})"
_SUPPLIER: Final = _PAYEE.format("n.supplier_number IS NOT NULL AND n.confirmed_by IS NOT NULL")
_LIKES_NUMBER: Final = _PAYEE.format(f"n.prefers = '{Prefers.SUPPLIER_NUMBER}'")
_BANK: Final = (
    "EXISTS (SELECT FROM bank_account b WHERE b.person_id = c.person_id"
    " AND b.status = 'confirmed' AND b.usable_from <= :today)"
)
# Who can be paid: by a number that two people stand for, or an account whose wait is over.
_PAYABLE: Final[Mapping[tuple[Route, bool], str]] = {
    (Route.PAYROLL, False): _PAYEE.format(
        "n.payroll_number IS NOT NULL AND n.confirmed_by IS NOT NULL"
    ),
    (Route.ACCOUNTS_PAYABLE, False): _SUPPLIER,
    (Route.ACCOUNTS_PAYABLE, True): _BANK,
    (Route.CHARITY, False): "EXISTS (SELECT FROM charity h WHERE h.id = c.charity_id"
    " AND h.status = 'confirmed' AND h.usable_from <= :today AND h.supplier_number IS NOT NULL)",
    (Route.CHARITY, True): "EXISTS (SELECT FROM charity h WHERE h.id = c.charity_id"
    " AND h.status = 'confirmed' AND h.usable_from <= :today AND h.sort_code IS NOT NULL)",
}
# Where both ways are in use, and both can be used, the one is that was preferred.
_PREFERRED: Final[Mapping[bool, str]] = {
    False: f"({_SUPPLIER} AND ({_LIKES_NUMBER} OR NOT {_BANK}))",
    True: f"({_BANK} AND NOT ({_SUPPLIER} AND {_LIKES_NUMBER}))",
}
_DUE: Final = """
       c.status IN ('approved', 'in_run')
   AND EXISTS (SELECT FROM claim_line l WHERE l.claim_id = c.id AND l.route = :route
                  AND l.amount_pence > 0)
   AND NOT EXISTS (SELECT FROM claim_payment p WHERE p.claim_id = c.id AND p.route = :route
                      AND p.status <> 'void' AND NOT p.replaced)"""
# Others who take at the same time take the next; what waits longest goes first. A claim that was
# taken since this statement began has its payment already, by the one constraint that counts.
_TAKE: Final = """
WITH taken AS MATERIALIZED (
    SELECT c.id, c.number, c.person_id, c.budget_id, c.charity_id FROM claim c
     WHERE {due} AND {payable} ORDER BY c.id LIMIT :most FOR NO KEY UPDATE SKIP LOCKED
), numbered AS (
    SELECT t.*, row_number() OVER (ORDER BY t.id) AS place FROM taken t
)
INSERT INTO claim_payment (id, claim_id, person_id, budget_id, route, charity_id, amount_pence,
       reference, status, run_id, replaced, created_at, updated_at, version)
SELECT ids.id, n.id, n.person_id, n.budget_id, :route,
       CASE WHEN :route = 'charity' THEN n.charity_id END,
       (SELECT sum(l.amount_pence) FROM claim_line l
         WHERE l.claim_id = n.id AND l.route = :route),
       'EV' || lpad(n.number::text, 8, '0') || upper(left(:route, 1))
            || (1 + (SELECT count(*) FROM claim_payment p
                      WHERE p.claim_id = n.id AND p.route = :route)),
       'taken', :run, false, CAST(:now AS timestamptz), CAST(:now AS timestamptz), 1
  FROM numbered n
  JOIN unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS ids (id, place) USING (place)
    ON CONFLICT DO NOTHING
RETURNING claim_id, amount_pence"""
_WAITING: Final = """
SELECT count(*) AS claims, count(*) FILTER (WHERE {payable}) AS payable FROM claim c WHERE {due}"""
_ROWS: Final = text(
    """
    SELECT p.id AS payment_id, p.reference, p.person_id, p.charity_id, p.claim_id, l.kind,
           sum(l.amount_pence) AS pence, cc.code AS cost_centre,
           coalesce(a.gl_account, '') AS account_code,
           'EV' || lpad(c.number::text, 8, '0') AS claim_reference, c.activity_on,
           coalesce(ch.name, pe.name) AS payee_name, n.payroll_number,
           coalesce(ch.supplier_number, n.supplier_number) AS supplier_number
      FROM claim_payment p
      JOIN claim c ON c.id = p.claim_id
      JOIN claim_line l ON l.claim_id = c.id AND l.route = p.route AND l.amount_pence > 0
      JOIN person pe ON pe.id = p.person_id
      JOIN budget b ON b.id = p.budget_id
      JOIN cost_centre cc ON cc.id = b.cost_centre_id
      LEFT JOIN budget_account a ON a.cost_centre_id = cc.id AND a.line_kind = l.kind
      LEFT JOIN payee n ON n.person_id = c.person_id
      LEFT JOIN charity ch ON ch.id = p.charity_id
     WHERE p.run_id = :run
     GROUP BY p.id, c.id, l.kind, cc.code, a.gl_account, pe.name, n.payroll_number, ch.id,
              n.supplier_number
     ORDER BY p.id, l.kind"""
)


def to_accounts(layout: Layout) -> bool:
    """Tell whether a layout names bank accounts, and not a number that stands for the payee."""
    if layout.route is Route.PAYROLL:
        return False
    return layout.format is FileFormat.BACS18 or any(
        column.field == _ACCOUNT for column in layout.columns
    )


async def take(
    session: AsyncSession, layout: Layout, run_id: UUID, *, most: int
) -> Mapping[UUID, int]:
    """Let a run take what waits on its route and can be paid by its layout; gives pence by claim.

    What waits longest goes first. Lock nothing before.
    """
    values = {
        "route": layout.route,
        "most": most,
        "run": run_id,
        "ids": [uuid7() for _ in range(most)],
        "now": now(),
    }
    return {row.claim_id: row.amount_pence for row in await _asked(session, _TAKE, layout, values)}


async def waiting(session: AsyncSession, layout: Layout) -> tuple[int, int]:
    """Count the claims that wait on a layout's route, and those of them that it can pay."""
    (row,) = await _asked(session, _WAITING, layout, {"route": layout.route})
    return row.claims, row.payable


async def _asked(
    session: AsyncSession, statement: str, layout: Layout, values: Mapping[str, Any]
) -> Sequence[Any]:
    payable = await _payable(session, layout)
    told = dict(values) | ({"today": today()} if ":today" in payable else {})
    async with payees.setting(session, "task", "pay"):
        found = await session.execute(text(statement.format(due=_DUE, payable=payable)), told)
        return found.all()


async def _payable(session: AsyncSession, layout: Layout) -> str:
    """Say in SQL who can be paid by a layout."""
    by_account = to_accounts(layout)
    if layout.route is Route.ACCOUNTS_PAYABLE:
        used = {to_accounts(each.layout()) for each in await layouts.active(session, layout.route)}
        if len(used) > 1:
            return _PREFERRED[by_account]
    return _PAYABLE[layout.route, by_account]


async def rows(
    session: AsyncSession, keys: Keys, run_id: UUID, layout: Layout, *, by: UUID
) -> list[PaymentRow]:
    """Give what a run pays, one row for each payment and kind of line, in a fixed order.

    Bank details are opened where the layout names them, and leave a trace of that. Raises
    KeysMissingError, SealBrokenError.
    """
    found = (await session.execute(_ROWS, {"run": run_id})).all()
    accounts = await _accounts(session, keys, found, layout, by)
    return [
        PaymentRow(
            number=number,
            reference=row.reference,
            route=layout.route,
            payee_name=row.payee_name,
            amount_pence=int(row.pence),
            cost_centre=row.cost_centre,
            account_code=row.account_code,
            line_kind=LineKind(row.kind),
            claim_reference=row.claim_reference,
            activity_on=row.activity_on,
            payroll_number=row.payroll_number,
            supplier_number=row.supplier_number,
            **_account(accounts.get(row.charity_id or row.person_id)),
        )
        for number, row in enumerate(found, 1)
    ]


async def _accounts(
    session: AsyncSession, keys: Keys, found: Sequence[Any], layout: Layout, by: UUID
) -> Mapping[UUID, BankDetails]:
    if not to_accounts(layout):
        return {}
    if layout.route is Route.CHARITY:
        ids = {row.charity_id for row in found}
        return await charities.revealed(session, keys, ids, purpose=_FILE, by=by)
    people = {row.person_id for row in found}
    return await revealing.revealed(session, keys, people, purpose=_FILE, by=by)


def _account(details: BankDetails | None) -> dict[str, str]:
    if details is None:
        return {}
    return {"sort_code": details.sort_code, "account_number": details.account_number}
