from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Door, IdempotencyKey, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, TooLargeError, responses
from app.api.strict import router_at
from app.api.v1.reimbursements.receipts_schemas import (
    ReceiptFilters,
    ReceiptForm,
    ReceiptList,
    ReceiptOut,
    ReceiptsSent,
    attachment,
)
from app.api.v1.reimbursements.receipts_upload import LARGEST, SentByStaff, form
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.people.register import queries as people
from app.domain.people.register.errors import (
    PersonHeldError,
    PersonMergedError,
    PersonNotFoundError,
)
from app.domain.reimbursements.receipts import queries, service
from app.domain.reimbursements.receipts.errors import (
    ReceiptEncryptedError,
    ReceiptNotFoundError,
    ReceiptPagesError,
    ReceiptPixelsError,
    ReceiptQuarantinedError,
    ReceiptQuotaError,
    ReceiptTypeError,
    ReceiptUsedError,
)
from app.domain.reimbursements.receipts.kinds import MediaType

router = router_at("/reimbursements/receipts", "reimbursements", largest=LARGEST)

Reader = Annotated[Actor, Security(authenticate, scopes=["claims:read"])]
Writer = Annotated[Actor, Security(authenticate, scopes=["claims:write"])]
FIELDS = tuple(ReceiptOut.model_fields)
TAKES: Final = (
    PersonMergedError,
    ReceiptTypeError,
    ReceiptPixelsError,
    ReceiptPagesError,
    ReceiptEncryptedError,
    ReceiptQuotaError,
    TooLargeError,
    IdempotencyMismatchError,
)
DELETES: Final = (
    ReceiptNotFoundError,
    ReceiptUsedError,
    PersonHeldError,
    PreconditionFailedError,
    PreconditionRequiredError,
)
FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {k: {"schema": {"type": "string", "format": "binary"}} for k in MediaType}}
}


@router.post(
    "",
    status_code=201,
    responses=responses(PersonNotFoundError, *TAKES),
    openapi_extra=form(ReceiptForm),
)
async def send_receipts(
    actor: Writer,
    sent: SentByStaff,
    session: Session,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> ReceiptsSent:
    """Take receipts of a person, up to ten files in one form: all of them or none.

    A file is judged by what is in it, whatever it is called. Images are encoded anew, the right
    way up; of PDFs the pages are kept; metadata, scripts, attachments and the like are gone. What
    cannot be written anew is put into quarantine, and `advice` tells what to do. `Location` leads
    to the first.
    """
    person = await people.get(session, sent.form.person_id, to=actor, lock=True)
    made, once = await sent.keep(session, person, "send_receipts", idempotency_key, by=actor.id)
    created(response, f"/v1/reimbursements/receipts/{made[0].id}", made[0].version, once)
    return ReceiptsSent(items=[ReceiptOut.of(each) for each in made])


@router.get("", response_model=ReceiptList)
async def list_receipts(
    actor: Reader, door: Door, filters: Annotated[ReceiptFilters, Query()]
) -> Response:
    """List receipts of people whom one may see, newest first."""
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.get(
    "/{receipt_id:uuid}", response_model=ReceiptOut, responses=responses(ReceiptNotFoundError)
)
async def get_receipt(actor: Reader, door: Door, receipt_id: UUID) -> Response:
    """Read one receipt: what is known of it, and not the file."""
    return json(*await queries.show(door, FIELDS, receipt_id, to=actor))


@router.get(
    "/{receipt_id:uuid}/content",
    response_class=Response,
    responses={**responses(ReceiptNotFoundError, ReceiptQuarantinedError), **FILE},
)
async def download_receipt(actor: Reader, session: Session, receipt_id: UUID) -> Response:
    """Download the file of a receipt."""
    found = await queries.get(session, receipt_id, to=actor)
    return attachment(found, await queries.content(session, found))


@router.delete("/{receipt_id:uuid}", status_code=204, responses=responses(*DELETES))
async def delete_receipt(actor: Writer, session: Session, match: IfMatch, receipt_id: UUID) -> None:
    """Delete a receipt that no claim uses, and its file."""
    found = await queries.get(session, receipt_id, to=actor, lock=True)
    match.check(found.version)
    await service.delete(session, found)
