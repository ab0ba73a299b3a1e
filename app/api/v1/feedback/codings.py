from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Door, IfMatch, Session, authenticate, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.codings_schemas import (
    CodingList,
    CodingPut,
    CodingQueue,
    ModelOut,
    Part,
    QueueFilters,
)
from app.core.actor import Actor
from app.core.errors import InvalidError, PreconditionFailedError
from app.domain.feedback.errors import ResponseNotFoundError
from app.domain.feedback.policy import service as policy
from app.domain.feedback.summary import SMALL_NUMBERS
from app.domain.feedback.themes import queries, service
from app.domain.feedback.themes.errors import (
    ModelNotFoundError,
    ModelUnusableError,
    PartNotFoundError,
    ThemesNotInstalledError,
)

router = router_at("/feedback", "feedback")

# A single response is a small number.
Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read", SMALL_NUMBERS])]
Coder = Annotated[Actor, Security(authenticate, scopes=["feedback:code", SMALL_NUMBERS])]
ModelReader = Annotated[Actor, Security(authenticate, scopes=["feedback:read"])]


@router.get("/codings/queue", response_model=CodingQueue)
async def list_codings_queue(
    actor: Coder, door: Door, filters: Annotated[QueueFilters, Query()]
) -> Response:
    """List what to code next: what nobody has coded, newest first, then what the model is least
    sure of.

    A page goes on where the one before ended, even if all of that was coded meanwhile.
    """
    place = (filters.after, filters.limit)
    return json(await queries.queue(door, *place, filters.team, to=actor))


@router.get(
    "/codings/model",
    responses=responses(ModelNotFoundError, ModelUnusableError, ThemesNotInstalledError),
)
async def get_codings_model(_: ModelReader, session: Session) -> ModelOut:
    """Read where the model that proposes comes from, and how good it is.

    A model that cannot be used is refused with the reason; the service then runs without
    proposals.
    """
    model = await service.usable(session)
    return ModelOut.of(model, float((await policy.current(session)).propose_above))


@router.get(
    "/responses/{response_id}/codings",
    response_model=CodingList,
    responses=responses(ResponseNotFoundError),
)
async def list_response_codings(actor: Reader, session: Session, response_id: UUID) -> Response:
    """List what a response was held to be about, by whom, and what that comes to.

    The `ETag` is the response's own.
    """
    return await _shown(session, response_id, actor)


@router.put(
    "/responses/{response_id}/codings/{part}",
    response_model=CodingList,
    responses=responses(
        ResponseNotFoundError,
        PartNotFoundError,
        InvalidError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
async def put_response_coding(
    actor: Coder,
    session: Session,
    match: IfMatch,
    response_id: UUID,
    part: Part,
    new: CodingPut,
) -> Response:
    """Say what a part of a response is about. `If-Match` names the response's version.

    It stands in the place of what was said before, which is kept. A person's coding always
    counts before the model's.
    """
    found = await service.to_code(session, response_id, by=actor)
    match.check(found.version)
    await service.code(session, found, part, new.themes, new.sentiment, by=actor)
    return await _shown(session, response_id, actor)


async def _shown(session: Session, response_id: UUID, actor: Actor) -> Response:
    found = await queries.codings(session, response_id, to=actor)
    shown = CodingList.of(found, float((await policy.current(session)).propose_above))
    return json(shown.model_dump_json().encode(), found.response.version)
