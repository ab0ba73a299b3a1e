from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import Response
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from app.api.deps import etag
from app.api.v1.feedback.representation_schemas import percent
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.domain.feedback.choosing import DayRange
from app.domain.feedback.periods import Per
from app.domain.feedback.representation import wilson
from app.domain.feedback.representation.defining import Definition
from app.domain.feedback.representation.dimensions import STATED_CATEGORIES
from app.domain.feedback.representation.models import RacialisedDefinition
from app.domain.feedback.representation.racialised import Share

Line = Annotated[str, StringConstraints(pattern=SAYS, max_length=300, strip_whitespace=True)]
Category = Annotated[
    str,
    StringConstraints(max_length=2),
    WithJsonSchema({"type": "string", "enum": sorted(STATED_CATEGORIES)}),
]


class RacialisedFilters(DayRange):
    model_config = ConfigDict(extra="forbid")

    per: Per = Field(Per.YEAR, description="Financial years and their quarters, or months.")

    @model_validator(mode="after")
    def _no_weeks(self) -> Self:
        if self.per is Per.WEEK:
            raise ValueError("`per` is a month, quarter or year")
        return self


class DefinitionValues(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)

    title: Line = Field(examples=["All but White categories"])
    source: Line = Field(
        description="Who decided so, and where it is written.", examples=["Trust Board, May 2026"]
    )
    codes: list[Category] = Field(
        min_length=1,
        max_length=16,
        description="Ethnic categories that count. White minorities (B and C) are the trust's"
        " choice; Z and 99 are no category.",
        examples=[["D", "E", "F", "G", "H", "J", "K", "L", "M", "N", "P", "R", "S"]],
    )


class DefinitionOut(DefinitionValues):
    """What measure K7b counts as racialised communities, from a financial year on."""

    id: UUID
    valid_from: date = Field(examples=["2026-04-01"])
    version: int = VERSION

    @classmethod
    def of(cls, definition: RacialisedDefinition, response: Response) -> Self:
        response.headers["ETag"] = etag(definition.version)
        return cls.model_validate(definition)


class DefinitionList(BaseModel):
    items: list[DefinitionOut]
    next: str | None = NEXT


class DefinitionUsed(BaseModel):
    valid_from: date = Field(examples=["2026-04-01"])
    title: str = Field(examples=["All but White categories"])
    codes: list[str] = Field(examples=[["D", "E", "F", "G"]])

    @classmethod
    def of(cls, used: Definition) -> Self:
        return cls(valid_from=used.valid_from, title=used.title, codes=sorted(used.codes))


class RacialisedShare(BaseModel):
    """Measure K7b of one period, by both denominators; figures that are hidden are null."""

    period: str = Field(examples=["2025-26"])
    responses: int = Field(
        description="All responses, the denominator of `pct_of_all`.", examples=[15000]
    )
    iwgc_responses: int | None = Field(
        description="Measure K7a: responses on iWantGreatCare.", examples=[14200]
    )
    racialised: int | None = Field(description="The numerator.", examples=[780])
    stated: int | None = Field(
        description="Responses that stated their ethnicity, the denominator of `pct_of_stated`.",
        examples=[12100],
    )
    pct_of_all: float | None = Field(
        description="Those who stated nothing or were not asked are kept in the denominator, as in"
        " the strategy's 5 %.",
        examples=[5.2],
    )
    pct_of_all_low: float | None = Field(
        description="Lower bound of the 95 % interval (Wilson).", examples=[4.9]
    )
    pct_of_all_high: float | None = Field(examples=[5.6])
    pct_of_stated: float | None = Field(examples=[6.4])
    pct_of_stated_low: float | None = Field(examples=[6.0])
    pct_of_stated_high: float | None = Field(examples=[6.9])
    definition: DefinitionUsed
    suppressed: bool = Field(description="True where the numerator is hidden.", examples=[False])

    @classmethod
    def of(cls, share: Share) -> Self:
        of_all = _shares("pct_of_all", share.racialised, share.responses)
        return cls(
            period=share.period,
            responses=share.responses,
            iwgc_responses=share.iwgc_responses,
            racialised=share.racialised,
            stated=share.stated,
            **of_all,
            **_shares("pct_of_stated", share.racialised, share.stated),
            definition=DefinitionUsed.of(share.definition),
            suppressed=share.racialised is None,
        )


def _shares(name: str, part: int | None, whole: int | None) -> dict[str, float | None]:
    """Give a percentage and its interval to one decimal place."""
    names = (name, f"{name}_low", f"{name}_high")
    if part is None or not whole:
        return dict.fromkeys(names)
    bounds = wilson.interval(part, whole)
    rounded = (percent(part, whole), *(round(100 * bound, 1) for bound in bounds))
    return dict(zip(names, rounded, strict=True))


class RacialisedShares(BaseModel):
    items: list[RacialisedShare]
