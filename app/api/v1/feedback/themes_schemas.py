from typing import Self

from pydantic import BaseModel, Field, model_validator

from app.domain.feedback.choosing import DayRange
from app.domain.feedback.periods import Per
from app.domain.feedback.themes.counting import Asked, By


class ThemeFilters(DayRange, extra="forbid"):
    by: By = Field(description="What the figures are grouped by.")
    per: Per | None = Field(
        None, description="Adds a `period` to each group: month, quarter or (financial) year."
    )
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    theme: str | None = Field(
        None,
        max_length=64,
        description="A code of the reference list `theme`.",
        examples=["parking"],
    )

    @model_validator(mode="after")
    def _months(self) -> Self:
        if self.per is Per.WEEK:
            raise ValueError("themes are counted by month")
        return self

    def asked(self) -> Asked:
        return Asked(
            self.by,
            self.per,
            self.from_day,
            self.to_day,
            self.directorate,
            self.team,
            self.theme,
        )


class ThemeFigure(BaseModel):
    """How many responses of a group told of a theme, and how these answered."""

    key: str = Field(description="The group's code.", examples=["CMHT-CITY"])
    name: str = Field(examples=["City community mental health team"])
    period: str | None = Field(description="With `per`.", examples=["2026-03"])
    theme: str = Field(examples=["timeliness_of_care"])
    responses: int | None = Field(description="That tell of the theme.", examples=[21])
    pct_of_responses: float | None = Field(
        description="Of all responses of the group, those without a comment included.",
        examples=[8.4],
    )
    very_good: int | None = Field(examples=[5])
    good: int | None = Field(examples=[6])
    neither_good_nor_poor: int | None = Field(examples=[4])
    poor: int | None = Field(examples=[3])
    very_poor: int | None = Field(examples=[2])
    dont_know: int | None = Field(examples=[0])
    unanswered: int | None = Field(examples=[1])
    pct_positive: float | None = Field(
        description="Of those who told of the theme and answered.", examples=[55.0]
    )
    suppressed: bool = Field(
        description="True where too few told of it, or too few did not, or where the figure would"
        " give such a one away."
    )


class ThemeFigures(BaseModel):
    items: list[ThemeFigure]
    next: None = Field(None, description="Always null: there is one page.")
