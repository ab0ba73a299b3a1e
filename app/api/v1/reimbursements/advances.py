from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.reimbursements.advances_schemas import (
    AdvanceDecision,
    AdvanceDone,
    AdvanceFilters,
    AdvanceList,
    AdvanceNew,
    AdvanceOut,
    AdvanceSettled,
    need_of,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.people.register.errors import PersonNotFoundError
from app.domain.people.supporters import service as supporters
from app.domain.reimbursements.advances import queries, service
from app.domain.reimbursements.advances.errors import (
    AdvanceAboveError,
    AdvanceActivityError,
    AdvanceHandsError,
    AdvanceNotFoundError,
    AdvanceReasonError,
    AdvanceSelfError,
    AdvanceSettledError,
    AdvanceStatusError,
    AdvanceTwiceError,
)
from app.domain.reimbursements.budgets.errors import BudgetExceededError
from app.domain.reimbursements.claims import queries as claims
from app.domain.reimbursements.claims.errors import ClaimNotFoundError, ClaimStatusError

router = router_at("/reimbursements/advances", "reimbursements")

Reader = Annotated[Actor, Security(authenticate, scopes=["claims:read"])]
Writer = Annotated[Actor, Security(authenticate, scopes=["claims:write"])]
Approver = Annotated[Actor, Security(authenticate, scopes=["claims:approve"])]
Releaser = Annotated[Actor, Security(authenticate, scopes=["payments:release"])]
FIELDS = tuple(AdvanceOut.model_fields)
ASKED = (AdvanceActivityError, AdvanceAboveError, AdvanceTwiceError, IdempotencyMismatchError)
CHANGES = (
    AdvanceNotFoundError,
    AdvanceStatusError,
    AdvanceSelfError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("", response_model=AdvanceList)
async def list_advances(
    actor: Reader, door: Door, filters: Annotated[AdvanceFilters, Query()]
) -> Response:
    """List what was asked for in advance of activities that one may see, newest first."""
    return json(await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor))


@router.post(
    "",
    status_code=201,
    response_model=AdvanceOut,
    responses=responses(PersonNotFoundError, *ASKED),
)
async def ask_for_advance(
    actor: Writer, session: Session, once: Creation, new: AdvanceNew
) -> Response:
    """Ask for money or booked travel for a person, on their word, before an activity."""
    whose = await supporters.for_person(session, new.person_id, "ask_for_advance", by=actor)
    made = await once.do(
        lambda: service.ask(session, new.participation_id, need_of(new), by=whose),
        lambda id_: queries.get_own(session, id_, whose.person),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/reimbursements/advances/{made.id}", made.version, once)
    return answer


@router.get(
    "/{advance_id:uuid}", response_model=AdvanceOut, responses=responses(AdvanceNotFoundError)
)
async def get_advance(actor: Reader, door: Door, advance_id: UUID) -> Response:
    """Read one advance: what was asked for, and how it stands."""
    return json(*await queries.show(door, FIELDS, advance_id, to=actor))


@router.post(
    "/{advance_id:uuid}/decision",
    response_model=AdvanceOut,
    responses=responses(AdvanceReasonError, *CHANGES),
)
async def decide_advance(
    actor: Approver, session: Session, match: IfMatch, advance_id: UUID, told: AdvanceDecision
) -> Response:
    """Agree, or decline with a reason; neither who asked nor who acted for the person does."""
    found = await queries.get(session, advance_id, to=actor)
    match.check(found.version)
    await service.decide(session, found, told.reason, agreed=told.agreed, by=actor)
    return await _shown(session, found.id, actor)


@router.post(
    "/{advance_id:uuid}/payment",
    response_model=AdvanceOut,
    responses=responses(AdvanceHandsError, *CHANGES),
)
async def pay_advance(
    actor: Releaser, session: Session, match: IfMatch, advance_id: UUID, told: AdvanceDone
) -> Response:
    """Note that money was paid in advance; a claim of the activity accounts for it later."""
    found = await queries.get(session, advance_id, to=actor)
    match.check(found.version)
    await service.pay(session, found, told.reference, by=actor)
    return await _shown(session, found.id, actor)


@router.post(
    "/{advance_id:uuid}/booking",
    response_model=AdvanceOut,
    responses=responses(*CHANGES),
)
async def book_advance(
    actor: Writer, session: Session, match: IfMatch, advance_id: UUID, told: AdvanceDone
) -> Response:
    """Note that travel was booked and paid by the trust."""
    found = await queries.get(session, advance_id, to=actor)
    match.check(found.version)
    await service.book(session, found, told.reference, by=actor)
    return await _shown(session, found.id, actor)


@router.post(
    "/{advance_id:uuid}/settlements",
    response_model=AdvanceOut,
    responses=responses(
        AdvanceActivityError,
        AdvanceSettledError,
        ClaimNotFoundError,
        ClaimStatusError,
        BudgetExceededError,
        *CHANGES,
    ),
)
async def settle_advance(
    actor: Approver, session: Session, match: IfMatch, advance_id: UUID, told: AdvanceSettled
) -> Response:
    """Let an approved claim of the activity account for so much of it, and ask for so much less.

    So much of the claim's budget is spent by it. Nothing is taken off the claim: before it is
    approved, send it back where it asks for all.
    """
    found = await queries.get(session, advance_id, to=actor)
    match.check(found.version)
    claim = await claims.get(session, told.claim_id, to=actor)
    await service.settle(session, found, claim, told.model_dump(), by=actor)
    return await _shown(session, found.id, actor)


async def _shown(session: Session, advance_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, advance_id, to=actor))
