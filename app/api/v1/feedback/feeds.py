from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Security
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Session, authenticate
from app.api.problems import responses
from app.api.strict import router_at
from app.core.actor import Actor
from app.domain.feedback.feeds import service
from app.domain.feedback.feeds.errors import FeedNotFoundError

router = router_at("/feedback/feeds", "feedback")

Reader = Annotated[Actor, Security(authenticate, scopes=["inbox:read"])]
Manager = Annotated[Actor, Security(authenticate, scopes=["inbox:manage"])]

Name = Annotated[str, Path(max_length=50, examples=["care_opinion"])]


class FeedOut(BaseModel):
    """How it goes with a feed that is polled; the counts are those of its last poll."""

    model_config = ConfigDict(from_attributes=True)

    source: str = Field(examples=["care_opinion"])
    due_at: datetime = Field(description="When it is asked next.")
    polled_at: datetime | None = Field(description="When a poll last came to its end.")
    read_from: date | None = Field(
        description="Day of submission from which that poll read.", examples=["2026-01-01"]
    )
    failed_at: datetime | None = Field(description="Null where the last poll succeeded.")
    failure: str | None = Field(examples=["status 503"])
    told: int = Field(description="Entries on its pages.", examples=[120])
    unreadable: int = Field(description="Entries that were no item; asked for anew.", examples=[0])
    missing: int = Field(
        description="Items that its pages left out, though it still has them.", examples=[0]
    )
    changed: int = Field(description="Items that were new or told otherwise.", examples=[3])
    removed: int = Field(description="Items that it has no longer.", examples=[0])


class FeedList(BaseModel):
    items: list[FeedOut]
    next: None = Field(None, description="Always null: all feeds stand on one page.")


@router.get("")
async def list_feeds(_: Reader, session: Session) -> FeedList:
    """List the feeds that are polled, and how the last poll of each went."""
    found = await service.states(session)
    return FeedList(items=[FeedOut.model_validate(state) for state in found])


@router.post("/{source}/poll", status_code=202, responses=responses(FeedNotFoundError))
async def poll_feed(_: Manager, session: Session, source: Name) -> FeedOut:
    """Let a feed be polled at once; the worker does so within a second."""
    return FeedOut.model_validate(await service.poll_now(session, source))
