from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.api.deps import Creation, Door, IfMatch, Session, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.meetings import Keeper, Reader
from app.api.v1.feedback.meetings_schemas import (
    Keeping,
    PromiseFilters,
    PromiseList,
    PromiseNew,
    PromiseOut,
    PromisePatch,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.feedback.meetings import queries, service
from app.domain.feedback.meetings.errors import (
    MeetingNotFoundError,
    MeetingStateError,
    PromiseDayError,
    PromiseKeptError,
    PromiseNotFoundError,
)

router = router_at("/feedback", "feedback")

FIELDS = tuple(PromiseOut.model_fields)
CHANGES = (
    PromiseNotFoundError,
    PromiseKeptError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("/promises", response_model=PromiseList)
async def list_promises(
    actor: Reader, door: Door, filters: Annotated[PromiseFilters, Query()]
) -> Response:
    """List what was promised at meetings, newest first: `state=overdue` is what is owed."""
    page = await queries.find_promises(door, FIELDS, filters.page(), filters.filters(), to=actor)
    return json(page)


@router.post(
    "/meetings/{meeting_id}/promises",
    status_code=201,
    response_model=PromiseOut,
    responses=responses(MeetingNotFoundError, MeetingStateError, IdempotencyMismatchError),
)
async def create_promise(
    actor: Keeper, session: Session, once: Creation, meeting_id: UUID, new: PromiseNew
) -> Response:
    """Note what was promised at a meeting that was held."""
    meeting = await queries.get(session, meeting_id, to=actor)
    made = await once.do(
        lambda: service.promise(session, meeting, dict(new)),
        lambda id_: queries.promise_of(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/feedback/promises/{made.id}", made.version, once)
    return answer


@router.get(
    "/promises/{promise_id}", response_model=PromiseOut, responses=responses(PromiseNotFoundError)
)
async def get_promise(actor: Reader, door: Door, promise_id: UUID) -> Response:
    """Read one promise."""
    return json(*await queries.show_promise(door, FIELDS, promise_id, to=actor))


@router.patch("/promises/{promise_id}", response_model=PromiseOut, responses=responses(*CHANGES))
async def change_promise(
    actor: Keeper, session: Session, match: IfMatch, promise_id: UUID, change: PromisePatch
) -> Response:
    """Correct what was promised, by JSON merge patch; one that was kept stays as it is."""
    found, _ = await queries.get_promise(session, promise_id, to=actor)
    match.check(found.version)
    await service.change_promise(session, found, change.model_dump(exclude_unset=True))
    return await _shown(session, found.id, actor)


@router.post(
    "/promises/{promise_id}/keeping",
    response_model=PromiseOut,
    responses=responses(PromiseDayError, *CHANGES),
)
async def keep_promise(
    actor: Keeper, session: Session, match: IfMatch, promise_id: UUID, told: Keeping
) -> Response:
    """Say that a promise was kept, and how: that tells back to whoever was heard."""
    found, meeting = await queries.get_promise(session, promise_id, to=actor)
    match.check(found.version)
    await service.keep(session, found, meeting, told.kept_on, told.how)
    return await _shown(session, found.id, actor)


async def _shown(session: Session, promise_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show_promise(door, FIELDS, promise_id, to=actor))
