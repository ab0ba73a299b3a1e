from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.reimbursements.budgets_schemas import (
    CostCentreAccounts,
    CostCentreFilters,
    CostCentreHolders,
    CostCentreList,
    CostCentreNew,
    CostCentreOut,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.organisation.errors import DirectorateNotFoundError
from app.domain.reimbursements.budgets import queries, service
from app.domain.reimbursements.budgets.errors import (
    BudgetHolderError,
    CostCentreCodeError,
    CostCentreNotFoundError,
)

router = router_at("/reimbursements/cost-centres", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["budgets:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["budgets:manage"])]
FIELDS = tuple(CostCentreOut.model_fields)
CHANGES = (CostCentreNotFoundError, PreconditionFailedError, PreconditionRequiredError)


@router.get("", response_model=CostCentreList)
async def list_cost_centres(
    actor: Reader, door: Door, filters: Annotated[CostCentreFilters, Query()]
) -> Response:
    """List cost centres: one's own directorates', and those of the whole trust."""
    page = await queries.find_centres(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=CostCentreOut,
    responses=responses(DirectorateNotFoundError, CostCentreCodeError, IdempotencyMismatchError),
)
async def create_cost_centre(
    actor: Keeper, session: Session, once: Creation, new: CostCentreNew
) -> Response:
    """Open a cost centre, by the general ledger's code."""
    made = await once.do(
        lambda: service.open_centre(session, new.model_dump(), by=actor),
        lambda id_: queries.get_centre(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/reimbursements/cost-centres/{made.id}", made.version, once)
    return answer


@router.get(
    "/{cost_centre_id:uuid}",
    response_model=CostCentreOut,
    responses=responses(CostCentreNotFoundError),
)
async def get_cost_centre(actor: Reader, door: Door, cost_centre_id: UUID) -> Response:
    """Read one cost centre, with its holders and accounts."""
    return json(*await queries.show_centre(door, FIELDS, cost_centre_id, to=actor))


@router.put(
    "/{cost_centre_id:uuid}/holders",
    response_model=CostCentreOut,
    responses=responses(BudgetHolderError, *CHANGES),
)
async def set_budget_holders(
    actor: Keeper, session: Session, match: IfMatch, cost_centre_id: UUID, told: CostCentreHolders
) -> Response:
    """Name who answers for what a cost centre spends, all anew."""
    found = await queries.get_centre(session, cost_centre_id, to=actor)
    match.check(found.version)
    await service.name_holders(session, found, told.holders)
    return await _shown(session, found.id, actor)


@router.put(
    "/{cost_centre_id:uuid}/accounts", response_model=CostCentreOut, responses=responses(*CHANGES)
)
async def set_budget_accounts(
    actor: Keeper, session: Session, match: IfMatch, cost_centre_id: UUID, told: CostCentreAccounts
) -> Response:
    """Say which account of the general ledger each kind of line is booked to, all anew."""
    found = await queries.get_centre(session, cost_centre_id, to=actor)
    match.check(found.version)
    await service.set_accounts(session, found, told.accounts)
    return await _shown(session, found.id, actor)


async def _shown(session: Session, cost_centre_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show_centre(door, FIELDS, cost_centre_id, to=actor))
