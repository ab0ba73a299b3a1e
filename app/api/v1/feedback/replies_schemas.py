from datetime import date
from typing import Annotated, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from app.api.deps import Paging
from app.api.v1.organisation.schemas import SAYS
from app.core.wire import Day
from app.domain.feedback.replies.models import ReplyKind, ReplyStatus
from app.domain.feedback.replies.service import Elsewhere, NewReply

_TEXT = "Thank you. We now answer the telephone from 8 in the morning."
_URL = "https://www.careopinion.org.uk/opinions/1000"


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and parts.username is None and parts.password is None
    except ValueError:
        named = False
    if not named:
        raise ValueError("is no address of a page")
    return value


ReplyText = Annotated[str, StringConstraints(pattern=SAYS, max_length=5_000, strip_whitespace=True)]
Url = Annotated[
    str, StringConstraints(pattern=r"^https://[!-~]+$", max_length=2_000), AfterValidator(_address)
]


class ReplyNew(BaseModel):
    """A text to be approved and published; or, with `url`, a reply that was made elsewhere."""

    model_config = ConfigDict(extra="forbid")

    text: ReplyText | None = Field(
        None, description="Needed unless it was made elsewhere.", examples=[_TEXT]
    )
    url: Url | None = Field(
        None, description="Where it stands, if it was made elsewhere.", examples=[None]
    )
    made_on: Day | None = Field(
        None, description="With `url`: the day on which it was made.", examples=[None]
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.url is None and self.text is None:
            raise ValueError("tell a text, or the address of a reply made elsewhere")
        if (self.url is None) != (self.made_on is None):
            raise ValueError("`url` and `made_on` go together")
        return self

    def new(self) -> NewReply:
        if self.url is None or self.made_on is None:
            return NewReply(self.text)
        return NewReply(self.text, Elsewhere(self.url, self.made_on))


class ReplyChange(BaseModel):
    """A merge patch (RFC 7396)."""

    model_config = ConfigDict(extra="forbid")

    text: ReplyText = Field(examples=[_TEXT])


class ReplyOut(BaseModel):
    """What the trust answers to one response."""

    id: UUID
    response_id: UUID
    team_id: UUID
    kind: ReplyKind
    status: ReplyStatus
    text: str | None = Field(examples=[_TEXT])
    url: str | None = Field(description="Where a reply made elsewhere stands.", examples=[_URL])
    authors: list[UUID] = Field(description="Users who wrote of it; none of them can approve it.")
    approved_by: UUID | None
    published_on: date | None = Field(examples=["2026-03-09"])
    days_to_reply: int | None = Field(
        description="Days from the response until it was published.", examples=[8]
    )
    withdrawn_on: date | None = Field(examples=[None])
    withdrawn_reason: str | None = Field(examples=[None])
    version: int = Field(description="Also the ETag.", examples=[1])


class ReplyList(BaseModel):
    items: list[ReplyOut]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class ReplyFilters(Paging):
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )
    status: ReplyStatus | None = None
    kind: ReplyKind | None = None
    published_from: Day | None = Field(None, examples=["2026-03-01"])
    published_to: Day | None = Field(None, examples=["2026-03-31"])
