from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, FieldKeys, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.reimbursements.payees_schemas import (
    CharityFilters,
    CharityList,
    CharityNew,
    CharityOut,
    Confirmation,
)
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.core.keyring import KeysMissingError
from app.domain.reimbursements.payees.charities import queries, service
from app.domain.reimbursements.payees.charities.errors import (
    CharityKnownError,
    CharityNotFoundError,
    CharityStatusError,
    CharityUnpaidError,
)
from app.domain.reimbursements.payees.errors import BankAccountInvalidError, PayeeSecondPersonError

PLACE = "/reimbursements/charities"
router = router_at(PLACE, "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["payees:read"])]
Manager = Annotated[Actor, Security(authenticate, scopes=["payees:manage"])]
FIELDS = tuple(CharityOut.model_fields)
CHANGES = (
    CharityNotFoundError,
    CharityStatusError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("", response_model=CharityList)
async def list_charities(
    _: Reader, session: Session, filters: Annotated[CharityFilters, Query()]
) -> Response:
    """List the charities that people give to, newest first."""
    return json(await queries.find(session, FIELDS, filters.page(), filters.filters()))


@router.post(
    "",
    status_code=201,
    response_model=CharityOut,
    responses=responses(
        CharityKnownError,
        CharityUnpaidError,
        BankAccountInvalidError,
        KeysMissingError,
        IdempotencyMismatchError,
    ),
)
async def put_charity_down(
    actor: Manager, session: Session, keys: FieldKeys, once: Creation, new: CharityNew
) -> Response:
    """Put a charity down, which somebody else confirms before anything is given to it."""
    told = new.model_dump(exclude={"bank_account"})
    bank = new.bank_account.details() if new.bank_account else None
    made = await once.do(
        lambda: service.put_down(session, keys, told, bank, by=actor.id),
        lambda id_: queries.get(session, id_),
    )
    answer = json(*await queries.show(session, FIELDS, made.id))
    answer.status_code = 201
    created(answer, f"/v1{PLACE}/{made.id}", made.version, once)
    return answer


@router.get(
    "/{charity_id:uuid}", response_model=CharityOut, responses=responses(CharityNotFoundError)
)
async def get_charity(_: Reader, session: Session, charity_id: UUID) -> Response:
    """Read one charity, masked."""
    return json(*await queries.show(session, FIELDS, charity_id))


@router.post(
    "/{charity_id:uuid}/confirmation",
    response_model=CharityOut,
    responses=responses(PayeeSecondPersonError, *CHANGES),
)
async def confirm_charity(
    actor: Manager, session: Session, match: IfMatch, charity_id: UUID, told: Confirmation
) -> Response:
    """Confirm what somebody else put down, telling how; bank details wait as people's do."""
    found = await queries.get(session, charity_id, lock=True)
    match.check(found.version)
    await service.confirm(session, found, told.how, by=actor.id)
    return json(*await queries.show(session, FIELDS, found.id))


@router.post(
    "/{charity_id:uuid}/retirement", response_model=CharityOut, responses=responses(*CHANGES)
)
async def retire_charity(
    actor: Manager, session: Session, match: IfMatch, charity_id: UUID
) -> Response:
    """Let nothing be given to a charity any more; one that is paid otherwise is put down anew."""
    found = await queries.get(session, charity_id, lock=True)
    match.check(found.version)
    await service.retire(session, found, by=actor.id)
    return json(*await queries.show(session, FIELDS, found.id))
