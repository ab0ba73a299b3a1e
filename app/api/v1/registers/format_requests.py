from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.resources_schemas import (
    Declined,
    FormatRequestFilters,
    FormatRequestList,
    FormatRequestNew,
    FormatRequestOut,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.people.resources import queries, service
from app.domain.people.resources.errors import (
    FormatRequestClosedError,
    FormatRequestedError,
    FormatRequestNotFoundError,
    ResourceFormatTakenError,
    ResourceNotFoundError,
)

router = router_at("/registers/format-requests", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["resources:read"])]
Asker = Annotated[Actor, Security(authenticate, scopes=["resources:ask"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["resources:manage"])]
FIELDS = tuple(FormatRequestOut.model_fields)


@router.get("", response_model=FormatRequestList)
async def list_format_requests(
    _: Reader, door: Door, filters: Annotated[FormatRequestFilters, Query()]
) -> Response:
    """List what formats staff asked for, newest first, and what became of each request."""
    return json(await queries.find_requests(door, FIELDS, filters.page(), filters.filters()))


@router.post(
    "",
    status_code=201,
    response_model=FormatRequestOut,
    responses=responses(
        ResourceNotFoundError,
        ResourceFormatTakenError,
        FormatRequestedError,
        IdempotencyMismatchError,
    ),
)
async def ask_for_format(
    actor: Asker, session: Session, once: Creation, new: FormatRequestNew
) -> Response:
    """Ask for a format or language that a resource of the library has not."""
    resource = await queries.get(session, new.resource_id)
    made = await once.do(
        lambda: service.ask(session, resource, new.model_dump(exclude={"resource_id"}), by=actor),
        lambda id_: queries.request(session, id_),
    )
    answer = await _shown(session, made.id)
    answer.status_code = 201
    created(answer, f"/v1/registers/format-requests/{made.id}", made.version, once)
    return answer


@router.get(
    "/{request_id:uuid}",
    response_model=FormatRequestOut,
    responses=responses(FormatRequestNotFoundError),
)
async def get_format_request(_: Reader, door: Door, request_id: UUID) -> Response:
    """Read one request for a format."""
    return json(*await queries.show_request(door, FIELDS, request_id))


@router.post(
    "/{request_id:uuid}/decline",
    response_model=FormatRequestOut,
    responses=responses(
        FormatRequestNotFoundError,
        FormatRequestClosedError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
async def decline_format_request(
    actor: Keeper, session: Session, match: IfMatch, request_id: UUID, told: Declined
) -> Response:
    """Say why a format is not made. One that is made is added to its resource instead."""
    found = await queries.request(session, request_id)
    match.check(found.version)
    await service.decline(session, found, told.reason, by=actor)
    return await _shown(session, found.id)


async def _shown(session: Session, request_id: UUID) -> Response:
    door = await statement.within(session)
    return json(*await queries.show_request(door, FIELDS, request_id))
