from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.reimbursements.budgets_schemas import (
    BudgetChangeList,
    BudgetChangeOut,
    BudgetFilters,
    BudgetList,
    BudgetNew,
    BudgetOut,
    BudgetPatch,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.fund.errors import FundApplicationNotFoundError
from app.domain.reimbursements.budgets import queries, service
from app.domain.reimbursements.budgets.errors import (
    BudgetAmountError,
    BudgetNotFoundError,
    BudgetOfAwardError,
    BudgetOverlapsError,
    BudgetPeriodError,
    CostCentreNotFoundError,
)

router = router_at("/reimbursements/budgets", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["budgets:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["budgets:manage"])]
FIELDS = tuple(BudgetOut.model_fields)


@router.get("", response_model=BudgetList)
async def list_budgets(
    actor: Reader, door: Door, filters: Annotated[BudgetFilters, Query()]
) -> Response:
    """List budgets with what is left of each: one's own directorates', and the whole trust's."""
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=BudgetOut,
    responses=responses(
        CostCentreNotFoundError,
        FundApplicationNotFoundError,
        BudgetPeriodError,
        BudgetOverlapsError,
        BudgetOfAwardError,
        IdempotencyMismatchError,
    ),
)
async def create_budget(
    actor: Keeper, session: Session, once: Creation, new: BudgetNew
) -> Response:
    """Open a budget: a cost centre's own for a period, or what an award of the fund is.

    A cost centre has one budget of its own at a time. An award is spent by claims from then on,
    and by bills noted at the fund as before: together never above it.
    """
    made = await once.do(
        lambda: service.open_budget(session, new.model_dump(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/reimbursements/budgets/{made.id}", made.version, once)
    return answer


@router.get("/{budget_id:uuid}", response_model=BudgetOut, responses=responses(BudgetNotFoundError))
async def get_budget(actor: Reader, door: Door, budget_id: UUID) -> Response:
    """Read one budget, with what is committed, spent and left."""
    return json(*await queries.show(door, FIELDS, budget_id, to=actor))


@router.patch(
    "/{budget_id:uuid}",
    response_model=BudgetOut,
    responses=responses(
        BudgetNotFoundError,
        BudgetAmountError,
        BudgetOfAwardError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
async def change_budget(
    actor: Keeper, session: Session, match: IfMatch, budget_id: UUID, change: BudgetPatch
) -> Response:
    """Raise or lower a budget, with a reason; never below what is committed and spent."""
    found = await queries.get(session, budget_id, to=actor, lock=True)
    match.check(found.version)
    await service.resize(session, found, change.amount_pence, change.reason, by=actor)
    return await _shown(session, found.id, actor)


@router.get("/{budget_id:uuid}/changes", responses=responses(BudgetNotFoundError))
async def list_budget_changes(actor: Reader, session: Session, budget_id: UUID) -> BudgetChangeList:
    """List how a budget was raised and lowered, and why."""
    found = await queries.get(session, budget_id, to=actor)
    changes = await queries.changes(session, found)
    return BudgetChangeList(items=[BudgetChangeOut.of(each) for each in changes])


async def _shown(session: Session, budget_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, budget_id, to=actor))
