from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.feedback.actions_parts import Measure, Theme
from app.api.v1.feedback.schemas import SummaryItem
from app.domain.feedback.actions.codes import CoProducer, Decision, Level
from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.publication.teams import TeamMonth
from app.domain.feedback.replies.showing import Place
from app.domain.feedback.summary import ANSWERS

_RANK = 6  # where a cursor's month ends
TeamCode = Annotated[str, StringConstraints(min_length=1, max_length=50)]


class PublicPlace(BaseModel):
    code: str = Field(examples=["CMHT-CITY"])
    name: str = Field(examples=["City Community Mental Health Team"])


class YouSaidWeDid(BaseModel):
    """What people said and what was done about it, in plain words and in easy read."""

    id: UUID = Field(description="Of this version; a later one has another.")
    published_on: date = Field(examples=["2026-04-02"])
    updated: bool = Field(description="Whether it was told otherwise before.")
    level: Level = Field(description="For whom: some teams, a directorate or the whole trust.")
    teams: list[PublicPlace]
    directorate: PublicPlace | None
    said: str = Field(examples=["We had to ring many times before somebody answered."])
    said_easy_read: str = Field(examples=["You said: it is hard to get us on the phone."])
    decision: Decision
    did: str | None = Field(examples=["Two more people now answer the telephone."])
    did_easy_read: str | None = Field(examples=["More people now answer the phone."])
    reason: str | None = Field(description="Why it cannot be done.", examples=[None])
    reason_easy_read: str | None = Field(examples=[None])
    themes: list[Theme]
    people_at_least: int | None = Field(
        description="How many people said so, in steps of five; null below five.", examples=[20]
    )
    people_text: str | None = Field(
        description="The same in words; null where it is not known.",
        examples=["At least 20 people told us this."],
    )
    co_produced_with: list[CoProducer]
    measure: Measure | None
    effective_on: date | None = Field(examples=["2026-04-01"])


class YouSaidWeDidList(BaseModel):
    items: list[YouSaidWeDid]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class YouSaidWeDidFilters(Paging):
    team: TeamCode | None = Field(
        None,
        description="A team's code: what was done for it, its directorate and the whole trust.",
        examples=["CMHT-CITY"],
    )
    directorate: TeamCode | None = Field(
        None,
        description="A directorate's code: what was done for it, its teams and the whole trust.",
        examples=["OXMH"],
    )


class PublicComment(BaseModel):
    part: str = Field(
        description="What was asked: `good`, `better` or a question of a survey.",
        examples=["good"],
    )
    text: str = Field(examples=["Everyone was kind."])


class PublicReply(BaseModel):
    text: str | None = Field(examples=["Thank you for telling us."])
    url: str | None = Field(description="Where a reply made elsewhere stands.", examples=[None])
    month: str = Field(examples=["2026-03"])


class PublicResponse(BaseModel):
    """What one person said, and what was answered; nothing tells who or on which day."""

    month: str = Field(examples=["2026-03"])
    comments: list[PublicComment]
    replies: list[PublicReply]


class PublicFeedback(BaseModel):
    """What is said about a team in public."""

    team: PublicPlace
    figures: list[SummaryItem] = Field(
        description="The last twelve whole months, oldest first, without those of no answers:"
        " what the strict publication of each month tells, so that `unanswered` is null. They are"
        " no means to compare providers."
    )
    items: list[PublicResponse]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class PublicFeedbackFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    team: TeamCode = Field(description="A team's code.", examples=["CMHT-CITY"])
    after: Annotated[str, StringConstraints(pattern=r"^\d{6}[0-9a-f]{32}$")] | None = Field(
        None,
        description="The `next` of the page before.",
        examples=["2026035c0d1f2e3b4a59687f8e9d0c1b2a3f4e"],
    )
    limit: int = Field(50, ge=1, le=200, description="Items a page holds at most.")

    def place(self) -> Place | None:
        if self.after is None:
            return None
        return Place(f"{self.after[:4]}-{self.after[4:_RANK]}", self.after[_RANK:])


def written(month: TeamMonth) -> dict[str, Any]:
    """Write a team's month as figures are; of the unanswered no publication tells."""
    told: Iterable[int | None] = month.counts or (None,) * len(ANSWERS)
    item = SummaryItem(
        key=month.code,
        name=month.name,
        period=f"{month.month:%Y-%m}",
        total=month.total,
        **dict(zip(ANSWERS, told, strict=True)),
        unanswered=None,
        pct_positive=month.percentage(FftAnswer.VERY_GOOD, FftAnswer.GOOD),
        pct_negative=month.percentage(FftAnswer.POOR, FftAnswer.VERY_POOR),
        pct_very_good=month.percentage(FftAnswer.VERY_GOOD),
        suppressed=month.counts is None,
    )
    return item.model_dump(mode="json")


def cursor(place: Place | None) -> str | None:
    return None if place is None else place.month.replace("-", "") + place.rank
