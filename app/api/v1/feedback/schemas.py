from datetime import date
from typing import Any, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.api.deps import Paging
from app.core.wire import Day
from app.domain.feedback.codes import (
    Channel,
    CodedBy,
    CollectionPoint,
    FftAnswer,
    PublicationStatus,
    RespondentType,
)
from app.domain.feedback.events import ItemRating
from app.domain.feedback.periods import Per
from app.domain.feedback.queries import tsquery
from app.domain.feedback.summary import ANSWERS, Asked, By, Group
from app.reports.sheets import Format


class Piece(BaseModel):
    """A stretch of a text, which is a hit or not."""

    text: str = Field(examples=["kind"])
    hit: bool


class Highlight(BaseModel):
    """A text cut into pieces; put together they are the text again."""

    part: Literal["comment_good", "comment_better"]
    pieces: list[Piece]


class ResponseOut(BaseModel):
    """What one person told about one team; comments are null without their own scope, and masked
    without `feedback:moderate`.
    """

    id: UUID
    team_id: UUID
    day: date = Field(description="Day of submission, Europe/London.", examples=["2026-03-01"])
    source: str = Field(examples=["iwgc"])
    source_review_id: str = Field(examples=["iwgc-981"])
    location_code: str = Field(examples=["OXH-CMHT-CITY"])
    experience_month: str | None = Field(examples=["2026-02"])
    collection_point: CollectionPoint | None
    channel: Channel | None
    respondent_type: RespondentType | None
    fft_answer: FftAnswer | None = Field(description="Null where the question was not answered.")
    raw_answer: str | None = Field(
        description="The source's own answer, where it is none of the six.", examples=[None]
    )
    item_ratings: list[ItemRating] | None
    comment_good: str | None = Field(examples=["Everyone was kind."])
    comment_better: str | None = Field(examples=[None])
    comments_pending: bool = Field(
        description="True where a comment is not shown because it is not screened yet.",
        examples=[False],
    )
    publication_status: PublicationStatus | None
    consent_public: bool | None
    language: str | None = Field(examples=["en"])
    easy_read: bool | None
    themes: list[str] | None = Field(
        description="What it is about: codes of the reference list `theme`; null where not coded.",
        examples=[["timeliness_of_care"]],
    )
    sentiment: int | None = Field(
        description="1 very positive to 5 very negative; 3 also where mixed.", examples=[2]
    )
    coded_by: CodedBy | None = Field(description="Whose word that is.")
    version: int = Field(description="Also the ETag.", examples=[1])
    highlights: list[Highlight] | None = Field(
        None,
        description="Where the words that were searched for stand in the texts shown here; null"
        " where none were.",
    )


class ResponseList(BaseModel):
    items: list[ResponseOut]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


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
    """What responses are chosen by, for lists, files and saved searches alike."""

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


class ResponseFilters(ResponseChoice, Paging):
    pass


class DownloadFilters(ResponseChoice):
    format: Format = Format.CSV


class SummaryFilters(DayRange):
    model_config = ConfigDict(extra="forbid")

    by: By = Field(description="What the figures are grouped by.")
    per: Per | None = Field(None, description="Adds a `period` to each group.")
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )

    def asked(self) -> Asked:
        return Asked(self.by, self.from_day, self.to_day, self.directorate, self.team, self.per)


class SummaryItem(BaseModel):
    """Counts and percentages of one group; percentages are of all six answers, half up."""

    key: str = Field(description="The group's code, or the period.", examples=["2026-03"])
    name: str = Field(examples=["March 2026"])
    period: str | None = Field(None, description="With `per`.", examples=["2026-03"])
    total: int = Field(description="Sum of the six answers.", examples=[100])
    very_good: int | None = Field(examples=[50])
    good: int | None = Field(examples=[30])
    neither_good_nor_poor: int | None = Field(examples=[8])
    poor: int | None = Field(examples=[5])
    very_poor: int | None = Field(examples=[4])
    dont_know: int | None = Field(examples=[3])
    unanswered: int | None = Field(
        description="Responses without one of the six answers; outside every percentage.",
        examples=[0],
    )
    pct_positive: float | None = Field(examples=[80.0])
    pct_negative: float | None = Field(examples=[9.0])
    pct_very_good: float | None = Field(examples=[50.0])
    suppressed: bool = Field(description="True where too few answered for the counts to be told.")

    @classmethod
    def of(cls, group: Group) -> Self:
        counts = dict(zip(ANSWERS, group.counts, strict=True)) | {"unanswered": group.unanswered}
        told = dict.fromkeys(counts) if group.suppressed else counts
        return cls(
            key=group.key,
            name=group.name,
            period=group.period,
            total=group.total,
            **told,
            pct_positive=group.percentage(FftAnswer.VERY_GOOD, FftAnswer.GOOD),
            pct_negative=group.percentage(FftAnswer.POOR, FftAnswer.VERY_POOR),
            pct_very_good=group.percentage(FftAnswer.VERY_GOOD),
            suppressed=group.suppressed,
        )


class Summary(BaseModel):
    items: list[SummaryItem]
