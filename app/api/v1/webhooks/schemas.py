from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.api.deps import Paging
from app.core.inbox import EventStatus, Received
from app.core.wire import Instant
from app.domain.feedback.operators import Selection


class Accepted(BaseModel):
    id: UUID = Field(description="The event's place in the inbox.")
    status: Received = Field(description="`duplicate` where the same bytes came before.")


class EventOut(BaseModel):
    """One delivery, and what became of it."""

    id: UUID
    source: str = Field(examples=["iwgc"])
    event_id: str = Field(description="The sender's id.", examples=["msg_2f8a"])
    status: EventStatus
    reason: str | None = Field(
        description="Why it is dead or waits; names places and rules, never content.",
        examples=["/data/version: missing"],
    )
    waits_for: str | None = Field(description="A location code that no team has.", examples=[None])
    received_at: AwareDatetime


class EventDetail(EventOut):
    body_base64: str | None = Field(
        description="The raw bytes as they came, base64; null when no longer kept.",
        examples=["eyJ0eXBlIjoicGluZyJ9"],
    )


class EventList(BaseModel):
    items: list[EventOut]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class EventFilters(Paging):
    status: EventStatus | None = None
    source: str | None = Field(None, max_length=50, examples=["iwgc"])
    received_from: Instant | None = None
    received_to: Instant | None = Field(None, description="Not included.")


class AlertOut(BaseModel):
    """A delivery with a known id and another body."""

    id: UUID
    source: str = Field(examples=["iwgc"])
    event_id: str = Field(examples=["msg_2f8a"])
    received_at: AwareDatetime


class AlertList(BaseModel):
    items: list[AlertOut]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class Discard(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(
        min_length=1, max_length=500, description="Name no person.", examples=["sent by mistake"]
    )


class Replay(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: EventStatus = Field(EventStatus.DEAD, description="Which events to try again.")
    source: str | None = Field(None, max_length=50, examples=["iwgc"])
    received_from: Instant | None = None
    received_to: Instant | None = Field(None, description="Not included.")

    def selection(self) -> Selection:
        known: dict[str, Any] = dict(self)
        return Selection(**known)


class Replayed(BaseModel):
    count: int = Field(description="Events put back in line; ask again if 10000.", examples=[12])
