"""What an approved claim commits of its budget, until it is paid or void."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.domain.reimbursements.budgets import queries as budgets
from app.domain.reimbursements.budgets import spending
from app.domain.reimbursements.budgets.models import Budget
from app.domain.reimbursements.budgets.moves import Move, Part
from app.domain.reimbursements.claims.errors import (
    ClaimApproverError,
    ClaimBudgetError,
    ClaimPartPaidError,
)
from app.domain.reimbursements.claims.line_models import ClaimLine
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.kinds import LineKind, Route
from app.domain.reimbursements.ledger import queries as ledger

Parts = dict[UUID, tuple[Part, ...]]
_UNDER_WAY: Final = text(
    "SELECT EXISTS (SELECT FROM claim_payment WHERE claim_id = :claim"
    " AND (status = 'taken' OR status = 'sent'))"
)


async def budget_of(
    session: AsyncSession, claim: Claim, budget_id: UUID | None, *, by: UUID
) -> Budget:
    """Find the budget that a claim is paid from, which the approver holds.

    Raises BudgetNotFoundError, ClaimBudgetError where none of that day is named, and
    ClaimApproverError.
    """
    wanted = budget_id or claim.budget_id
    if wanted is None:
        raise ClaimBudgetError.at("#/budget_id", "Name the budget", "missing")
    budget = (await budgets.locked(session, {wanted}))[wanted]
    if not budget.starts_on <= claim.activity_on <= budget.ends_on:
        raise ClaimBudgetError.at("#/budget_id", "Not for the activity's day", "period")
    if by not in await budgets.holders(session, budget.id):
        raise ClaimApproverError
    await _check_accounts(session, claim, budget)
    return budget


async def _check_accounts(session: AsyncSession, claim: Claim, budget: Budget) -> None:
    """Refuse a budget by whose accounts a payment file could not be written later."""
    known = await budgets.accounts(session, {budget.cost_centre_id})
    kinds = select(ClaimLine.kind).where(ClaimLine.claim_id == claim.id, ClaimLine.amount_pence > 0)
    lacks = set(await session.scalars(kinds)) - {kind for _, kind in known}
    if lacks:
        told = f"Its cost centre has no account for: {', '.join(sorted(lacks))}"
        raise ClaimBudgetError.at("#/budget_id", told, "accounts")


async def reserve(session: AsyncSession, claim: Claim, *, by: UUID) -> None:
    """Keep a claim's money for it; raises BudgetExceededError."""
    await spending.reserve(session, await _move(session, claim, "approve", by))


async def free(session: AsyncSession, claim: Claim, *, by: UUID) -> None:
    """Give a claim's money back to its budget.

    Raises ClaimPartPaidError where some of it was paid, or is on its way by another route.
    """
    left = await ledger.committed(session, {claim.id})
    under_way = (await session.scalars(_UNDER_WAY, {"claim": claim.id})).one()
    if under_way or sum(left.values()) < claim.total_pence:
        raise ClaimPartPaidError
    await spending.release(session, await _move(session, claim, "void", by))


async def parts_of(
    session: AsyncSession, claims: Collection[UUID], route: Route | None = None
) -> Parts:
    """Give what claims come to, by kind of line: on a route, or on all."""
    found = select(Claim.id, Claim.person_id, ClaimLine.kind, ClaimLine.amount_pence).join(
        ClaimLine, ClaimLine.claim_id == Claim.id
    )
    found = found.where(Claim.id.in_(claims), ClaimLine.amount_pence > 0)
    if route is not None:
        found = found.where(ClaimLine.route == route)
    sums: dict[UUID, dict[tuple[UUID, LineKind], int]] = defaultdict(lambda: defaultdict(int))
    for claim_id, person_id, kind, pence in await session.execute(found):
        sums[claim_id][person_id, kind] += pence
    return {
        claim_id: tuple(Part(pence, person_id, kind) for (person_id, kind), pence in told.items())
        for claim_id, told in sums.items()
    }


async def _move(session: AsyncSession, claim: Claim, what: str, by: UUID) -> Move:
    if claim.budget_id is None:
        raise AssertionError("an approved claim has a budget")
    return Move(
        budget_id=claim.budget_id,
        parts=(await parts_of(session, {claim.id}))[claim.id],
        once=f"{what}:{claim.id}:{claim.round}:{claim.moves}",
        day=today(),
        by=by,
        claim_id=claim.id,
    )
