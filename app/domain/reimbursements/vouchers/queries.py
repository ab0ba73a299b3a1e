"""Reads of the stock of vouchers."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Select, Uuid, func, select, text
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.naming.queries import value
from app.domain.reimbursements.vouchers.errors import VoucherNotFoundError
from app.domain.reimbursements.vouchers.models import Voucher, VoucherStatus

V = Voucher


_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "status": V.status == value("status"),
    "person": V.person_id == value("person", Uuid()),
    "claim": V.claim_id == value("claim", Uuid()),
    "issued_from": V.issued_on >= value("issued_from", Date()),
    "issued_to": V.issued_on <= value("issued_to", Date()),
}


def _vouchers(using: frozenset[str]) -> Select[Any]:
    return select(V).where(*(_FILTERS[name] for name in sorted(using)))


VOUCHERS: Final = JsonRows(
    {c.key: c for c in V.__table__.columns},
    _vouchers,
    VoucherNotFoundError,
    V.__table__.c.version,
)
# The lowest numbers of each value, no more of them than could be needed.
_USABLE: Final = text(
    """
    SELECT id, value_pence
      FROM (SELECT id, number, value_pence,
                   row_number() OVER (PARTITION BY value_pence ORDER BY number) AS place
              FROM voucher
             WHERE status = 'in_stock' AND value_pence <= :pence AND id <> ALL(:missed)) usable
     WHERE place * value_pence <= :pence ORDER BY number"""
)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any]
) -> bytes:
    """Give a page of vouchers as JSON."""
    return await VOUCHERS.page(door, fields, page, filters)


async def show(door: Statement, fields: tuple[str, ...], id_: UUID) -> tuple[bytes, int]:
    """Give one voucher as JSON, and its version."""
    return await VOUCHERS.one(door, fields, id_, {})


async def get(session: AsyncSession, id_: UUID) -> Voucher:
    """Load and lock a voucher; raises VoucherNotFoundError."""
    found = select(V).where(V.id == id_).with_for_update(key_share=True)
    voucher = await session.scalar(found.execution_options(populate_existing=True))
    if voucher is None:
        raise VoucherNotFoundError
    return voucher


async def usable(session: AsyncSession, pence: int, missed: Collection[UUID]) -> Sequence[Row[Any]]:
    """Give the vouchers in stock that an amount could be made of, lowest numbers first."""
    return (await session.execute(_USABLE, {"pence": pence, "missed": list(missed)})).all()


async def take(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Voucher]:
    """Lock those of these that are in stock and nobody else is about to take."""
    found = select(V).where(V.id.in_(ids), V.status == VoucherStatus.IN_STOCK).order_by(V.number)
    locked = found.with_for_update(skip_locked=True)
    return (await session.scalars(locked.execution_options(populate_existing=True))).all()


async def stock(session: AsyncSession) -> Mapping[int, int]:
    """Give how many vouchers of each value in pence are in stock."""
    rows = await session.execute(
        select(V.value_pence, func.count())
        .where(V.status == VoucherStatus.IN_STOCK)
        .group_by(V.value_pence)
    )
    return {row[0]: row[1] for row in rows}


async def issued(session: AsyncSession, posting_id: UUID) -> Sequence[Voucher]:
    """Give the vouchers that one posting issued, lowest numbers first."""
    found = select(V).where(V.issue_posting_id == posting_id).order_by(V.number)
    return (await session.scalars(found)).all()
