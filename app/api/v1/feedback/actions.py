from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Creation, Door, IfMatch, Paging, Session, authenticate, created, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.actions_schemas import (
    ActionChange,
    ActionFilters,
    ActionList,
    ActionNew,
    ActionOut,
    ActionVersionList,
    ActionVersionOut,
    Withdrawal,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import ForbiddenError, InvalidError, PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.feedback.actions import queries, service
from app.domain.feedback.actions.errors import (
    ActionIncompleteError,
    ActionNotFoundError,
    ActionPublishedError,
    ActionWithdrawnError,
    NothingToPublishError,
)
from app.domain.feedback.errors import WholeMonthsError
from app.domain.feedback.replies.errors import OwnWorkError

router = router_at("/feedback/actions", "feedback")

Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read"])]
Writer = Annotated[Actor, Security(authenticate, scopes=["feedback:act"])]
Publisher = Annotated[Actor, Security(authenticate, scopes=["feedback:publish"])]
FIELDS = tuple(ActionOut.model_fields)
VERSION_FIELDS = tuple(ActionVersionOut.model_fields)
CHANGES = (
    ActionNotFoundError,
    ForbiddenError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("", response_model=ActionList)
async def list_actions(
    actor: Reader, door: Door, filters: Annotated[ActionFilters, Query()]
) -> Response:
    """List what was decided about what people said, newest first.

    A key that is limited to teams or directorates sees the actions that are for one of them.
    """
    return json(await queries.find(door, FIELDS, filters.page(), filters.filters(), to=actor))


@router.post(
    "",
    status_code=201,
    response_model=ActionOut,
    responses=responses(ForbiddenError, InvalidError, WholeMonthsError, IdempotencyMismatchError),
)
async def create_action(
    actor: Writer, session: Session, once: Creation, new: ActionNew
) -> Response:
    """Begin an action: what people said, and what is decided about it."""
    made = await once.do(
        lambda: service.create(session, new.new(), by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    answer = await _shown(session, made.id, actor)
    answer.status_code = 201
    created(answer, f"/v1/feedback/actions/{made.id}", made.version, once)
    return answer


@router.get("/{action_id}", response_model=ActionOut, responses=responses(ActionNotFoundError))
async def get_action(actor: Reader, door: Door, action_id: UUID) -> Response:
    """Read one action."""
    return json(*await queries.show(door, FIELDS, action_id, to=actor))


@router.patch(
    "/{action_id}",
    response_model=ActionOut,
    responses=responses(ActionWithdrawnError, ActionIncompleteError, InvalidError, *CHANGES),
)
async def change_action(
    actor: Writer, session: Session, match: IfMatch, action_id: UUID, change: ActionChange
) -> Response:
    """Change an action, by JSON merge patch.

    What the public reads stays as it was published until somebody else publishes it anew.
    """
    action = await queries.get(session, action_id, to=actor)
    match.check(action.version)
    await service.change(session, action, change.told(), by=actor)
    return await _shown(session, action.id, actor)


@router.delete("/{action_id}", status_code=204, responses=responses(ActionPublishedError, *CHANGES))
async def delete_action(actor: Writer, session: Session, match: IfMatch, action_id: UUID) -> None:
    """Delete an action that was never published."""
    action = await queries.get(session, action_id, to=actor)
    match.check(action.version)
    await service.delete(session, action, by=actor)


@router.post(
    "/{action_id}/publication",
    response_model=ActionOut,
    responses=responses(
        OwnWorkError, ActionIncompleteError, ActionWithdrawnError, NothingToPublishError, *CHANGES
    ),
)
async def publish_action(
    actor: Publisher, session: Session, match: IfMatch, action_id: UUID
) -> Response:
    """Publish an action as it is now; whoever wrote of it cannot.

    An action published before is superseded by a new version; what the old one said is kept.
    """
    action = await queries.get(session, action_id, to=actor)
    match.check(action.version)
    await service.publish(session, action, by=actor)
    return await _shown(session, action.id, actor)


@router.post(
    "/{action_id}/withdrawal",
    response_model=ActionOut,
    responses=responses(ActionWithdrawnError, *CHANGES),
)
async def withdraw_action(
    actor: Publisher, session: Session, match: IfMatch, action_id: UUID, told: Withdrawal
) -> Response:
    """Take an action out of public sight for good, with the reason.

    Caches may show it for as long as they were told to keep it.
    """
    action = await queries.get(session, action_id, to=actor)
    match.check(action.version)
    await service.withdraw(session, action, told.reason, by=actor)
    return await _shown(session, action.id, actor)


@router.get(
    "/{action_id}/versions",
    response_model=ActionVersionList,
    responses=responses(ActionNotFoundError),
)
async def list_action_versions(
    actor: Reader, door: Door, action_id: UUID, paging: Annotated[Paging, Query()]
) -> Response:
    """List what the public was told of an action, newest first."""
    return json(await queries.versions(door, VERSION_FIELDS, paging.page(), action_id, to=actor))


async def _shown(session: Session, action_id: UUID, actor: Actor) -> Response:
    door = await statement.within(session)
    return json(*await queries.show(door, FIELDS, action_id, to=actor))
