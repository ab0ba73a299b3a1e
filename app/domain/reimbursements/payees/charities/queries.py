"""Reads of charities, none of which opens a seal."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Text, bindparam, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.domain.reimbursements.payees.charities.errors import CharityNotFoundError
from app.domain.reimbursements.payees.charities.models import Charity

C = Charity


def _charities(using: frozenset[str]) -> Select[Any]:
    found = select(C)
    return found.where(C.status == bindparam("status", type_=Text())) if using else found


CHARITIES: Final = JsonRows(
    {
        **dict(C.__table__.columns),
        "account": literal_column("'*****' || charity.last_digits"),
    },
    _charities,
    CharityNotFoundError,
    C.__table__.c.version,
)


async def find(
    session: AsyncSession, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any]
) -> bytes:
    """Give a page of charities as JSON, newest first."""
    return await CHARITIES.page(await statement.within(session), fields, page, filters)


async def show(session: AsyncSession, fields: tuple[str, ...], id_: UUID) -> tuple[bytes, int]:
    """Give one charity as JSON, and its version."""
    return await CHARITIES.one(await statement.within(session), fields, id_, {})


async def get(session: AsyncSession, id_: UUID, *, lock: bool = False) -> Charity:
    """Load a charity; raises CharityNotFoundError."""
    found = select(C).where(C.id == id_).execution_options(populate_existing=True)
    charity = await session.scalar(found.with_for_update() if lock else found)
    if charity is None:
        raise CharityNotFoundError
    return charity
