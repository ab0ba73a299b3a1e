from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.api.deps import Creation, Door, IfMatch, Session, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.organisation.access import Manager, Reader
from app.api.v1.organisation.contact_schemas import (
    ContactChange,
    ContactFilters,
    ContactList,
    ContactNew,
    ContactOut,
)
from app.core import statement
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.organisation.contacts import queries, service
from app.domain.organisation.contacts.errors import (
    ContactNotFoundError,
    ContactPeriodError,
    ContactPlaceError,
    ContactTakenError,
)
from app.domain.organisation.errors import DirectorateNotFoundError, TeamNotFoundError

router = router_at("/organisation/contacts", "organisation")

FIELDS = tuple(ContactOut.model_fields)
TAKEN = (ContactTakenError, ContactPeriodError)
CHANGES = (ContactNotFoundError, PreconditionFailedError, PreconditionRequiredError)


@router.get("", response_model=ContactList)
async def list_contacts(
    _: Reader, door: Door, filters: Annotated[ContactFilters, Query()]
) -> Response:
    """List contacts, newest first.

    Whom to ask in the organisation is not secret: a key that is limited to teams sees all of it.
    """
    return json(await queries.CONTACTS.page(door, FIELDS, filters.page(), filters.filters()))


@router.post(
    "",
    status_code=201,
    response_model=ContactOut,
    responses=responses(
        *TAKEN,
        ContactPlaceError,
        TeamNotFoundError,
        DirectorateNotFoundError,
        IdempotencyMismatchError,
    ),
)
async def create_contact(
    actor: Manager, session: Session, once: Creation, new: ContactNew
) -> Response:
    """Name a contact of a team, of a directorate or of the trust.

    Where a team has none of its own, its directorate's contacts are told of its matters, and where
    that has none, the trust's. A key that is limited names contacts of its own places only.
    """
    made = await once.do(
        lambda: service.create(session, new.new(), by=actor), lambda id_: queries.get(session, id_)
    )
    answer = await _shown(session, made.id)
    answer.status_code = 201
    created(answer, f"/v1/organisation/contacts/{made.id}", made.version, once)
    return answer


@router.get("/{contact_id}", response_model=ContactOut, responses=responses(ContactNotFoundError))
async def get_contact(_: Reader, door: Door, contact_id: UUID) -> Response:
    """Read one contact."""
    return json(*await queries.CONTACTS.one(door, FIELDS, contact_id, {}))


@router.patch("/{contact_id}", response_model=ContactOut, responses=responses(*TAKEN, *CHANGES))
async def change_contact(
    actor: Manager, session: Session, match: IfMatch, contact_id: UUID, change: ContactChange
) -> Response:
    """Change a contact's name, address or time, by JSON merge patch."""
    found = await service.to_change(session, contact_id, by=actor)
    match.check(found.version)
    await service.change(session, found, change.model_dump(exclude_unset=True))
    return await _shown(session, found.id)


@router.delete("/{contact_id}", status_code=204, responses=responses(*CHANGES))
async def delete_contact(
    actor: Manager, session: Session, match: IfMatch, contact_id: UUID
) -> None:
    """Delete a contact; to end one on a day, set `valid_to` instead."""
    found = await service.to_change(session, contact_id, by=actor)
    match.check(found.version)
    await service.delete(session, found)


async def _shown(session: Session, contact_id: UUID) -> Response:
    door = await statement.within(session)
    return json(*await queries.CONTACTS.one(door, FIELDS, contact_id, {}))
