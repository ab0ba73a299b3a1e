from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security
from pydantic import AwareDatetime, BaseModel, Field

from app.api.deps import Door, Paging, Session, authenticate, json
from app.api.problems import responses
from app.api.strict import router_at
from app.core import statement
from app.core.actor import Actor
from app.domain.people.messages import queries, service
from app.domain.people.messages.errors import MessageNotFailedError, MessageNotFoundError
from app.domain.people.messages.models import MessageStatus

router = router_at("/admin/messages", "admin")

Manager = Annotated[Actor, Security(authenticate, scopes=["keys:manage"])]


class MessageOut(BaseModel):
    """How a message to somebody stands; what it says and to whom is told to nobody."""

    id: UUID
    kind: str = Field(description="What it is about.", examples=["cadence_missed"])
    status: MessageStatus
    attempts: int = Field(description="Tries since it was queued.", examples=[1])
    problem: str | None = Field(description="The kind of the last failure.", examples=["smtp 451"])
    created_at: AwareDatetime
    sent_at: AwareDatetime | None = Field(description="When the mail server took it.")
    version: int = Field(description="Also the ETag.", examples=[1])


class MessageList(BaseModel):
    items: list[MessageOut]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class MessageFilters(Paging):
    kind: str | None = Field(None, max_length=50, examples=["cadence_missed"])
    status: MessageStatus | None = None


FIELDS = tuple(MessageOut.model_fields)


@router.get("", response_model=MessageList)
async def list_messages(
    _: Manager, door: Door, filters: Annotated[MessageFilters, Query()]
) -> Response:
    """List messages that were to go out, newest first: kinds and states, never their words."""
    return json(await queries.MESSAGES.page(door, FIELDS, filters.page(), filters.filters()))


@router.get("/{message_id}", response_model=MessageOut, responses=responses(MessageNotFoundError))
async def get_message(_: Manager, door: Door, message_id: UUID) -> Response:
    """Read how one message stands."""
    return json(*await queries.MESSAGES.one(door, FIELDS, message_id, {}))


# No If-Match: only a message that failed is sent again, and of two who ask at once one is refused.
@router.post(
    "/{message_id}/retry",
    response_model=MessageOut,
    responses=responses(MessageNotFoundError, MessageNotFailedError),
)
async def retry_message(_: Manager, session: Session, message_id: UUID) -> Response:
    """Send a message again that failed: it is queued anew, with all its tries."""
    message = await service.retry(session, message_id)
    door = await statement.within(session)
    return json(*await queries.MESSAGES.one(door, FIELDS, message.id, {}))
