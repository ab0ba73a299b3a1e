import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from app.api.deps import Creation, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.rights_schemas import (
    AccessFilters,
    AccessList,
    AccessNew,
    AccessOut,
    Extension,
    IdentityCheck,
    Release,
    SubjectFileOut,
)
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.people.register import queries as people
from app.domain.people.register.errors import PersonMergedError, PersonNotFoundError
from app.domain.rights.access import queries, service
from app.domain.rights.access.errors import (
    AccessExtendedError,
    AccessNotFoundError,
    AccessReceivedError,
    AccessReleasedError,
    IdentityUncheckedError,
    ReviewNeededError,
)
from app.domain.rights.access.models import ReadingPurpose
from app.domain.rights.retention import queries as retention
from app.reports.subject_file import SubjectFile, file_of, html_of

router = router_at("/registers", "rights")

Reader = Annotated[Actor, Security(authenticate, scopes=["rights:read"])]
Writer = Annotated[Actor, Security(authenticate, scopes=["rights:write"])]
Governor = Annotated[Actor, Security(authenticate, scopes=["rights:govern"])]
FIELDS = tuple(AccessOut.model_fields)
PLACE = "/people/{person_id}/subject-access"
FOUND = (PersonNotFoundError, AccessNotFoundError)
CHANGES = (*FOUND, AccessReleasedError, PreconditionFailedError, PreconditionRequiredError)


@router.get("/subject-access", response_model=AccessList)
async def list_subject_access(
    actor: Reader, session: Session, filters: Annotated[AccessFilters, Query()]
) -> Response:
    """List requests for what is held of people, newest first; `due_on` is when to answer."""
    page, told = filters.page(), filters.filters()
    return json(await queries.find(session, FIELDS, page, told, to=actor))


@router.post(
    PLACE,
    status_code=201,
    responses=responses(
        PersonNotFoundError, PersonMergedError, AccessReceivedError, IdempotencyMismatchError
    ),
)
async def receive_subject_access(
    actor: Writer,
    session: Session,
    once: Creation,
    person_id: UUID,
    new: AccessNew,
    response: Response,
) -> AccessOut:
    """Take down that a person asks for what is held of them; it is due in a month."""
    person = await people.get(session, person_id, to=actor, lock=True)
    made = await once.do(
        lambda: service.receive(session, person, new.received_on, new.identity, by=actor),
        lambda id_: queries.get(session, person, id_),
    )
    place = f"/v1/registers/people/{person.id}/subject-access/{made.id}"
    created(response, place, made.version, once)
    return AccessOut.model_validate(made)


@router.get(PLACE + "/{request_id:uuid}", response_model=AccessOut, responses=responses(*FOUND))
async def get_subject_access(
    actor: Reader, session: Session, person_id: UUID, request_id: UUID
) -> Response:
    """Read one request."""
    person = await people.get(session, person_id, to=actor)
    found = await queries.get(session, person, request_id)
    return _written(AccessOut.model_validate(found), found.version)


@router.put(
    PLACE + "/{request_id:uuid}/identity", response_model=AccessOut, responses=responses(*CHANGES)
)
async def check_subject_identity(
    actor: Writer,
    session: Session,
    match: IfMatch,
    person_id: UUID,
    request_id: UUID,
    told: IdentityCheck,
) -> Response:
    """Note how it was checked that the request is the person's."""
    person = await people.get(session, person_id, to=actor)
    found = await queries.get(session, person, request_id)
    match.check(found.version)
    await service.check(session, found, told.identity)
    return _written(AccessOut.model_validate(found), found.version)


@router.post(
    PLACE + "/{request_id:uuid}/extension",
    response_model=AccessOut,
    responses=responses(AccessExtendedError, *CHANGES),
)
async def extend_subject_access(
    actor: Writer,
    session: Session,
    match: IfMatch,
    person_id: UUID,
    request_id: UUID,
    told: Extension,
) -> Response:
    """Take two more months, once, telling why."""
    person = await people.get(session, person_id, to=actor)
    found = await queries.get(session, person, request_id)
    match.check(found.version)
    await service.extend(session, found, told.because)
    return _written(AccessOut.model_validate(found), found.version)


@router.post(
    PLACE + "/{request_id:uuid}/release",
    response_model=AccessOut,
    responses=responses(IdentityUncheckedError, ReviewNeededError, *CHANGES),
)
async def release_subject_access(
    actor: Governor,
    session: Session,
    match: IfMatch,
    person_id: UUID,
    request_id: UUID,
    told: Release,
) -> Response:
    """Note that the person was given the file, after what staff wrote was read."""
    person = await people.get(session, person_id, to=actor)
    found = await queries.get(session, person, request_id)
    match.check(found.version)
    await service.release(session, found, reviewed=told.reviewed, by=actor)
    return _written(AccessOut.model_validate(found), found.version)


@router.get(PLACE + "/{request_id:uuid}/file", responses=responses(*FOUND))
async def get_subject_file(
    actor: Governor, session: Session, person_id: UUID, request_id: UUID
) -> SubjectFileOut:
    """Read everything that is held of a person, as machines read it; that it was read is kept.

    What only a named lead reads, and equality monitoring, are in it. A field marked `review` was
    written by staff, or stands in a record of something else: read it before it is released.
    """
    return SubjectFileOut.model_validate(await _file(session, actor, person_id, request_id))


@router.get(
    PLACE + "/{request_id:uuid}/page", response_class=HTMLResponse, responses=responses(*FOUND)
)
async def get_subject_page(
    actor: Governor, session: Session, person_id: UUID, request_id: UUID
) -> HTMLResponse:
    """Read the same as a page for the person."""
    file = await _file(session, actor, person_id, request_id)
    # Of somebody with much history it takes seconds, in which others are answered.
    return HTMLResponse(await asyncio.to_thread(html_of, file))


async def _file(session: Session, actor: Actor, person_id: UUID, request_id: UUID) -> SubjectFile:
    person = await people.get(session, person_id, to=actor)
    await queries.get(session, person, request_id)
    _, parts = await service.read(session, person.id, ReadingPurpose.ACCESS, by=actor.id)
    return file_of(parts, await retention.kept(session), now())


def _written(shown: BaseModel, version: int) -> Response:
    return json(shown.model_dump_json().encode(), version)
