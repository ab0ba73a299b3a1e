"""Commands on cost centres and budgets; what moves their money stands in `spending`."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import flush
from app.domain.identity.models import User
from app.domain.involvement.fund import queries as fund
from app.domain.involvement.naming import queries as naming
from app.domain.organisation.errors import DirectorateNotFoundError
from app.domain.organisation.models import Directorate
from app.domain.reimbursements.budgets import queries
from app.domain.reimbursements.budgets.errors import (
    REFUSALS,
    BudgetHolderError,
    BudgetOfAwardError,
)
from app.domain.reimbursements.budgets.models import (
    Budget,
    BudgetAccount,
    BudgetChange,
    BudgetHolder,
    CostCentre,
    check_period,
)
from app.domain.reimbursements.kinds import LineKind


async def open_centre(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> CostCentre:
    """Open a cost centre; raises DirectorateNotFoundError, CostCentreCodeError."""
    id_ = told["directorate_id"]
    theirs = not by.limited or id_ in (by.directorates or ())
    if not theirs or (id_ is not None and await session.get(Directorate, id_) is None):
        raise DirectorateNotFoundError
    centre = CostCentre(**told)
    session.add(centre)
    await flush(session, REFUSALS)
    return centre


async def name_holders(session: AsyncSession, centre: CostCentre, users: Sequence[UUID]) -> None:
    """Name who answers for a cost centre, all anew; raises BudgetHolderError."""
    known = select(func.count()).where(User.id.in_(users), User.active)
    if (await session.scalars(known)).one() < len(users):
        raise BudgetHolderError.at("#/holders", "No active user, or named twice", "not_found")
    own = BudgetHolder.cost_centre_id == centre.id
    await session.execute(delete(BudgetHolder).where(own))
    session.add_all(BudgetHolder(cost_centre_id=centre.id, user_id=each) for each in users)
    await _touch(session, centre)


async def set_accounts(
    session: AsyncSession, centre: CostCentre, told: Mapping[LineKind, str]
) -> None:
    """Say which account each kind of line is booked to, all anew."""
    own = BudgetAccount.cost_centre_id == centre.id
    await session.execute(delete(BudgetAccount).where(own))
    session.add_all(
        BudgetAccount(cost_centre_id=centre.id, line_kind=kind, gl_account=account)
        for kind, account in told.items()
    )
    await _touch(session, centre)


async def open_budget(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> Budget:
    """Open a budget: until the end of the financial year, where no other end is told.

    That of an award has the award's amount, whatever is told. Raises CostCentreNotFoundError,
    FundApplicationNotFoundError, BudgetOfAwardError, BudgetPeriodError, BudgetOverlapsError.
    """
    await queries.get_centre(session, told["cost_centre_id"], to=by)
    year = naming.financial_year(told["starts_on"])
    ends_on = told["ends_on"] or naming.days_of_year(year)[1]
    check_period(told["starts_on"], ends_on)
    amount = told["amount_pence"]
    if told["fund_application_id"] is not None:
        award = await fund.get(session, told["fund_application_id"], to=by, lock=True)
        if award.award_pence is None:
            raise BudgetOfAwardError(f"It is {award.status}")
        amount = award.award_pence
    budget = Budget(**{**told, "ends_on": ends_on, "amount_pence": amount})
    session.add(budget)
    await flush(session, REFUSALS)
    await session.refresh(budget)
    return budget


async def resize(
    session: AsyncSession, budget: Budget, pence: int, reason: str, *, by: Actor
) -> None:
    """Raise or lower a budget; raises BudgetOfAwardError, BudgetAmountError."""
    before = budget.amount_pence
    budget.resize(pence)
    session.add(
        BudgetChange(
            budget_id=budget.id,
            before_pence=before,
            after_pence=pence,
            reason=reason,
            changed_by=by.id,
        )
    )
    await flush(session, REFUSALS)


async def _touch(session: AsyncSession, centre: CostCentre) -> None:
    """Give a cost centre the next version, though only rows below it changed."""
    centre.updated_at = func.now()
    await flush(session, REFUSALS)
    await session.refresh(centre)
