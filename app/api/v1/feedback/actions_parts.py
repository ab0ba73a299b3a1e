"""Parts of an action on the wire."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from app.api.v1.organisation.schemas import SAYS
from app.core.wire import Day
from app.domain.feedback.actions.codes import CoProducer, DisplayPlace
from app.domain.feedback.actions.strategy import MEASURES, STRATEGY_ACTIONS


def _each_once(values: list[Any]) -> list[Any]:
    if len(set(values)) != len(values):
        raise ValueError("names one of them twice")
    return values


def _listed(*known: str) -> Any:
    def check(value: str) -> str:
        if value not in known:
            raise ValueError("is none of this list")
        return value

    return AfterValidator(check), WithJsonSchema({"type": "string", "enum": list(known)})


Words = Annotated[str, StringConstraints(pattern=SAYS, max_length=4_000, strip_whitespace=True)]
Short = Annotated[str, StringConstraints(pattern=SAYS, max_length=200, strip_whitespace=True)]
Theme = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60),
    Field(examples=["contacting_services"]),
]
Themes = Annotated[list[Theme], Field(max_length=32), AfterValidator(_each_once)]
StrategyAction = Annotated[str, *_listed(*STRATEGY_ACTIONS)]
StrategyActions = Annotated[list[StrategyAction], Field(max_length=27), AfterValidator(_each_once)]
Measure = Annotated[str, *_listed(*MEASURES)]
ResponseIds = Annotated[
    list[UUID],
    Field(
        max_length=500,
        description="Responses that it answers. Needs `feedback:read:small_numbers`; null"
        " without it.",
        examples=[[]],
    ),
]
TeamIds = Annotated[list[UUID], Field(max_length=200)]


class CoProduced(BaseModel):
    """With whom it was worked out; only the kind is told to the public."""

    model_config = ConfigDict(extra="forbid")

    kind: CoProducer
    who: Short | None = Field(None, examples=["The ward's community meeting"])


class Display(BaseModel):
    """Where patients can see it, and since when."""

    model_config = ConfigDict(extra="forbid")

    place: DisplayPlace
    where: Short | None = Field(None, examples=["Board beside the entrance"])
    shown_from: Day = Field(examples=["2026-04-02"])
    shown_to: Day | None = Field(None, examples=[None])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.shown_to is not None and self.shown_to < self.shown_from:
            raise ValueError("`shown_to` is before `shown_from`")
        return self


CoProducedWith = Annotated[list[CoProduced], Field(max_length=20)]
Displays = Annotated[list[Display], Field(max_length=50)]
