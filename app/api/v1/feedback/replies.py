from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Paging, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.actions_schemas import Withdrawal
from app.api.v1.feedback.replies_schemas import (
    ReplyChange,
    ReplyFilters,
    ReplyList,
    ReplyNew,
    ReplyOut,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.feedback import summary
from app.domain.feedback.errors import ResponseNotFoundError
from app.domain.feedback.replies import queries, service
from app.domain.feedback.replies.errors import (
    OwnWorkError,
    ReplyNotFoundError,
    ReplyNotOpenError,
)

router = router_at("/feedback", "feedback")

# A reply stands beside a single response, which is a small number.
Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read", summary.SMALL_NUMBERS])]
Writer = Annotated[Actor, Security(authenticate, scopes=["feedback:act", summary.SMALL_NUMBERS])]
Publisher = Annotated[
    Actor, Security(authenticate, scopes=["feedback:publish", summary.SMALL_NUMBERS])
]
FIELDS = tuple(ReplyOut.model_fields)
CHANGES = (
    ReplyNotFoundError,
    ReplyNotOpenError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("/replies", response_model=ReplyList)
async def list_replies(
    actor: Reader, door: Door, filters: Annotated[ReplyFilters, Query()]
) -> Response:
    """List replies to the responses you may see, newest first."""
    return json(await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor))


@router.get(
    "/responses/{response_id}/replies",
    response_model=ReplyList,
    responses=responses(ResponseNotFoundError),
)
async def list_replies_to_response(
    actor: Reader, door: Door, response_id: UUID, paging: Annotated[Paging, Query()]
) -> Response:
    """List the replies to one response, newest first."""
    page = paging.page()
    return json(await queries.of_response(door, FIELDS, page, response_id, to=actor))


@router.post(
    "/responses/{response_id}/replies",
    status_code=201,
    response_model=ReplyOut,
    responses=responses(ResponseNotFoundError, InvalidError, IdempotencyMismatchError),
)
async def create_reply(
    actor: Writer, session: Session, once: Creation, response_id: UUID, new: ReplyNew
) -> Response:
    """Draft a reply to a response, or record one that was made elsewhere.

    A draft is approved by somebody else and then published. It goes when the response goes.
    """
    made = await once.do(
        lambda: service.create(session, response_id, new.new(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/feedback/replies/{made.id}", made.version, once)
    return answer


@router.get("/replies/{reply_id}", response_model=ReplyOut, responses=responses(ReplyNotFoundError))
async def get_reply(actor: Reader, door: Door, reply_id: UUID) -> Response:
    """Read one reply."""
    return json(*await queries.show(door, FIELDS, reply_id, to=actor))


@router.patch("/replies/{reply_id}", response_model=ReplyOut, responses=responses(*CHANGES))
async def change_reply(
    actor: Writer, session: Session, match: IfMatch, reply_id: UUID, change: ReplyChange
) -> Response:
    """Word a reply anew, by JSON merge patch; an approval it had is void.

    What was published is withdrawn instead, and another reply is written.
    """
    reply = await queries.get(session, reply_id, to=actor)
    match.check(reply.version)
    await service.change(session, reply, change.text, by=actor)
    return await _shown(session, reply.id, actor)


@router.delete("/replies/{reply_id}", status_code=204, responses=responses(*CHANGES))
async def delete_reply(actor: Writer, session: Session, match: IfMatch, reply_id: UUID) -> None:
    """Delete a reply that was never published."""
    reply = await queries.get(session, reply_id, to=actor)
    match.check(reply.version)
    await service.delete(session, reply)


@router.post(
    "/replies/{reply_id}/approval",
    response_model=ReplyOut,
    responses=responses(OwnWorkError, *CHANGES),
)
async def approve_reply(
    actor: Publisher, session: Session, match: IfMatch, reply_id: UUID
) -> Response:
    """Approve a draft; whoever wrote of it cannot."""
    reply = await queries.get(session, reply_id, to=actor)
    match.check(reply.version)
    await service.approve(session, reply, by=actor)
    return await _shown(session, reply.id, actor)


@router.post(
    "/replies/{reply_id}/publication", response_model=ReplyOut, responses=responses(*CHANGES)
)
async def publish_reply(
    actor: Publisher, session: Session, match: IfMatch, reply_id: UUID
) -> Response:
    """Publish an approved reply: to the response's author, and beneath the comment if it is public.

    Its text stays as it is from then on.
    """
    reply = await queries.get(session, reply_id, to=actor)
    match.check(reply.version)
    await service.publish(session, reply)
    return await _shown(session, reply.id, actor)


@router.post(
    "/replies/{reply_id}/withdrawal", response_model=ReplyOut, responses=responses(*CHANGES)
)
async def withdraw_reply(
    actor: Publisher, session: Session, match: IfMatch, reply_id: UUID, told: Withdrawal
) -> Response:
    """Take a published reply back, with the reason; the response waits for an answer again."""
    reply = await queries.get(session, reply_id, to=actor)
    match.check(reply.version)
    await service.withdraw(session, reply, told.reason)
    return await _shown(session, reply.id, actor)


async def _shown(session: Session, reply_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, reply_id, to=actor))
