from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import FieldKeys, IfMatch, Paging, Session, authenticate, etag, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.reimbursements.payees_schemas import (
    BankDetailsNew,
    Confirmation,
    NumbersNew,
    PayeeAccessList,
    PayeeAccessOut,
    PayeeOut,
    PayeePolicyNew,
    PayeePolicyOut,
    SharingOut,
)
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.keyring import KeysMissingError
from app.domain.people.register import queries as people
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError
from app.domain.people.register.models import Person
from app.domain.reimbursements.payees import queries, service
from app.domain.reimbursements.payees.errors import (
    BankAccountInvalidError,
    BankAccountNotProposedError,
    PayeeConfirmedError,
    PayeeNumbersMissingError,
    PayeeOneselfError,
    PayeeSecondPersonError,
)

router = router_at("/reimbursements/payees", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["payees:read"])]
Manager = Annotated[Actor, Security(authenticate, scopes=["payees:manage"])]
Decider = Annotated[Actor, Security(authenticate, scopes=["reimbursements:configure"])]
ACCESS = tuple(PayeeAccessOut.model_fields)
MATCHED = (PreconditionFailedError, PreconditionRequiredError)
CHANGES = (PersonNotFoundError, PersonMergedError, PayeeOneselfError, *MATCHED)
CONFIRMS = (PayeeSecondPersonError, *CHANGES)


@router.get("/policy", response_model=PayeePolicyOut)
async def get_payee_policy(_: Reader, session: Session) -> Response:
    """Read how many days new bank details wait before they are paid to."""
    found = await queries.policy(session)
    return json(PayeePolicyOut.of(found).model_dump_json().encode(), found.version)


@router.put("/policy", response_model=PayeePolicyOut, responses=responses(*MATCHED))
async def set_payee_policy(
    _: Decider, session: Session, match: IfMatch, told: PayeePolicyNew
) -> Response:
    """Decide how many days new details wait; those confirmed already keep their day."""
    found = await queries.policy(session)
    match.check(found.version)
    await service.decide(session, found, told.hold_days)
    return json(PayeePolicyOut.of(found).model_dump_json().encode(), found.version)


@router.get("/{person_id:uuid}", responses=responses(PersonNotFoundError))
async def get_payee(
    actor: Reader, session: Session, person_id: UUID, response: Response
) -> PayeeOut:
    """Read where somebody is paid, masked; that it was read is kept."""
    person = await people.get(session, person_id, to=actor)
    found = await service.read(session, person, by=actor.id)
    response.headers["ETag"] = etag(found.numbers.version)
    return PayeeOut.of(found)


@router.put(
    "/{person_id:uuid}/bank-account",
    responses=responses(BankAccountInvalidError, KeysMissingError, *CHANGES),
)
async def set_bank_account(  # noqa: PLR0913, PLR0917  the keys, beside a request's parts
    actor: Manager,
    session: Session,
    keys: FieldKeys,
    match: IfMatch,
    person_id: UUID,
    new: BankDetailsNew,
    response: Response,
) -> PayeeOut:
    """Propose a bank account, which somebody else confirms; the confirmed one is paid until then.

    The number is checked against its sort code where the tables are loaded.
    """
    person = await _changing(session, match, person_id, actor)
    await service.set_account(session, keys, person, new.details(), by=actor.id)
    return await _shown(session, person, response)


@router.post(
    "/{person_id:uuid}/bank-account/confirmation",
    responses=responses(BankAccountNotProposedError, *CONFIRMS),
)
async def confirm_bank_account(
    actor: Manager,
    session: Session,
    match: IfMatch,
    person_id: UUID,
    told: Confirmation,
    response: Response,
) -> PayeeOut:
    """Confirm what somebody else set, telling how; it is paid to once the trust's wait is over."""
    person = await _changing(session, match, person_id, actor)
    await service.confirm_account(session, person, told.how, by=actor.id)
    return await _shown(session, person, response)


@router.post(
    "/{person_id:uuid}/bank-account/rejection",
    responses=responses(BankAccountNotProposedError, PersonNotFoundError, *MATCHED),
)
async def reject_bank_account(
    actor: Manager, session: Session, match: IfMatch, person_id: UUID, response: Response
) -> PayeeOut:
    """Put away what was proposed; what is confirmed stays."""
    person = await _changing(session, match, person_id, actor)
    await service.reject_account(session, person, by=actor.id)
    return await _shown(session, person, response)


@router.put("/{person_id:uuid}/numbers", responses=responses(*CHANGES))
async def set_payee_numbers(
    actor: Manager,
    session: Session,
    match: IfMatch,
    person_id: UUID,
    new: NumbersNew,
    response: Response,
) -> PayeeOut:
    """Tell payroll and supplier numbers, whole; none is used until somebody else confirms them."""
    person = await _changing(session, match, person_id, actor)
    await service.set_numbers(session, person, new.model_dump(), by=actor.id)
    return await _shown(session, person, response)


@router.post(
    "/{person_id:uuid}/numbers/confirmation",
    responses=responses(PayeeNumbersMissingError, PayeeConfirmedError, *CONFIRMS),
)
async def confirm_payee_numbers(
    actor: Manager, session: Session, match: IfMatch, person_id: UUID, response: Response
) -> PayeeOut:
    """Confirm the numbers that somebody else told."""
    person = await _changing(session, match, person_id, actor)
    await service.confirm_numbers(session, person, by=actor.id)
    return await _shown(session, person, response)


@router.get(
    "/{person_id:uuid}/accesses",
    response_model=PayeeAccessList,
    responses=responses(PersonNotFoundError),
)
async def list_payee_accesses(
    actor: Reader, session: Session, person_id: UUID, paging: Annotated[Paging, Query()]
) -> Response:
    """List who read, set or opened where somebody is paid, and what for, newest first."""
    person = await people.get(session, person_id, to=actor)
    return json(await queries.accesses(session, ACCESS, person.id, paging.page()))


@router.get("/{person_id:uuid}/shared", responses=responses(PersonNotFoundError))
async def get_payee_sharing(actor: Reader, session: Session, person_id: UUID) -> SharingOut:
    """Tell how many others have an account that somebody has; that it was asked is kept."""
    person = await people.get(session, person_id, to=actor)
    found = await service.shared(session, person, by=actor.id)
    named = list(found) if actor.can("payees:manage") and not actor.limited else None
    return SharingOut(people=len(found), person_ids=named)


async def _changing(session: Session, match: IfMatch, person_id: UUID, actor: Actor) -> Person:
    person = await people.get(session, person_id, to=actor, lock=True)
    match.check((await queries.numbers(session, person.id)).version)
    return person


async def _shown(session: Session, person: Person, response: Response) -> PayeeOut:
    found = await service.shown(session, person)
    response.headers["ETag"] = etag(found.numbers.version)
    return PayeeOut.of(found)
