from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, Security
from pydantic import BaseModel, Field

from app.api.deps import Door, Paging, authenticate, json
from app.api.strict import router_at
from app.core.actor import Actor
from app.domain.feedback import summary
from app.domain.feedback.actions import attention
from app.domain.feedback.actions.attention import Wanted
from app.domain.feedback.choosing import DayRange

router = router_at("/feedback/attention", "feedback")

RowReader = Annotated[
    Actor, Security(authenticate, scopes=["feedback:read", summary.SMALL_NUMBERS])
]


class AttentionReason(StrEnum):
    CONTACT_WANTED = "contact_wanted"
    RATED_POOR = "rated_poor"


class Attention(BaseModel):
    """A response that was neither replied to nor acted on."""

    response_id: UUID
    team_id: UUID
    day: date = Field(description="Day of submission.", examples=["2026-03-01"])
    reasons: list[AttentionReason] = Field(description="Why it asks to be seen to.")
    due_on: date = Field(
        description="Until when it should have been, by the trust's policy.",
        examples=["2026-03-15"],
    )
    days_over: int = Field(description="0 where it is not due yet.", examples=[3])


class AttentionList(BaseModel):
    items: list[Attention]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class AttentionFilters(Paging, DayRange):
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )
    upcoming: bool = Field(
        default=False, description="Also those whose day has not come yet.", examples=[False]
    )

    def wanted(self) -> Wanted:
        filters = self.filters()
        upcoming = bool(filters.pop("upcoming"))
        return Wanted(filters, upcoming)


@router.get("", response_model=AttentionList)
async def list_attention(
    actor: RowReader, door: Door, filters: Annotated[AttentionFilters, Query()]
) -> Response:
    """List responses that ask for contact or rated poor and were not seen to, oldest first.

    They are seen to by a published reply, here or elsewhere, or by an action that answers them.
    `from` and `to` are days of submission.
    """
    return json(await attention.find(door, filters.wanted(), filters.page(), to=actor))
