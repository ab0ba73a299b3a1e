from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Door, IfMatch, Session, authenticate, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.escalation_schemas import (
    ClosureNew,
    EscalationFilters,
    EscalationList,
    EscalationOut,
)
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.domain.feedback.moderation import escalation_queries, escalations
from app.domain.feedback.moderation.errors import EscalationNotFoundError, EscalationStatusError

router = router_at("/feedback/escalations", "moderation")

Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:escalations"])]
FIELDS = tuple(EscalationOut.model_fields)
CHANGES = (
    EscalationNotFoundError,
    EscalationStatusError,
    PreconditionFailedError,
    PreconditionRequiredError,
)


@router.get("", response_model=EscalationList)
async def list_escalations(
    actor: Reader, door: Door, filters: Annotated[EscalationFilters, Query()]
) -> Response:
    """List what nobody acknowledged yet: what reached no contact first, then by when it is due.

    With `status` those of that status, in the order of when they were due.
    """
    found = filters.filters()
    return json(await escalation_queries.find(door, FIELDS, filters.limit, found, to=actor))


@router.get(
    "/{escalation_id}", response_model=EscalationOut, responses=responses(EscalationNotFoundError)
)
async def get_escalation(actor: Reader, door: Door, escalation_id: UUID) -> Response:
    """Read one escalation."""
    return json(*await escalation_queries.one(door, FIELDS, escalation_id, to=actor))


@router.post(
    "/{escalation_id}/acknowledgement",
    response_model=EscalationOut,
    responses=responses(*CHANGES),
)
async def acknowledge_escalation(
    actor: Reader, session: Session, match: IfMatch, escalation_id: UUID
) -> Response:
    """Say that you have it in hand."""
    found = await escalation_queries.get(session, escalation_id, to=actor)
    match.check(found.version)
    await escalations.acknowledge(session, found, by=actor)
    return await _shown(session, actor, escalation_id)


@router.post(
    "/{escalation_id}/closure", response_model=EscalationOut, responses=responses(*CHANGES)
)
async def close_escalation(
    actor: Reader, session: Session, match: IfMatch, escalation_id: UUID, new: ClosureNew
) -> Response:
    """Say what came of an escalation that was acknowledged."""
    found = await escalation_queries.get(session, escalation_id, to=actor)
    match.check(found.version)
    await escalations.close(session, found, new.closure(), by=actor)
    return await _shown(session, actor, escalation_id)


async def _shown(session: Session, actor: Actor, escalation_id: UUID) -> Response:
    door = await statement.within(session)
    return json(*await escalation_queries.one(door, FIELDS, escalation_id, to=actor))
