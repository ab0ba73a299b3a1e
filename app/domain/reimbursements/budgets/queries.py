"""Reads of cost centres and their budgets."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, Select, Uuid, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.fund.models import FundApplication
from app.domain.involvement.naming import queries as naming
from app.domain.involvement.naming.queries import value
from app.domain.reimbursements.budgets.errors import (
    BudgetNotFoundError,
    CostCentreNotFoundError,
)
from app.domain.reimbursements.budgets.models import (
    Budget,
    BudgetAccount,
    BudgetChange,
    BudgetHolder,
    CostCentre,
)
from app.domain.reimbursements.kinds import LineKind

B, C = Budget, CostCentre


_SEEN: Final = naming.within_reach(C.directorate_id)
_CENTRE_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "directorate": naming.of_directorate(C.directorate_id),
    "code": C.code == value("code"),
}
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "directorate": naming.of_directorate(C.directorate_id),
    "cost_centre": B.cost_centre_id == value("cost_centre", Uuid()),
    "fund_application": B.fund_application_id == value("fund_application", Uuid()),
    "on": value("on", Date()).between(B.starts_on, B.ends_on),
}
_HOLDERS: Final = """
(SELECT coalesce(json_agg(h.user_id ORDER BY h.user_id), '[]') FROM budget_holder h
  WHERE h.cost_centre_id = cost_centre.id)"""
_ACCOUNTS: Final = """
(SELECT coalesce(json_object_agg(a.line_kind, a.gl_account ORDER BY a.line_kind), '{}')
   FROM budget_account a WHERE a.cost_centre_id = cost_centre.id)"""


def _centres(using: frozenset[str]) -> Select[Any]:
    chosen = sorted(using & _CENTRE_FILTERS.keys())
    return select(C).where(_SEEN, *(_CENTRE_FILTERS[name] for name in chosen))


def _budgets(using: frozenset[str]) -> Select[Any]:
    found = select(B).join(C, C.id == B.cost_centre_id).where(_SEEN)
    return found.where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


COST_CENTRES: Final = JsonRows(
    {
        **{c.key: c for c in C.__table__.columns},
        "holders": literal_column(_HOLDERS),
        "accounts": literal_column(_ACCOUNTS),
    },
    _centres,
    CostCentreNotFoundError,
    C.__table__.c.version,
)
BUDGETS: Final = JsonRows(
    {
        **{c.key: c for c in B.__table__.columns},
        "directorate_id": C.__table__.c.directorate_id,
        "left_pence": B.amount_pence - B.committed_pence - B.spent_pence - B.billed_pence,
    },
    _budgets,
    BudgetNotFoundError,
    B.__table__.c.version,
)
_DIFFERING: Final = text(
    """
    SELECT b.id FROM budget b LEFT JOIN ledger_entry e ON e.budget_id = b.id
     GROUP BY b.id
    HAVING b.committed_pence
           <> coalesce(sum(e.amount_pence) FILTER (WHERE e.account = 'commitments'), 0)
        OR b.spent_pence
           <> coalesce(sum(e.amount_pence) FILTER (WHERE e.account = 'expense'), 0)
     ORDER BY b.id"""
)


async def find_centres(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of cost centres as JSON."""
    return await COST_CENTRES.page(door, fields, page, {**filters, **_reach(to)})


async def show_centre(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one cost centre as JSON, and its version."""
    return await COST_CENTRES.one(door, fields, id_, _reach(to))


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of budgets as JSON."""
    return await BUDGETS.page(door, fields, page, {**filters, **_reach(to)})


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one budget as JSON, and its version."""
    return await BUDGETS.one(door, fields, id_, _reach(to))


async def get_centre(session: AsyncSession, id_: UUID, *, to: Actor) -> CostCentre:
    """Load and lock a cost centre that one may see; raises CostCentreNotFoundError."""
    found = select(C).where(C.id == id_, _SEEN).params(_reach(to))
    locked = found.with_for_update(key_share=True)
    centre = await session.scalar(locked.execution_options(populate_existing=True))
    if centre is None:
        raise CostCentreNotFoundError
    return centre


async def get(session: AsyncSession, id_: UUID, *, to: Actor, lock: bool = False) -> Budget:
    """Load a budget that one may see; raises BudgetNotFoundError."""
    found = select(B).join(C, C.id == B.cost_centre_id).where(B.id == id_, _SEEN)
    found = found.params(_reach(to)).execution_options(populate_existing=True)
    budget = await session.scalar(found.with_for_update(key_share=True, of=B) if lock else found)
    if budget is None:
        raise BudgetNotFoundError
    return budget


async def locked(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Budget]:
    """Lock budgets, and the awards some of them are, each in one order; by their ids.

    Raises BudgetNotFoundError.
    """
    awards = select(B.fund_application_id).where(B.id.in_(ids))
    a = FundApplication
    await session.execute(
        select(a.id).where(a.id.in_(awards)).order_by(a.id).with_for_update(key_share=True)
    )
    found = await session.scalars(
        select(B)
        .where(B.id.in_(ids))
        .order_by(B.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    budgets = {budget.id: budget for budget in found}
    if len(budgets) < len(set(ids)):
        raise BudgetNotFoundError
    return budgets


async def holders(session: AsyncSession, budget_id: UUID) -> frozenset[UUID]:
    """Give the users who answer for a budget."""
    h = BudgetHolder
    found = select(h.user_id).join(B, B.cost_centre_id == h.cost_centre_id)
    return frozenset(await session.scalars(found.where(B.id == budget_id)))


async def accounts(
    session: AsyncSession, cost_centre_ids: Collection[UUID]
) -> Mapping[tuple[UUID, LineKind], str]:
    """Give the general ledger's account by cost centre and kind of line."""
    a = BudgetAccount
    found = await session.scalars(select(a).where(a.cost_centre_id.in_(cost_centre_ids)))
    return {(each.cost_centre_id, each.line_kind): each.gl_account for each in found}


async def changes(session: AsyncSession, budget: Budget) -> Sequence[BudgetChange]:
    """Give how a budget's amount was changed, oldest first."""
    found = select(BudgetChange).where(BudgetChange.budget_id == budget.id)
    return (await session.scalars(found.order_by(BudgetChange.id))).all()


async def differing(session: AsyncSession) -> Sequence[UUID]:
    """Give the budgets that say something else than the ledger; there are none."""
    return (await session.scalars(_DIFFERING)).all()


def _reach(to: Actor) -> dict[str, Any]:
    return {"reach": naming.reach(to)}
