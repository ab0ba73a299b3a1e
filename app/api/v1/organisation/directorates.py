from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.api.deps import Creation, Door, IfMatch, Paging, Session, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.organisation.access import Manager, Reader
from app.api.v1.organisation.schemas import (
    DirectorateChange,
    DirectorateList,
    DirectorateNew,
    DirectorateOut,
)
from app.core import statement
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.organisation import queries, service
from app.domain.organisation.errors import (
    CodeTakenError,
    DirectorateNotFoundError,
    InUseError,
    TrustUnnamedError,
)
from app.domain.organisation.models import Directorate

router = router_at("/organisation/directorates", "organisation")

FIELDS = tuple(DirectorateOut.model_fields)
CHANGES = (DirectorateNotFoundError, PreconditionFailedError, PreconditionRequiredError)


@router.get("", response_model=DirectorateList)
async def list_directorates(_: Reader, door: Door, paging: Annotated[Paging, Query()]) -> Response:
    """List directorates, newest first.

    The organisation's structure is not secret: a key that is limited to teams sees all of it.
    """
    return json(await queries.DIRECTORATES.page(door, FIELDS, paging.page(), {}))


@router.post(
    "",
    status_code=201,
    response_model=DirectorateOut,
    responses=responses(CodeTakenError, TrustUnnamedError, IdempotencyMismatchError),
)
async def create_directorate(
    _: Manager, session: Session, once: Creation, new: DirectorateNew
) -> Response:
    """Add a directorate."""
    made = await once.do(
        lambda: service.create_directorate(session, new.code, new.name),
        lambda id_: queries.get(session, Directorate, id_),
    )
    answer = await _shown(session, made.id)
    answer.status_code = 201
    created(answer, f"/v1/organisation/directorates/{made.id}", made.version, once)
    return answer


@router.get(
    "/{directorate_id}",
    response_model=DirectorateOut,
    responses=responses(DirectorateNotFoundError),
)
async def get_directorate(_: Reader, door: Door, directorate_id: UUID) -> Response:
    """Read one directorate."""
    return json(*await queries.DIRECTORATES.one(door, FIELDS, directorate_id, {}))


@router.patch(
    "/{directorate_id}",
    response_model=DirectorateOut,
    responses=responses(CodeTakenError, *CHANGES),
)
async def change_directorate(
    _: Manager, session: Session, match: IfMatch, directorate_id: UUID, change: DirectorateChange
) -> Response:
    """Give a directorate another code or name, by JSON merge patch."""
    found = await service.to_change(session, Directorate, directorate_id)
    match.check(found.version)
    await service.change_directorate(session, found, change.model_dump(exclude_unset=True))
    return await _shown(session, found.id)


@router.delete("/{directorate_id}", status_code=204, responses=responses(InUseError, *CHANGES))
async def delete_directorate(
    _: Manager, session: Session, match: IfMatch, directorate_id: UUID
) -> None:
    """Delete a directorate in which no service or team stands or ever stood."""
    found = await service.to_change(session, Directorate, directorate_id)
    match.check(found.version)
    await service.delete(session, found)


async def _shown(session: Session, directorate_id: UUID) -> Response:
    door = await statement.within(session)
    return json(*await queries.DIRECTORATES.one(door, FIELDS, directorate_id, {}))
