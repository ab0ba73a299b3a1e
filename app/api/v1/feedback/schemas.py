from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Paging
from app.domain.feedback.choosing import DayRange, ResponseChoice
from app.domain.feedback.codes import (
    Channel,
    CodedBy,
    CollectionPoint,
    FftAnswer,
    Involved,
    PublicationStatus,
    RespondentType,
)
from app.domain.feedback.events import ItemRating
from app.domain.feedback.periods import Per
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
    survey_version_id: UUID | None = Field(description="Of an own survey's response.")
    involved: Involved | None = Field(description="In their care, as much as they wanted to be.")
    contact_wanted: bool | None = Field(description="Asks for a reply, read with the receipt.")
    answers: dict[str, Any] | None = Field(
        description="Choices of a survey's own questions by key; of a feed, what it tells beside.",
        examples=[{"came_by": "bus"}],
    )
    texts: dict[str, str] | None = Field(
        description="What was written to a survey's own questions; shown as comments are;"
        " one that is not screened yet is left out.",
        examples=[{"anything_else": "The garden is lovely."}],
    )
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
