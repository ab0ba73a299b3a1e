"""Reads of payment runs, of what they pay, and of what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, bindparam, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.reimbursements.payments.errors import PaymentRunNotFoundError
from app.domain.reimbursements.payments.models import ClaimPayment, PaymentRun


@dataclass(frozen=True, slots=True)
class RunSums:
    """What a run comes to three times over: its lines, its file, and the ledger."""

    run_id: UUID
    number: int
    payments: int
    file_pence: int
    lines: int
    lines_pence: int
    paid_pence: int
    booked_pence: int

    @property
    def holds(self) -> bool:
        """Tell whether all of them are the same."""
        written = (self.payments, self.file_pence) == (self.lines, self.lines_pence)
        return written and self.paid_pence == self.booked_pence


R, P = PaymentRun, ClaimPayment
_WIRE: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "status": R.status == bindparam("status", type_=Text()),
    "route": R.route == bindparam("route", type_=Text()),
}
_PAYMENT_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "run": P.run_id == bindparam("run", type_=Uuid()),
    "status": P.status == bindparam("status", type_=Text()),
}


def _runs(using: frozenset[str]) -> Select[Any]:
    return select(R).where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


def _payments(using: frozenset[str]) -> Select[Any]:
    chosen = sorted(using & _PAYMENT_FILTERS.keys())
    return select(P).where(*(_PAYMENT_FILTERS[name] for name in chosen))


RUNS: Final = JsonRows(
    {
        **{c.key: c for c in R.__table__.columns},
        "created_at": func.to_char(R.created_at, _WIRE),
        "released_at": func.to_char(R.released_at, _WIRE),
        "layout": literal_column(
            "(SELECT l.code FROM payment_layout l WHERE l.id = payment_run.layout_id)"
        ),
        "paid": literal_column(
            "(SELECT count(*) FROM claim_payment p"
            " WHERE p.run_id = payment_run.id AND p.status = 'paid')"
        ),
        "returned": literal_column(
            "(SELECT count(*) FROM claim_payment p"
            " WHERE p.run_id = payment_run.id AND p.status = 'returned')"
        ),
    },
    _runs,
    PaymentRunNotFoundError,
    R.__table__.c.version,
)
PAYMENTS: Final = JsonRows({c.key: c for c in P.__table__.columns}, _payments)

# What was approved is what is paid: claims stand where a run may take them, and what their lines
# come to on its route is what it pays. Nobody told a payee anew since the file was written.
_STANDS: Final = text(
    """
    SELECT NOT EXISTS (
        SELECT FROM claim_payment p JOIN claim c ON c.id = p.claim_id
         WHERE p.run_id = :run
           AND (p.status <> 'taken' OR c.status NOT IN ('in_run', 'returned')
                OR p.amount_pence <> (SELECT sum(l.amount_pence) FROM claim_line l
                                       WHERE l.claim_id = c.id AND l.route = p.route)))
       AND NOT EXISTS (
        SELECT FROM payment_run r
          JOIN claim_payment p ON p.run_id = r.id
          JOIN payee_access a ON a.person_id = p.person_id OR a.charity_id = p.charity_id
         WHERE r.id = :run AND a.purpose IN ('changed', 'confirmed') AND a.id > r.id)
       AND (SELECT count(*) = r.payments AND sum(p.amount_pence) = r.total_pence
              FROM payment_run r JOIN claim_payment p ON p.run_id = r.id
             WHERE r.id = :run GROUP BY r.id)"""
)
# Every run that went out: its payments, what the ledger booked of those that were paid, and the
# total its file was written for.
_PROOF: Final = text(
    """
    SELECT r.id AS run_id, r.number, r.payments, r.total_pence AS file_pence,
           count(p.id) AS lines, coalesce(sum(p.amount_pence), 0) AS lines_pence,
           coalesce(sum(p.amount_pence) FILTER (WHERE p.status = 'paid'), 0) AS paid_pence,
           coalesce((SELECT sum(e.amount_pence) FROM ledger_posting g
                       JOIN ledger_entry e ON e.posting_id = g.id AND e.account = 'expense'
                      WHERE g.payment_id IN (SELECT q.id FROM claim_payment q
                                              WHERE q.run_id = r.id)), 0) AS booked_pence
      FROM payment_run r LEFT JOIN claim_payment p ON p.run_id = r.id
     WHERE r.status IN ('released', 'settled') AND r.arrival_on >= :first AND r.arrival_on <= :last
     GROUP BY r.id ORDER BY r.number"""
)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any]
) -> bytes:
    """Give a page of runs as JSON, newest first."""
    return await RUNS.page(door, fields, page, filters)


async def show(door: Statement, fields: tuple[str, ...], id_: UUID) -> tuple[bytes, int]:
    """Give one run as JSON, and its version; raises PaymentRunNotFoundError."""
    return await RUNS.one(door, fields, id_, {})


async def find_payments(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any]
) -> bytes:
    """Give a page of a run's payments as JSON, newest first."""
    return await PAYMENTS.page(door, fields, page, filters)


async def get(session: AsyncSession, id_: UUID) -> PaymentRun:
    """Load and lock a run; raises PaymentRunNotFoundError."""
    found = select(R).where(R.id == id_).with_for_update()
    run = await session.scalar(found.execution_options(populate_existing=True))
    if run is None:
        raise PaymentRunNotFoundError
    return run


async def claims(session: AsyncSession, run_id: UUID) -> Sequence[UUID]:
    """Give the claims that a run pays something of."""
    return (await session.scalars(select(P.claim_id).where(P.run_id == run_id).distinct())).all()


async def stands(session: AsyncSession, run: PaymentRun) -> bool:
    """Tell whether a run pays what was agreed to, and its file comes to the same."""
    return bool((await session.scalars(_STANDS, {"run": run.id})).one())


async def barred(session: AsyncSession, run: PaymentRun, who: UUID) -> bool:
    """Tell whether somebody had a hand in a run, its claims or its payees, or is paid by it."""
    found = text("SELECT payment_run_barred(:run, :who)")
    return bool((await session.scalars(found, {"run": run.id, "who": who})).one())


async def expected(session: AsyncSession, run: PaymentRun) -> Sequence[ClaimPayment]:
    """Give a run's payments, of which results may tell."""
    return (await session.scalars(select(P).where(P.run_id == run.id).order_by(P.id))).all()


async def proof(session: AsyncSession, first: date, last: date) -> Sequence[RunSums]:
    """Sum each run that arrives in these days: its lines, its file, and what the ledger booked."""
    rows = await session.execute(_PROOF, {"first": first, "last": last})
    return [RunSums(**{**row, **_whole(row)}) for row in rows.mappings()]


def _whole(row: Any) -> dict[str, int]:
    return {name: int(row[name]) for name in ("lines_pence", "paid_pence", "booked_pence")}
