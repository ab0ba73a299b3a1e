"""Reads of the co-production fund."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, bindparam, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.fund.errors import FundApplicationNotFoundError
from app.domain.involvement.fund.models import FundApplication, FundSpend

A = FundApplication


def _value(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_ or Text())


_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": or_(
        A.directorate_id.is_(None),
        A.directorate_id == func.any(_value("visible", ARRAY(Uuid()))),
    ),
    "status": A.status == _value("status"),
    "applicant": A.applicant_id == _value("applicant", Uuid()),
    "opportunity": A.opportunity_id == _value("opportunity", Uuid()),
}
_PANEL: Final = """
(SELECT coalesce(json_agg(m.user_id ORDER BY m.id), '[]') FROM fund_panel_member m
  WHERE m.application_id = fund_application.id)"""


def _applications(using: frozenset[str]) -> Select[Any]:
    return select(A).where(*(_FILTERS[name] for name in sorted(using)))


APPLICATIONS: Final = JsonRows(
    {**{c.key: c for c in A.__table__.columns}, "panel": literal_column(_PANEL)},
    _applications,
    FundApplicationNotFoundError,
    A.__table__.c.version,
)


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of applications as JSON."""
    return await APPLICATIONS.page(door, fields, page, {**filters, **_limits(to)})


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one application as JSON, and its version."""
    return await APPLICATIONS.one(door, fields, id_, _limits(to))


async def get(
    session: AsyncSession, id_: UUID, *, to: Actor, lock: bool = False
) -> FundApplication:
    """Load an application that one may see; raises FundApplicationNotFoundError."""
    found = select(A).where(A.id == id_).execution_options(populate_existing=True)
    if to.teams is not None:
        found = found.where(_FILTERS["visible"]).params(_limits(to))
    application = await session.scalar(found.with_for_update(key_share=True) if lock else found)
    if application is None:
        raise FundApplicationNotFoundError
    return application


async def spends(session: AsyncSession, application: FundApplication) -> Sequence[FundSpend]:
    """Give what was spent of an award, oldest first."""
    found = select(FundSpend).where(FundSpend.application_id == application.id)
    return (await session.scalars(found.order_by(FundSpend.id))).all()


async def get_spend(session: AsyncSession, id_: UUID) -> FundSpend:
    return await session.get_one(FundSpend, id_)


def _limits(to: Actor) -> dict[str, Any]:
    return {} if to.teams is None else {"visible": list(to.directorates or ())}
