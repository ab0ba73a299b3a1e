"""Commands on a budget's money: reserve, release, spend, and take a payment back.

Each locks its budgets first, in one order, so that those who spend at once come one after the
other. `once` makes each happen once: asked again, the first posting is given.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.reimbursements.budgets import moves, queries
from app.domain.reimbursements.budgets.errors import CommitmentExceededError
from app.domain.reimbursements.budgets.models import Budget
from app.domain.reimbursements.budgets.moves import Move
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.ledger import queries as ledger
from app.domain.reimbursements.ledger import service
from app.domain.reimbursements.ledger.drafts import Draft
from app.domain.reimbursements.ledger.errors import PostingNotReversibleError
from app.domain.reimbursements.ledger.models import Posting, PostingKind


async def reserve(session: AsyncSession, move: Move) -> Posting:
    """Commit some of a budget; raises BudgetNotFoundError, BudgetExceededError."""
    return (await reserve_all(session, [move]))[0]


async def reserve_all(session: AsyncSession, told: Sequence[Move]) -> list[Posting]:
    """Commit some of each budget, all or none; raises as `reserve` does."""
    budgets = await queries.locked(session, {move.budget_id for move in told})
    wanted: dict[UUID, int] = defaultdict(int)
    for move in await _new(session, told):
        wanted[move.budget_id] += move.pence
    for id_, pence in wanted.items():
        budgets[id_].take(pence)
    return await _post(session, told, moves.reservation, budgets)


async def release(session: AsyncSession, move: Move) -> Posting:
    """Free what was committed; raises BudgetNotFoundError, CommitmentExceededError."""
    budgets = await queries.locked(session, {move.budget_id})
    await _check_committed(session, [move], budgets)
    return (await _post(session, [move], moves.release, budgets))[0]


async def spend(session: AsyncSession, move: Move, route: Route) -> Posting:
    """Pay what was committed, by a route; raises as `release` does."""
    return (await spend_all(session, [move], route))[0]


async def spend_all(session: AsyncSession, told: Sequence[Move], route: Route) -> list[Posting]:
    """Pay what was committed, all or none; raises as `release` does."""
    budgets = await queries.locked(session, {move.budget_id for move in told})
    await _check_committed(session, told, budgets)
    return await _post(session, told, partial(moves.payment, route=route), budgets)


async def unspend(session: AsyncSession, payment: Posting, *, day: date, by: UUID) -> Posting:
    """Book that a payment came back: what it paid is committed again, as it was before.

    Raises PostingNotReversibleError where it is no payment, PostingReversedError.
    """
    if payment.kind is not PostingKind.PAYMENT or payment.budget_id is None:
        raise PostingNotReversibleError(f"It is a {payment.kind}")
    budgets = await queries.locked(session, {payment.budget_id})
    made = await service.reverse(session, payment, day=day, by=by, kind=PostingKind.RETURN)
    await session.refresh(budgets[payment.budget_id])
    return made


async def _new(session: AsyncSession, told: Sequence[Move]) -> list[Move]:
    """Leave out what was moved before."""
    known = await ledger.posted(session, {move.once for move in told})
    return [move for move in told if move.once not in known]


async def _check_committed(
    session: AsyncSession, told: Sequence[Move], budgets: Mapping[UUID, Budget]
) -> None:
    """Refuse more than is committed, for a claim where one is named; under the budgets' lock."""
    fresh = await _new(session, told)
    claims = {move.claim_id for move in fresh if move.claim_id is not None}
    left = dict(await ledger.committed(session, claims)) if claims else {}
    whole = {id_: budget.committed_pence for id_, budget in budgets.items()}
    for move in fresh:
        whole[move.budget_id] -= move.pence
        if move.claim_id is not None:
            of_claim = (move.budget_id, move.claim_id)
            left[of_claim] = left.get(of_claim, 0) - move.pence
    if any(pence < 0 for pence in (*whole.values(), *left.values())):
        raise CommitmentExceededError


async def _post(
    session: AsyncSession,
    told: Sequence[Move],
    drafted: Callable[[Move], Draft],
    budgets: Mapping[UUID, Budget],
) -> list[Posting]:
    made = await service.post_all(session, [drafted(move) for move in told])
    for budget in budgets.values():
        await session.refresh(budget)
    return made
