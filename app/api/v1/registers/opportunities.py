from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.registers.opportunities_schemas import (
    OpportunityCancellation,
    OpportunityFilters,
    OpportunityList,
    OpportunityNew,
    OpportunityOut,
    OpportunityPatch,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.involvement.opportunities import queries, service
from app.domain.involvement.opportunities.errors import (
    CoordinatorUnknownError,
    OpportunityFullError,
    OpportunityIncompleteError,
    OpportunityNotFoundError,
    OpportunityStatusError,
    OpportunityTimesError,
)
from app.domain.organisation.errors import DirectorateNotFoundError, TeamNotFoundError

router = router_at("/registers/opportunities", "registers")

Reader = Annotated[Actor, Security(authenticate, scopes=["registers:read"])]
Keeper = Annotated[Actor, Security(authenticate, scopes=["registers:opportunities"])]
FIELDS = tuple(OpportunityOut.model_fields)
DETAILS = (
    CoordinatorUnknownError,
    OpportunityTimesError,
    InvalidError,
    TeamNotFoundError,
    DirectorateNotFoundError,
)
CHANGES = (
    OpportunityNotFoundError,
    OpportunityStatusError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("", response_model=OpportunityList)
async def list_opportunities(
    actor: Reader, door: Door, filters: Annotated[OpportunityFilters, Query()]
) -> Response:
    """List what people can be involved in, newest first.

    A limited key sees what is published or closed, and drafts for its own places.
    """
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=OpportunityOut,
    responses=responses(*DETAILS, IdempotencyMismatchError),
)
async def create_opportunity(
    actor: Keeper, session: Session, once: Creation, new: OpportunityNew
) -> Response:
    """Draft an opportunity; nobody is told of it before it is published."""
    made = await once.do(
        lambda: service.draft(session, new.model_dump(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/registers/opportunities/{made.id}", made.version, once)
    return answer


@router.get(
    "/{opportunity_id:uuid}",
    response_model=OpportunityOut,
    responses=responses(OpportunityNotFoundError),
)
async def get_opportunity(actor: Reader, door: Door, opportunity_id: UUID) -> Response:
    """Read one opportunity."""
    return json(*await queries.show(door, FIELDS, opportunity_id, to=actor))


@router.patch(
    "/{opportunity_id:uuid}",
    response_model=OpportunityOut,
    responses=responses(*DETAILS, OpportunityIncompleteError, OpportunityFullError, *CHANGES),
)
async def change_opportunity(
    actor: Keeper, session: Session, match: IfMatch, opportunity_id: UUID, change: OpportunityPatch
) -> Response:
    """Change an opportunity, by JSON merge patch; one that is cancelled stays as it is."""
    found = await queries.to_change(session, opportunity_id, to=actor)
    match.check(found.version)
    await service.change(session, found, change.model_dump(exclude_unset=True), by=actor)
    return await _shown(session, found.id, actor)


@router.post(
    "/{opportunity_id:uuid}/publication",
    response_model=OpportunityOut,
    responses=responses(OpportunityIncompleteError, *CHANGES),
)
async def publish_opportunity(
    actor: Keeper, session: Session, match: IfMatch, opportunity_id: UUID
) -> Response:
    """Show an opportunity to everybody; from then on people apply and are invited."""
    found = await queries.to_change(session, opportunity_id, to=actor)
    match.check(found.version)
    await service.publish(session, found)
    return await _shown(session, found.id, actor)


@router.post(
    "/{opportunity_id:uuid}/closure", response_model=OpportunityOut, responses=responses(*CHANGES)
)
async def close_opportunity(
    actor: Keeper, session: Session, match: IfMatch, opportunity_id: UUID
) -> Response:
    """Take no more applications; who applied may still be accepted."""
    found = await queries.to_change(session, opportunity_id, to=actor)
    match.check(found.version)
    await service.close(session, found)
    return await _shown(session, found.id, actor)


@router.post(
    "/{opportunity_id:uuid}/cancellation",
    response_model=OpportunityOut,
    responses=responses(*CHANGES),
)
async def cancel_opportunity(
    actor: Keeper,
    session: Session,
    match: IfMatch,
    opportunity_id: UUID,
    told: OpportunityCancellation,
) -> Response:
    """Let an opportunity not take place; the calendars of those who have a place say so."""
    found = await queries.to_change(session, opportunity_id, to=actor)
    match.check(found.version)
    await service.cancel(session, found, told.because)
    return await _shown(session, found.id, actor)


async def _shown(session: Session, opportunity_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, opportunity_id, to=actor))
