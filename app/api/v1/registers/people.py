from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api import direct
from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.people_changes_schemas import PersonPatch
from app.api.v1.registers.people_schemas import (
    MergeNew,
    PersonFilters,
    PersonList,
    PersonListed,
    PersonNew,
    PersonOut,
    RoleEnd,
    RoleList,
    RoleNew,
    RoleOut,
    StatusList,
    StatusNew,
    StatusOut,
    Welcome,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.organisation.errors import DirectorateNotFoundError
from app.domain.people.notices import welcoming
from app.domain.people.register import queries, service
from app.domain.people.register.errors import (
    BornLaterError,
    ChannelMissingError,
    LeadUnknownError,
    PersonMergedError,
    PersonNotFoundError,
    PersonStatusError,
    RoleOverlapError,
    RolePeriodNotFoundError,
    RolePeriodOrderError,
)

router = router_at("/registers/people", "registers")
hot = direct.router_at("/registers/people", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:manage"])]
FIELDS = tuple(PersonOut.model_fields)
LISTED = tuple(PersonListed.model_fields)
DETAILS = (ChannelMissingError, BornLaterError, DirectorateNotFoundError)
CHANGES = (
    PersonNotFoundError,
    PersonMergedError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@hot.get("", response_model=PersonList)
async def list_people(
    actor: Reader, door: Door, filters: Annotated[PersonFilters, Query()]
) -> Response:
    """List who is on the involvement register, newest first.

    A key that is limited to directorates sees their people, and those who are in none yet.
    """
    page = await queries.find(door, LISTED, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=PersonOut,
    responses=responses(*DETAILS, IdempotencyMismatchError),
)
async def create_person(
    actor: Keeper, session: Session, once: Creation, new: PersonNew
) -> Response:
    """Put somebody on the register who asked a member of staff to be involved."""
    made = await once.do(
        lambda: service.enquire(session, new.model_dump(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/people/{made.id}", made.version, once)
    return answer


@hot.get("/{person_id:uuid}", response_model=PersonOut, responses=responses(PersonNotFoundError))
async def get_person(actor: Reader, door: Door, person_id: UUID) -> Response:
    """Read one person's record."""
    return json(*await queries.show(door, FIELDS, person_id, to=actor))


@router.patch(
    "/{person_id:uuid}",
    response_model=PersonOut,
    responses=responses(*DETAILS, LeadUnknownError, *CHANGES),
)
async def change_person(
    actor: Keeper, session: Session, match: IfMatch, person_id: UUID, change: PersonPatch
) -> Response:
    """Correct what is known of a person, by JSON merge patch."""
    found = await queries.get(session, person_id, to=actor)
    match.check(found.version)
    await service.change(session, found, change.model_dump(exclude_unset=True), by=actor)
    return await _shown(session, found.id, actor)


@router.post(
    "/{person_id:uuid}/welcome",
    response_model=PersonOut,
    responses=responses(PersonStatusError, LeadUnknownError, *CHANGES),
)
async def welcome_person(
    actor: Keeper, session: Session, match: IfMatch, person_id: UUID, told: Welcome
) -> Response:
    """Welcome who asked to be involved, or came back; the lead who does is named."""
    found = await queries.get(session, person_id, to=actor)
    match.check(found.version)
    await welcoming.welcome(session, found, told.lead_id, by=actor)
    return await _shown(session, found.id, actor)


@router.put(
    "/{person_id:uuid}/status",
    response_model=PersonOut,
    responses=responses(PersonStatusError, *CHANGES),
)
async def set_person_status(
    actor: Keeper, session: Session, match: IfMatch, person_id: UUID, told: StatusNew
) -> Response:
    """Let somebody be active, pause for a while, or leave."""
    found = await queries.get(session, person_id, to=actor)
    match.check(found.version)
    await service.turn(session, found, told.status, told.reason, told.until, by=actor)
    return await _shown(session, found.id, actor)


@router.get("/{person_id:uuid}/statuses", responses=responses(PersonNotFoundError))
async def list_person_statuses(actor: Reader, session: Session, person_id: UUID) -> StatusList:
    """Tell how a person's status went, with the records merged into theirs."""
    person = await queries.get(session, person_id, to=actor)
    return StatusList(items=[StatusOut.of(s) for s in await queries.history(session, person)])


@router.get("/{person_id:uuid}/roles", responses=responses(PersonNotFoundError))
async def list_person_roles(actor: Reader, session: Session, person_id: UUID) -> RoleList:
    """List the roles a person has, had and will have."""
    person = await queries.get(session, person_id, to=actor)
    return RoleList(items=[RoleOut.of(r) for r in await queries.role_periods(session, person)])


@router.post(
    "/{person_id:uuid}/roles",
    status_code=201,
    responses=responses(
        PersonNotFoundError,
        PersonMergedError,
        RolePeriodOrderError,
        RoleOverlapError,
        IdempotencyMismatchError,
    ),
)
async def give_person_role(
    actor: Keeper,
    session: Session,
    once: Creation,
    person_id: UUID,
    new: RoleNew,
    response: Response,
) -> RoleOut:
    """Give a person a role, from a day on; the same role never twice at a time."""
    person = await queries.get(session, person_id, to=actor)
    made = await once.do(
        lambda: service.give_role(session, person, new.model_dump()),
        lambda id_: queries.role_period(session, person, id_),
    )
    created(response, f"/v1/registers/people/{person.id}/roles/{made.id}", made.version, once)
    return RoleOut.of(made)


@router.patch(
    "/{person_id:uuid}/roles/{role_id}",
    response_model=RoleOut,
    responses=responses(RolePeriodNotFoundError, RolePeriodOrderError, RoleOverlapError, *CHANGES),
)
async def end_person_role(
    actor: Keeper, session: Session, match: IfMatch, person_id: UUID, role_id: UUID, told: RoleEnd
) -> Response:
    """Let a role end on a day, or go on."""
    person = await queries.get(session, person_id, to=actor)
    period = await queries.role_period(session, person, role_id)
    match.check(period.version)
    await service.end_role(session, period, told.valid_to)
    return json(RoleOut.of(period).model_dump_json().encode(), period.version)


@router.post("/{person_id:uuid}/merge", response_model=PersonOut, responses=responses(*CHANGES))
async def merge_person(
    actor: Keeper, session: Session, match: IfMatch, person_id: UUID, told: MergeNew
) -> Response:
    """Let this record stand for a second one of the same person; both histories stay.

    What the second has goes over to this one, but for what this one has already; empty details
    are filled. The second stays readable, and tells where it went.
    """
    found = await queries.get(session, person_id, to=actor, lock=True)
    match.check(found.version)
    duplicate = await queries.get(session, told.duplicate_id, to=actor, lock=True)
    await service.merge(session, found, duplicate, by=actor)
    return await _shown(session, found.id, actor)


async def _shown(session: Session, person_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, person_id, to=actor))
