from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security

from app.api.deps import Door, Paging, Session, authenticate, json
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.webhooks.schemas import (
    AlertList,
    AlertOut,
    Discard,
    EventDetail,
    EventFilters,
    EventList,
    EventOut,
    Replay,
    Replayed,
)
from app.core.actor import Actor
from app.domain.feedback import operators
from app.domain.feedback.errors import EventNotFoundError, EventNotReplayableError

router = router_at("/webhooks", "inbox")

Reader = Annotated[Actor, Security(authenticate, scopes=["inbox:read"])]
Operator = Annotated[Actor, Security(authenticate, scopes=["inbox:manage"])]


@router.get("/events", response_model=EventList)
async def list_events(_: Reader, door: Door, filters: Annotated[EventFilters, Query()]) -> Response:
    """List what came in, newest first; `status=dead` are the dead letters, with their reasons."""
    fields = tuple(EventOut.model_fields)
    return json(await operators.EVENTS.page(door, fields, filters.page(), filters.filters()))


@router.get(
    "/events/{event_id}", response_model=EventDetail, responses=responses(EventNotFoundError)
)
async def get_event(_: Reader, door: Door, event_id: UUID) -> Response:
    """Read one event with its raw body."""
    body, _version = await operators.EVENTS.one(door, tuple(EventDetail.model_fields), event_id, {})
    return json(body)


@router.post(
    "/events/{event_id}/replay",
    status_code=204,
    responses=responses(EventNotFoundError, EventNotReplayableError),
)
async def replay_event(actor: Operator, session: Session, event_id: UUID) -> None:
    """Put one event back in line; what it did before it does not do twice."""
    await operators.replay(session, event_id, by=actor)


@router.post("/replays")
async def replay_events(actor: Operator, session: Session, chosen: Replay) -> Replayed:
    """Put many events back in line, oldest first, at most 10,000 at a time."""
    return Replayed(count=await operators.replay_many(session, chosen.selection(), by=actor))


@router.post("/events/{event_id}/discard", status_code=204, responses=responses(EventNotFoundError))
async def discard_event(
    actor: Operator, session: Session, event_id: UUID, discard: Discard
) -> None:
    """Give up on one event for good, with the reason."""
    await operators.discard(session, event_id, discard.reason, by=actor)


@router.get("/alerts", response_model=AlertList)
async def list_alerts(_: Reader, door: Door, paging: Annotated[Paging, Query()]) -> Response:
    """List deliveries that came with a known id and another body, newest first."""
    fields = tuple(AlertOut.model_fields)
    return json(await operators.ALERTS.page(door, fields, paging.page(), {}))
