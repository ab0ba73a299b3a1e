from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security
from pydantic import BaseModel

from app.api.deps import Creation, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.pastoral_schemas import (
    ConcernAnswer,
    ConcernFilters,
    ConcernList,
    ConcernNew,
    ConcernOut,
    HandlerNew,
    PastoralPolicyOut,
    PastoralPolicyValues,
)
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.pastoral import queries, service
from app.domain.involvement.pastoral.errors import (
    ConcernHandlerError,
    ConcernHandlerMissingError,
    ConcernNotFoundError,
    ConcernNotYoursError,
    ConcernStateError,
)
from app.domain.people.register import queries as people
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError

router = router_at("/registers", "registers")

Hearer = Annotated[Actor, Security(authenticate, scopes=["pastoral:concerns"])]
Configurer = Annotated[
    Actor, Security(authenticate, scopes=["pastoral:concerns", "registers:manage"])
]
FIELDS = tuple(ConcernOut.model_fields)
MATCHED = (PreconditionFailedError, PreconditionRequiredError)
CHANGES = (ConcernNotFoundError, ConcernStateError, *MATCHED)


@router.post(
    "/people/{person_id}/pastoral/concerns",
    status_code=201,
    responses=responses(
        PersonNotFoundError,
        PersonMergedError,
        ConcernHandlerError,
        ConcernHandlerMissingError,
        ConcernNotFoundError,
        IdempotencyMismatchError,
    ),
)
async def raise_concern(
    actor: Hearer,
    session: Session,
    once: Creation,
    person_id: UUID,
    new: ConcernNew,
    response: Response,
) -> ConcernOut:
    """Take down what a person says of how they are treated, and give it to somebody to look at.

    That is neither their named lead nor whom it is about, and neither of these reads it. Where you
    name nobody, it goes to whoever can look at it and has the fewest open. It is to be answered
    within the working days that the trust has set.
    """
    person = await people.get(session, person_id, to=actor)
    made = await once.do(
        lambda: service.raise_concern(session, person, new.model_dump(), by=actor),
        lambda id_: queries.concern(session, id_, to=actor),
    )
    created(response, f"/v1/registers/pastoral/concerns/{made.id}", made.version, once)
    return ConcernOut.of(made)


@router.get("/pastoral/concerns", response_model=ConcernList)
async def list_concerns(
    actor: Hearer, session: Session, filters: Annotated[ConcernFilters, Query()]
) -> Response:
    """List concerns, newest first, but for those of people whose lead one is, or about oneself."""
    page, told = filters.page(), filters.filters()
    return json(await queries.find_concerns(session, FIELDS, page, told, to=actor))


@router.get(
    "/pastoral/concerns/{concern_id}",
    response_model=ConcernOut,
    responses=responses(ConcernNotFoundError),
)
async def get_concern(actor: Hearer, session: Session, concern_id: UUID) -> Response:
    """Read one concern."""
    found = await queries.concern(session, concern_id, to=actor)
    return _written(ConcernOut.of(found), found.version)


@router.put(
    "/pastoral/concerns/{concern_id}/handler",
    response_model=ConcernOut,
    responses=responses(ConcernHandlerError, *CHANGES),
)
async def pass_concern_on(
    actor: Hearer, session: Session, match: IfMatch, concern_id: UUID, told: HandlerNew
) -> Response:
    """Let somebody else look at a concern; the day to answer by stays."""
    found = await queries.concern(session, concern_id, to=actor)
    match.check(found.version)
    await service.give(session, found, told.handler_id)
    return _written(ConcernOut.of(found), found.version)


@router.post(
    "/pastoral/concerns/{concern_id}/acknowledgement",
    response_model=ConcernOut,
    responses=responses(ConcernNotYoursError, *CHANGES),
)
async def acknowledge_concern(
    actor: Hearer, session: Session, match: IfMatch, concern_id: UUID
) -> Response:
    """Say that a concern was read and is looked at; whom it went to does."""
    found = await queries.concern(session, concern_id, to=actor)
    match.check(found.version)
    await service.acknowledge(session, found, by=actor)
    return _written(ConcernOut.of(found), found.version)


@router.post(
    "/pastoral/concerns/{concern_id}/answer",
    response_model=ConcernOut,
    responses=responses(ConcernNotYoursError, *CHANGES),
)
async def answer_concern(
    actor: Hearer, session: Session, match: IfMatch, concern_id: UUID, told: ConcernAnswer
) -> Response:
    """Answer a concern; whom it went to does."""
    found = await queries.concern(session, concern_id, to=actor)
    match.check(found.version)
    await service.answer(session, found, told.answer, by=actor)
    return _written(ConcernOut.of(found), found.version)


@router.get("/pastoral/policy", response_model=PastoralPolicyOut)
async def get_pastoral_policy(_: Hearer, session: Session) -> Response:
    """Read what the trust has decided about pastoral care."""
    found = await queries.policy(session)
    return _written(PastoralPolicyOut.model_validate(found), found.version)


@router.put("/pastoral/policy", response_model=PastoralPolicyOut, responses=responses(*MATCHED))
async def put_pastoral_policy(
    _: Configurer, session: Session, match: IfMatch, new: PastoralPolicyValues
) -> Response:
    """Decide anew, whole; concerns that were raised before keep the day to answer by."""
    found = await queries.policy(session)
    match.check(found.version)
    await service.decide(session, found, new.model_dump())
    return _written(PastoralPolicyOut.model_validate(found), found.version)


def _written(shown: BaseModel, version: int) -> Response:
    return json(shown.model_dump_json().encode(), version)
