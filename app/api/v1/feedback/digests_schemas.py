from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.api.v1.feedback.schemas import SummaryItem
from app.domain.feedback.cadence.rules import Because, MetBy, State, Verdict
from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.digests.digest import (
    MOST_COMMENTS,
    MOST_THEMES,
    NEGATIVE,
    POSITIVE,
    Comment,
    Digest,
    Standing,
    Week,
)
from app.domain.organisation.models import Setting


class Format(StrEnum):
    JSON = "json"
    HTML = "html"


def _known(name: str) -> str:
    Week.named(name)
    return name


class DigestAsked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    week: Annotated[str, AfterValidator(_known)] | None = Field(
        None,
        pattern=r"^2\d{3}-W[0-5]\d$",
        description="An ISO week that has begun; if not told, the last that is over.",
        examples=["2026-W10"],
    )
    format: Format | None = Field(
        None, description="If not told, as `Accept` says: JSON or `text/html`."
    )

    @property
    def chosen(self) -> Week | None:
        return None if self.week is None else Week.named(self.week)


class DigestTeam(BaseModel):
    id: UUID
    code: str = Field(examples=["CMHT-CITY"])
    name: str = Field(examples=["City community mental health team"])


class DigestChange(BaseModel):
    """How the week differs from the one before; null where one of them has no such figure."""

    responses: int | None = Field(description="Null while the week runs.", examples=[3])
    pct_positive: float | None = Field(description="In percentage points.", examples=[1.5])
    pct_negative: float | None = Field(description="In percentage points.", examples=[-0.5])


class DigestTheme(BaseModel):
    theme: str = Field(examples=["feeling_safe"])
    name: str = Field(examples=["Feeling safe"])
    responses: int = Field(examples=[4])


class DigestComment(BaseModel):
    response_id: UUID
    day: date
    fft_answer: FftAnswer | None
    comment_good: str | None = Field(examples=["Everyone was kind."])
    comment_better: str | None = Field(examples=[None])
    language: str | None = Field(examples=["en"])

    @classmethod
    def of(cls, comment: Comment) -> Self:
        return cls(**{name: getattr(comment, name) for name in cls.model_fields})


class DigestStanding(BaseModel):
    """How the team stands today, and what it told back in the week."""

    waiting: int = Field(
        description="Responses that ask for contact or rated poor, and were not seen to.",
        examples=[6],
    )
    overdue: int = Field(
        description="Those of them that `/v1/feedback/attention` lists: past their day.",
        examples=[2],
    )
    replies_to_approve: int = Field(examples=[1])
    replies_to_publish: int = Field(examples=[0])
    actions_open: int = Field(description="Still to be done, drafts included.", examples=[3])
    actions_overdue: int = Field(examples=[1])
    actions_told: int = Field(description="Published in the week.", examples=[1])
    replies_told: int = Field(description="Published in the week.", examples=[2])
    promises_kept: int = Field(description="Kept in the week.", examples=[0])
    texts_held: int = Field(description="Waiting for moderation.", examples=[2])

    @classmethod
    def of(cls, standing: Standing) -> Self:
        return cls(**{name: getattr(standing, name) for name in cls.model_fields})


class DigestPeriod(BaseModel):
    """One of the team's periods of cadence, as `/v1/feedback/cadence` tells it."""

    period: str = Field(examples=["2026-03"])
    first: date
    last: date
    setting: Setting
    collected: int = Field(examples=[4])
    state: State
    because: Because | None
    met_by: MetBy | None
    told_back: State

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        period = verdict.period
        return cls(
            period=period.name,
            first=period.first,
            last=period.last,
            setting=verdict.setting,
            collected=verdict.collected,
            state=verdict.state,
            because=verdict.because,
            met_by=verdict.met_by,
            told_back=verdict.told_back,
        )


class DigestOut(BaseModel):
    """A team's week: what people said, what it was about, and what waits for the team."""

    team: DigestTeam
    week: str = Field(examples=["2026-W10"])
    first: date = Field(description="Its Monday.", examples=["2026-03-02"])
    last: date = Field(description="Its Sunday.", examples=["2026-03-08"])
    over: bool = Field(description="False while the week runs: its figures will still change.")
    figures: SummaryItem
    before: SummaryItem = Field(description="The same of the week before.")
    change: DigestChange
    themes: list[DigestTheme] = Field(
        description=f"At most {MOST_THEMES}, most responses first; one can have several themes."
    )
    comments: list[DigestComment] | None = Field(
        description=f"The newest, at most {MOST_COMMENTS}, as the list of responses shows them;"
        " null without `feedback:read:comments`."
    )
    more_comments: bool = Field(description="Whether the week has others.", examples=[False])
    standing: DigestStanding
    cadence: list[DigestPeriod] = Field(
        description="The periods that the week touches, and one that begins as it ends."
    )

    @classmethod
    def of(cls, digest: Digest) -> Self:
        team, week, told = digest.team, digest.week, digest.comments
        return cls(
            team=DigestTeam(id=team.id, code=team.code, name=team.name),
            week=week.name,
            first=week.first,
            last=week.last,
            over=digest.over,
            figures=_figures(digest, week),
            before=_figures(digest, week.before),
            change=DigestChange(
                responses=digest.change,
                pct_positive=digest.points(*POSITIVE),
                pct_negative=digest.points(*NEGATIVE),
            ),
            themes=[
                DigestTheme(theme=each.code, name=each.name, responses=each.responses)
                for each in digest.themes
            ],
            comments=None if told is None else _comments(told.shown),
            more_comments=told is not None and told.more,
            standing=DigestStanding.of(digest.standing),
            cadence=[DigestPeriod.of(verdict) for verdict in digest.cadence],
        )


def _figures(digest: Digest, week: Week) -> SummaryItem:
    group = digest.figures if week == digest.week else digest.before
    return SummaryItem.of(group).model_copy(
        update={"key": digest.team.code, "name": digest.team.name}
    )


def _comments(shown: Sequence[Comment]) -> list[DigestComment]:
    return [DigestComment.of(comment) for comment in shown]
