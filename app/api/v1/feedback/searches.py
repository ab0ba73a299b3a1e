from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.api.deps import Creation, Door, IfMatch, Paging, Session, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.routes import FIELDS as RESPONSE
from app.api.v1.feedback.routes import RowReader
from app.api.v1.feedback.schemas import ResponseList
from app.api.v1.feedback.searches_schemas import (
    SearchChange,
    SearchFilters,
    SearchList,
    SearchNew,
    SearchOut,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import ForbiddenError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.feedback.moderation import responses as reading
from app.domain.feedback.searches import queries, service
from app.domain.feedback.searches.errors import (
    AlertAddressError,
    SearchNameTakenError,
    SearchNotFoundError,
    SearchNotYoursError,
    SearchOutdatedError,
)

router = router_at("/feedback/searches", "feedback")

FIELDS = tuple(SearchOut.model_fields)
SAVES = (SearchNameTakenError, AlertAddressError, ForbiddenError)
CHANGES = (
    SearchNotFoundError,
    SearchNotYoursError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("", response_model=SearchList)
async def list_searches(
    actor: RowReader, door: Door, filters: Annotated[SearchFilters, Query()]
) -> Response:
    """List your saved searches and those that others share, newest first."""
    page = await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "",
    status_code=201,
    response_model=SearchOut,
    responses=responses(*SAVES, IdempotencyMismatchError),
)
async def create_search(
    actor: RowReader, session: Session, once: Creation, new: SearchNew
) -> Response:
    """Save a search, for yourself or shared, with or without alerts.

    An alert is one message a day, or one each Monday, where there are new responses: it says how
    many ("fewer than 5" for fewer) and nothing of what they say. It goes by when a response came
    in, so that late imports of old days are new too, and counts what the key that the search was
    last saved with may read that morning; once that key has ended, there is none. Words need
    `feedback:read:comments`.
    """
    made = await once.do(
        lambda: service.create(session, new.told(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/feedback/searches/{made.id}", made.version, once)
    return answer


@router.get("/{search_id}", response_model=SearchOut, responses=responses(SearchNotFoundError))
async def get_search(actor: RowReader, door: Door, search_id: UUID) -> Response:
    """Read one saved search."""
    return json(*await queries.show(door, FIELDS, search_id, to=actor))


@router.patch("/{search_id}", response_model=SearchOut, responses=responses(*SAVES, *CHANGES))
async def change_search(
    actor: RowReader, session: Session, match: IfMatch, search_id: UUID, change: SearchChange
) -> Response:
    """Change a search of your own, by JSON merge patch; `filters` are replaced as a whole.

    From then on its alerts tell of what the key that you change it with may read.
    """
    found = await service.to_change(session, search_id, by=actor)
    match.check(found.version)
    await service.change(session, found, change.told(), by=actor)
    return await _shown(session, found.id, actor)


@router.delete("/{search_id}", status_code=204, responses=responses(*CHANGES))
async def delete_search(
    actor: RowReader, session: Session, match: IfMatch, search_id: UUID
) -> None:
    """Delete a search of your own; its alerts end."""
    found = await service.to_change(session, search_id, by=actor)
    match.check(found.version)
    await service.delete(session, found)


@router.get(
    "/{search_id}/responses",
    response_model=ResponseList,
    responses=responses(SearchNotFoundError, SearchOutdatedError, ForbiddenError),
)
async def list_search_responses(
    actor: RowReader, door: Door, search_id: UUID, paging: Annotated[Paging, Query()]
) -> Response:
    """List what a search finds for you, which may be less than it finds for its owner."""
    choice = await queries.choice(door, search_id, to=actor)
    return json(await reading.find(door, RESPONSE, paging.page(), choice.filters(), to=actor))


async def _shown(session: Session, search_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, search_id, to=actor))
