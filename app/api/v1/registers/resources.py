from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.resources_schemas import (
    ResourceFilters,
    ResourceFormatNew,
    ResourceFormatOut,
    ResourceFormatPatch,
    ResourceList,
    ResourceNew,
    ResourceOut,
    ResourcePatch,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.people.resources import queries, service
from app.domain.people.resources.errors import (
    FormatMadeLaterError,
    ResourceFormatNotFoundError,
    ResourceFormatTakenError,
    ResourceNotFoundError,
)

router = router_at("/registers/resources", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["resources:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["resources:manage"])]
FIELDS = tuple(ResourceOut.model_fields)
CHANGES = (ResourceNotFoundError, PreconditionFailedError, PreconditionRequiredError)


@router.get("", response_model=ResourceList)
async def list_resources(
    _: Reader, door: Door, filters: Annotated[ResourceFilters, Query()]
) -> Response:
    """List the library of accessible information, newest first, with each one's formats."""
    return json(await queries.find(door, FIELDS, filters.page(), filters.filters()))


@router.post(
    "",
    status_code=201,
    response_model=ResourceOut,
    responses=responses(IdempotencyMismatchError),
)
async def add_resource(_: Keeper, session: Session, once: Creation, new: ResourceNew) -> Response:
    """Put a resource into the library; its formats are added to it one by one."""
    made = await once.do(
        lambda: service.add(session, new.model_dump()), lambda id_: queries.get(session, id_)
    )
    answer = await _shown(session, made.id)
    answer.status_code = 201
    created(answer, f"/v1/registers/resources/{made.id}", made.version, once)
    return answer


@router.get(
    "/{resource_id:uuid}", response_model=ResourceOut, responses=responses(ResourceNotFoundError)
)
async def get_resource(_: Reader, door: Door, resource_id: UUID) -> Response:
    """Read one resource and where its formats are."""
    return json(*await queries.show(door, FIELDS, resource_id))


@router.patch("/{resource_id:uuid}", response_model=ResourceOut, responses=responses(*CHANGES))
async def change_resource(
    _: Keeper, session: Session, match: IfMatch, resource_id: UUID, change: ResourcePatch
) -> Response:
    """Correct a resource, or say when it is reviewed next, by JSON merge patch."""
    found = await queries.get(session, resource_id)
    match.check(found.version)
    await service.change(session, found, change.model_dump(exclude_unset=True))
    return await _shown(session, found.id)


@router.delete("/{resource_id:uuid}", status_code=204, responses=responses(*CHANGES))
async def remove_resource(_: Keeper, session: Session, match: IfMatch, resource_id: UUID) -> None:
    """Take a resource out of the library, with the requests for its formats."""
    found = await queries.get(session, resource_id)
    match.check(found.version)
    await service.remove(session, found)


@router.post(
    "/{resource_id:uuid}/formats",
    status_code=201,
    responses=responses(
        ResourceNotFoundError,
        ResourceFormatTakenError,
        FormatMadeLaterError,
        IdempotencyMismatchError,
    ),
)
async def add_resource_format(
    actor: Keeper,
    session: Session,
    once: Creation,
    resource_id: UUID,
    new: ResourceFormatNew,
    response: Response,
) -> ResourceFormatOut:
    """Add a format of a resource; a request for it is made by that."""
    found = await queries.get(session, resource_id)
    made = await once.do(
        lambda: service.add_format(session, found, new.model_dump(), by=actor),
        lambda id_: queries.format_of(session, found, id_),
    )
    created(response, f"/v1/registers/resources/{found.id}/formats/{made.id}", made.version, once)
    return ResourceFormatOut.model_validate(made, from_attributes=True)


@router.patch(
    "/{resource_id:uuid}/formats/{format_id}",
    response_model=ResourceFormatOut,
    responses=responses(ResourceFormatNotFoundError, FormatMadeLaterError, *CHANGES),
)
async def change_resource_format(
    _: Keeper,
    session: Session,
    match: IfMatch,
    resource_id: UUID,
    format_id: UUID,
    change: ResourceFormatPatch,
) -> Response:
    """Say where a format is now, and from which day, by JSON merge patch."""
    resource = await queries.get(session, resource_id)
    found = await queries.format_of(session, resource, format_id)
    match.check(found.version)
    await service.change_format(session, resource, found, change.model_dump(exclude_unset=True))
    shown = ResourceFormatOut.model_validate(found, from_attributes=True)
    return json(shown.model_dump_json().encode(), found.version)


@router.delete(
    "/{resource_id:uuid}/formats/{format_id}",
    status_code=204,
    responses=responses(ResourceFormatNotFoundError, *CHANGES),
)
async def remove_resource_format(
    _: Keeper, session: Session, match: IfMatch, resource_id: UUID, format_id: UUID
) -> None:
    """Take a format out, so that it can be asked for again."""
    resource = await queries.get(session, resource_id)
    found = await queries.format_of(session, resource, format_id)
    match.check(found.version)
    await service.remove_format(session, resource, found)


async def _shown(session: Session, resource_id: UUID) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, resource_id))
