from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.api.deps import Creation, Door, IfMatch, Session, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.organisation.access import Manager, Reader
from app.api.v1.organisation.schemas import (
    ServiceChange,
    ServiceFilters,
    ServiceList,
    ServiceNew,
    ServiceOut,
)
from app.core import statement
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.organisation import queries, service
from app.domain.organisation.errors import (
    CodeTakenError,
    InUseError,
    PlacementContradictedError,
    ServiceNotFoundError,
)
from app.domain.organisation.models import Service

router = router_at("/organisation/services", "organisation")

FIELDS = tuple(ServiceOut.model_fields)
CHANGES = (ServiceNotFoundError, PreconditionFailedError, PreconditionRequiredError)


@router.get("", response_model=ServiceList)
async def list_services(
    _: Reader, door: Door, filters: Annotated[ServiceFilters, Query()]
) -> Response:
    """List services, newest first.

    The organisation's structure is not secret: a key that is limited to teams sees all of it.
    """
    return json(await queries.SERVICES.page(door, FIELDS, filters.page(), filters.filters()))


@router.post(
    "",
    status_code=201,
    response_model=ServiceOut,
    responses=responses(CodeTakenError, InvalidError, IdempotencyMismatchError),
)
async def create_service(_: Manager, session: Session, once: Creation, new: ServiceNew) -> Response:
    """Add a service line to a directorate."""
    made = await once.do(
        lambda: service.create_service(session, new.code, new.name, new.directorate_id),
        lambda id_: queries.get(session, Service, id_),
    )
    answer = await _shown(session, made.id)
    answer.status_code = 201
    created(answer, f"/v1/organisation/services/{made.id}", made.version, once)
    return answer


@router.get("/{service_id}", response_model=ServiceOut, responses=responses(ServiceNotFoundError))
async def get_service(_: Reader, door: Door, service_id: UUID) -> Response:
    """Read one service."""
    return json(*await queries.SERVICES.one(door, FIELDS, service_id, {}))


@router.patch(
    "/{service_id}",
    response_model=ServiceOut,
    responses=responses(CodeTakenError, PlacementContradictedError, InvalidError, *CHANGES),
)
async def change_service(
    _: Manager, session: Session, match: IfMatch, service_id: UUID, change: ServiceChange
) -> Response:
    """Change a service, by JSON merge patch.

    Where it moves to another directorate, its teams move with it from the month of
    `effective_from`; figures of the months before stay in the old directorate. Teams that stand
    in another directorate than their service stay where they are.
    """
    found = await service.to_change(session, Service, service_id)
    match.check(found.version)
    await service.change_service(session, found, change.told(), change.effective_from)
    return await _shown(session, found.id)


@router.delete("/{service_id}", status_code=204, responses=responses(InUseError, *CHANGES))
async def delete_service(_: Manager, session: Session, match: IfMatch, service_id: UUID) -> None:
    """Delete a service in which no team stands or ever stood."""
    found = await service.to_change(session, Service, service_id)
    match.check(found.version)
    await service.delete(session, found)


async def _shown(session: Session, service_id: UUID) -> Response:
    door = await statement.within(session)
    return json(*await queries.SERVICES.one(door, FIELDS, service_id, {}))
