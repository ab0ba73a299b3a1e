"""What responses are chosen by, for lists, files and saved searches alike."""

from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.core.wire import Day
from app.domain.feedback.codes import Channel, FftAnswer, ModerationStatus
from app.domain.feedback.queries import tsquery

# What is no filter of its own name.
NO_COLUMNS: Final = {"after", "limit", "format", "has_comment", "search"}


class DayRange(BaseModel):
    """Days from and to, both included."""

    from_day: Day | None = Field(None, alias="from", examples=["2026-03-01"])
    to_day: Day | None = Field(None, alias="to", examples=["2026-03-31"])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_day and self.to_day and self.from_day > self.to_day:
            raise ValueError("`from` is after `to`")
        return self


class ResponseChoice(DayRange):
    """What responses are chosen by; what is left out narrows nothing."""

    model_config = ConfigDict(extra="forbid")

    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )
    rating: FftAnswer | None = None
    theme: str | None = Field(
        None,
        max_length=100,
        description="A code of the reference list `theme`; coded responses only.",
        examples=["parking"],
    )
    sentiment: int | None = Field(
        None, ge=1, le=5, description="1 best to 5 worst; coded responses only.", examples=[4]
    )
    source: str | None = Field(None, max_length=50, examples=["iwgc"])
    channel: Channel | None = None
    has_comment: bool | None = None
    status: ModerationStatus | None = Field(
        None,
        description="Moderation status of one of its texts, as they are today.",
        examples=["held"],
    )
    search: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description='Words that all occur; `"a phrase"` in quotes, `prefix*`. English stems.',
        examples=["kind wait*"],
    )

    @model_validator(mode="after")
    def _names_words(self) -> Self:
        if self.search is not None and tsquery(self.search) is None:
            raise ValueError("`search` names no word")
        return self

    def filters(self) -> dict[str, Any]:
        found = self.model_dump(exclude=NO_COLUMNS, mode="python")
        found = {name: value for name, value in found.items() if value is not None}
        if self.has_comment is not None:
            found["with_comment" if self.has_comment else "without_comment"] = True
        if self.search is not None:
            found["search"] = tsquery(self.search)
        return found
