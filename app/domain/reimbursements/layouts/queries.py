"""Reads of payment layouts."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Text, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.layouts.codes import LayoutStatus
from app.domain.reimbursements.layouts.errors import PaymentLayoutNotFoundError
from app.domain.reimbursements.layouts.models import PaymentLayout

P = PaymentLayout


def _is(name: str) -> ColumnElement[bool]:
    return getattr(P, name) == bindparam(name, type_=Text())  # type: ignore[no-any-return]


_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    name: _is(name) for name in ("code", "route", "format", "status")
}


def _layouts(using: frozenset[str]) -> Select[Any]:
    return select(P).where(*(_FILTERS[name] for name in sorted(using)))


LAYOUTS: Final = JsonRows(
    {column.key: column for column in P.__table__.columns},
    _layouts,
    PaymentLayoutNotFoundError,
    P.__table__.c.version,
)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any]
) -> bytes:
    """Give a page of layouts as JSON."""
    return await LAYOUTS.page(door, fields, page, filters)


async def show(door: Statement, fields: tuple[str, ...], id_: UUID) -> tuple[bytes, int]:
    """Give one layout as JSON, and its version."""
    return await LAYOUTS.one(door, fields, id_, {})


async def get(session: AsyncSession, id_: UUID, *, lock: bool = False) -> PaymentLayout:
    """Load a layout; raises PaymentLayoutNotFoundError."""
    found = select(P).where(P.id == id_).execution_options(populate_existing=True)
    layout = await session.scalar(found.with_for_update(key_share=True) if lock else found)
    if layout is None:
        raise PaymentLayoutNotFoundError
    return layout


async def active(session: AsyncSession, route: Route) -> Sequence[PaymentLayout]:
    """Load the layouts in use for a route, by code."""
    found = select(P).where(P.route == route, P.status == LayoutStatus.ACTIVE)
    return (await session.scalars(found.order_by(P.code))).all()


async def in_use(session: AsyncSession, code: str) -> PaymentLayout | None:
    """Load and lock the layout in use under a code."""
    found = select(P).where(P.code == code, P.status == LayoutStatus.ACTIVE)
    return await session.scalar(found.with_for_update(key_share=True))


async def next_number(session: AsyncSession, code: str) -> int:
    """Give the number that the next layout of a code takes."""
    highest = select(func.coalesce(func.max(P.number), 0)).where(P.code == code)
    return (await session.scalars(highest)).one() + 1
