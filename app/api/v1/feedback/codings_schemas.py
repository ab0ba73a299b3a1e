from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from app.domain.feedback.codes import CodedBy
from app.domain.feedback.parts import PART
from app.domain.feedback.themes.framework import CURRENT
from app.domain.feedback.themes.models import ThemeCoding, ThemeModel
from app.domain.feedback.themes.queries import PLACE, Codings

Part = Annotated[
    str,
    Path(
        pattern=PART,
        description="`good`, `better`, or the key of a survey's own text question.",
        examples=["better"],
    ),
]
_THEMES = ["timeliness_of_care", "kept_informed_clarity_consistency"]


class CodingOut(BaseModel):
    """What one part of a response was held to be about, by a person or by the model."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    part: str = Field(examples=["better"])
    revision: int = Field(description="Counts the codings of this part.", examples=[1])
    framework: str = Field(examples=["qdc-7"])
    themes: list[str] = Field(
        description="Codes of the reference list `theme`; the surest first, where the model says"
        " them. Empty where it was sure of none.",
        examples=[_THEMES],
    )
    confidences: list[float] | None = Field(
        description="The model's, one a theme; null where a person coded.", examples=[None]
    )
    confidence: float | None = Field(
        description="That of its least sure theme, or of its best guess where it proposes none.",
        examples=[None],
    )
    sentiment: int | None = Field(description="1 very positive to 5 very negative.", examples=[4])
    coded_by: CodedBy
    coded_on: date
    actor_id: UUID | None = Field(description="The person who coded.")
    model_id: UUID | None = Field(description="The model that proposes.")
    superseded: bool = Field(description="A later coding stands in its place.", examples=[False])
    stale: bool = Field(
        description="The text has changed since. The model looks at it anew; a person's coding"
        " stays until a person does.",
        examples=[False],
    )

    @classmethod
    def of(cls, coding: ThemeCoding, *, stale: bool) -> Self:
        told = {name: getattr(coding, name) for name in cls.model_fields if name != "stale"}
        return cls(**told, stale=stale)


class CodingList(BaseModel):
    """A response's codings, those that stand first, and what they come to."""

    themes: list[str] | None = Field(
        description="What the response counts as: the themes of all its parts.",
        examples=[_THEMES],
    )
    sentiment: int | None = Field(
        description="3 where one part is positive and another negative, else the one farthest"
        " from 3.",
        examples=[4],
    )
    coded_by: CodedBy | None = Field(description="`person` where a person stands behind all of it.")
    uncoded: list[str] = Field(
        description="Parts with a text that nobody has looked at.", examples=[["good"]]
    )
    propose_above: float = Field(
        description="Least confidence at which the model proposes; the policy's.", examples=[0.5]
    )
    items: list[CodingOut]
    version: int = Field(description="The response's; also the ETag.", examples=[1])
    next: None = Field(None, description="Always null: there is one page.")

    @classmethod
    def of(cls, found: Codings, propose_above: float) -> Self:
        response = found.response
        return cls(
            version=response.version,
            themes=response.themes,
            sentiment=response.sentiment,
            coded_by=response.coded_by,
            uncoded=list(found.uncoded),
            propose_above=propose_above,
            items=[CodingOut.of(coding, stale=stale) for coding, stale in found.items],
        )


class CodingPut(BaseModel):
    """What a person holds a part to be about."""

    model_config = ConfigDict(extra="forbid")

    themes: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(
        min_length=1,
        max_length=len(CURRENT.themes),
        description="Codes of the reference list `theme`, each once; `labelling_not_possible`"
        " where none fits.",
        examples=[_THEMES],
    )
    sentiment: int | None = Field(
        None, ge=1, le=5, description="1 very positive to 5 very negative.", examples=[4]
    )


class QueueFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(
        None,
        pattern=PLACE,
        max_length=80,
        description="The `next` of the page before.",
        examples=["0.52_019ca6b1-dc00-752d-a6f7-2ce14b953c5e"],
    )
    limit: int = Field(50, ge=1, le=200, description="Items a page holds at most.")
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )


class ToCode(BaseModel):
    """A response that a person should look at; its words are read at the response."""

    id: UUID
    team_id: UUID
    day: date = Field(examples=["2026-03-01"])
    source: str = Field(examples=["iwgc"])
    why: Literal["uncoded", "unsure"]
    confidence: float | None = Field(
        description="That of the model's least sure theme; null where nobody has coded.",
        examples=[0.52],
    )
    themes: list[str] | None = Field(examples=[["parking"]])
    sentiment: int | None = Field(examples=[4])
    version: int = Field(description="For If-Match.", examples=[1])


class CodingQueue(BaseModel):
    items: list[ToCode]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class ModelOut(BaseModel):
    """The model that proposes: where it comes from, and what it scored on what it had not seen."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    framework: str = Field(examples=["qdc-7"])
    format: int = Field(examples=[1])
    libraries: dict[str, str] = Field(examples=[{"scikit-learn": "1.9.1"}])
    trained_on: str = Field(
        description="`database`, or the hash of the file.", examples=["database"]
    )
    trained_by: str = Field(examples=["command line"])
    examples: int = Field(description="Coded comments it learnt from.", examples=[8000])
    themes: list[str] = Field(description="Those it can propose.", examples=[_THEMES])
    scores: dict[str, Any] = Field(examples=[{"exact_match": 0.56, "hamming_loss": 0.0253}])
    sha256: str = Field(examples=["9f86d081884c7d65"])
    created_at: datetime
    activated_at: datetime | None
    propose_above: float = Field(examples=[0.5])

    @classmethod
    def of(cls, model: ThemeModel, propose_above: float) -> Self:
        told = {
            name: getattr(model, name)
            for name in cls.model_fields
            if name not in ("sha256", "propose_above")
        }
        return cls(**told, sha256=model.sha256.hex(), propose_above=propose_above)
