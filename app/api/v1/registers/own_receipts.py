from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.api.deps import IdempotencyKey, IfMatch, Session, created, json
from app.api.own import OwnClaims
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.registers.own import WHOSE
from app.api.v1.reimbursements.receipts import DELETES, FIELDS, FILE, TAKES
from app.api.v1.reimbursements.receipts_schemas import (
    OwnReceiptFilters,
    OwnReceiptForm,
    ReceiptList,
    ReceiptOut,
    ReceiptsSent,
    attachment,
)
from app.api.v1.reimbursements.receipts_upload import LARGEST, SentByOneself, form
from app.core import statement
from app.domain.people.register import queries as people
from app.domain.reimbursements.receipts import queries, service
from app.domain.reimbursements.receipts.errors import ReceiptNotFoundError, ReceiptQuarantinedError

PLACE = "/registers/people/me/receipts"
router = router_at(PLACE, "self", largest=LARGEST)


@router.post(
    "",
    status_code=201,
    responses=responses(*WHOSE, *TAKES),
    openapi_extra=form(OwnReceiptForm),
)
async def send_own_receipts(
    sent: SentByOneself,
    whose: OwnClaims,
    session: Session,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> ReceiptsSent:
    """Send receipts of what one spent, up to ten files in one form: all of them or none.

    A file is judged by what is in it, whatever it is called, and kept without what cannot be seen
    of it, such as where a picture was taken. Where that cannot be done, `advice` tells what to do.
    `Location` leads to the first.
    """
    person = await people.alone(session, whose.person)
    operation = f"send_own_receipts {person.id}"
    made, once = await sent.keep(session, person, operation, idempotency_key, by=whose.by.id)
    created(response, f"/v1{PLACE}/{made[0].id}", made[0].version, once)
    return ReceiptsSent(items=[ReceiptOut.of(each) for each in made])


@router.get("", response_model=ReceiptList, responses=responses(*WHOSE))
async def list_own_receipts(
    whose: OwnClaims, session: Session, filters: Annotated[OwnReceiptFilters, Query()]
) -> Response:
    """List the receipts one sent, newest first."""
    door, page = await statement.within(session), filters.page()
    return json(await queries.find_own(door, FIELDS, page, filters.filters(), whose.person))


@router.get(
    "/{receipt_id:uuid}",
    response_model=ReceiptOut,
    responses=responses(*WHOSE, ReceiptNotFoundError),
)
async def get_own_receipt(whose: OwnClaims, session: Session, receipt_id: UUID) -> Response:
    """Read one of one's own receipts: what is known of it, and not the file."""
    door = await statement.within(session)
    return json(*await queries.show_own(door, FIELDS, receipt_id, whose.person))


@router.get(
    "/{receipt_id:uuid}/content",
    response_class=Response,
    responses={**responses(*WHOSE, ReceiptNotFoundError, ReceiptQuarantinedError), **FILE},
)
async def download_own_receipt(whose: OwnClaims, session: Session, receipt_id: UUID) -> Response:
    """Download the file of one of one's own receipts."""
    found = await queries.get_own(session, receipt_id, whose.person)
    return attachment(found, await queries.content(session, found))


@router.delete("/{receipt_id:uuid}", status_code=204, responses=responses(*WHOSE, *DELETES))
async def delete_own_receipt(
    whose: OwnClaims, session: Session, match: IfMatch, receipt_id: UUID
) -> None:
    """Delete one of one's own receipts that no claim uses, and its file."""
    found = await queries.get_own(session, receipt_id, whose.person, lock=True)
    match.check(found.version)
    await service.delete(session, found)
