from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.reimbursements.ledger_schemas import PostingOut
from app.api.v1.reimbursements.vouchers_schemas import (
    VoucherFilters,
    VoucherList,
    VoucherOut,
    VouchersNew,
    VoucherVoid,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.reimbursements.ledger import queries as ledger
from app.domain.reimbursements.statements import queries as statements
from app.domain.reimbursements.vouchers import queries, service
from app.domain.reimbursements.vouchers.errors import (
    VoucherNotFoundError,
    VoucherNumberError,
    VoucherStatusError,
)

router = router_at("/reimbursements/vouchers", "reimbursements")

Keeper = Annotated[Actor, Security(authenticate, scopes=["budgets:manage"])]
FIELDS = tuple(VoucherOut.model_fields)
POSTING = tuple(PostingOut.model_fields)


@router.get("", response_model=VoucherList)
async def list_vouchers(
    _: Keeper, door: Door, filters: Annotated[VoucherFilters, Query()]
) -> Response:
    """List vouchers and what became of them, newest first."""
    return json(await queries.find(door, FIELDS, filters.page(), filters.filters()))


@router.post(
    "",
    status_code=201,
    response_model=PostingOut,
    responses=responses(VoucherNumberError, IdempotencyMismatchError),
)
async def buy_vouchers(
    actor: Keeper, session: Session, once: Creation, new: VouchersNew
) -> Response:
    """Take vouchers that were bought into the stock; gives the posting that books them."""
    told = (new.first_number, new.count, new.value_pence)
    made = await once.do(
        lambda: service.buy(session, *told, by=actor.id), lambda id_: ledger.get(session, id_)
    )
    door = await statement.within(session)
    answer = json(*await statements.show(door, POSTING, made.id, to=actor))
    answer.status_code = 201
    created(answer, f"/v1/reimbursements/ledger/postings/{made.id}", made.version, once)
    return answer


@router.get(
    "/{voucher_id:uuid}", response_model=VoucherOut, responses=responses(VoucherNotFoundError)
)
async def get_voucher(_: Keeper, door: Door, voucher_id: UUID) -> Response:
    """Read one voucher."""
    return json(*await queries.show(door, FIELDS, voucher_id))


@router.post(
    "/{voucher_id:uuid}/void",
    response_model=VoucherOut,
    responses=responses(
        VoucherNotFoundError,
        VoucherStatusError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
async def void_voucher(
    actor: Keeper, session: Session, match: IfMatch, voucher_id: UUID, told: VoucherVoid
) -> Response:
    """Take a voucher out of the stock for good; what it cost is booked as a loss."""
    found = await queries.get(session, voucher_id)
    match.check(found.version)
    await service.void(session, found, told.reason, by=actor.id)
    return json(*await queries.show(await statement.within(session), FIELDS, found.id))
