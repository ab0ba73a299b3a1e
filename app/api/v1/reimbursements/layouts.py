from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.reimbursements.layouts_schemas import (
    PaymentLayoutFilters,
    PaymentLayoutList,
    PaymentLayoutNew,
    PaymentLayoutOut,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import ConflictError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.reimbursements.layouts import queries, service
from app.domain.reimbursements.layouts.errors import (
    PaymentFileError,
    PaymentLayoutColumnsError,
    PaymentLayoutNotFoundError,
    PaymentLayoutStatusError,
    PaymentLayoutTwoPeopleError,
)

router = router_at("/reimbursements/payment-layouts", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["payments:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["reimbursements:configure"])]
FIELDS = tuple(PaymentLayoutOut.model_fields)
CHANGES = (
    PaymentLayoutNotFoundError,
    PaymentLayoutStatusError,
    PreconditionFailedError,
    PreconditionRequiredError,
)
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    }
}


@router.get("", response_model=PaymentLayoutList)
async def list_payment_layouts(
    _: Reader, door: Door, filters: Annotated[PaymentLayoutFilters, Query()]
) -> Response:
    """List how payment files are written, newest first, with drafts and what was before."""
    return json(await queries.find(door, FIELDS, filters.page(), filters.filters()))


@router.post(
    "",
    status_code=201,
    response_model=PaymentLayoutOut,
    responses=responses(PaymentLayoutColumnsError, ConflictError, IdempotencyMismatchError),
)
async def propose_payment_layout(
    actor: Keeper, session: Session, once: Creation, new: PaymentLayoutNew
) -> Response:
    """Propose the next number of a code's layout: a draft until somebody else activates it."""
    made = await once.do(
        lambda: service.propose(session, new.model_dump(), by=actor),
        lambda id_: queries.get(session, id_),
    )
    answer = await _shown(session, made.id)
    answer.status_code = 201
    created(answer, f"/v1/reimbursements/payment-layouts/{made.id}", made.version, once)
    return answer


@router.get(
    "/{layout_id:uuid}",
    response_model=PaymentLayoutOut,
    responses=responses(PaymentLayoutNotFoundError),
)
async def get_payment_layout(_: Reader, door: Door, layout_id: UUID) -> Response:
    """Read one layout."""
    return json(*await queries.show(door, FIELDS, layout_id))


@router.post(
    "/{layout_id:uuid}/activation",
    response_model=PaymentLayoutOut,
    responses=responses(PaymentLayoutTwoPeopleError, *CHANGES),
)
async def activate_payment_layout(
    actor: Keeper, session: Session, match: IfMatch, layout_id: UUID
) -> Response:
    """Bring a draft into use in place of the number before it; not by whoever proposed it.

    A draft that came with the service was proposed by nobody: propose it anew under its code.
    """
    found = await queries.get(session, layout_id, lock=True)
    match.check(found.version)
    await service.activate(session, found, by=actor)
    return await _shown(session, found.id)


@router.post(
    "/{layout_id:uuid}/withdrawal", response_model=PaymentLayoutOut, responses=responses(*CHANGES)
)
async def withdraw_payment_layout(
    actor: Keeper, session: Session, match: IfMatch, layout_id: UUID
) -> Response:
    """Take a layout out of use for good; files that it made stay as they are."""
    found = await queries.get(session, layout_id, lock=True)
    match.check(found.version)
    await service.withdraw(session, found, by=actor)
    return await _shown(session, found.id)


@router.post(
    "/{layout_id:uuid}/preview",
    response_class=Response,
    responses={**responses(PaymentLayoutNotFoundError, PaymentFileError), **_FILE},
)
async def preview_payment_layout(_: Reader, session: Session, layout_id: UUID) -> Response:
    """Download the file that a layout makes of made-up payments, to try in the system it is for."""
    name, file = service.preview(await queries.get(session, layout_id))
    return Response(
        file,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _shown(session: Session, layout_id: UUID) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, layout_id))
