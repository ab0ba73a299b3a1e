from datetime import date
from typing import Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)

from app.domain.feedback.choosing import DayRange
from app.domain.feedback.representation import wilson
from app.domain.feedback.representation.dimensions import (
    CHARACTERISTICS,
    Dimension,
)
from app.domain.feedback.representation.representing import (
    FIRST,
    LAST,
    Asked,
    Group,
    Heard,
    Representation,
)
from app.domain.feedback.summary import ANSWERS


class RepresentationFilters(DayRange):
    model_config = ConfigDict(extra="forbid")

    by: Dimension = Field(description="The characteristic that groups are told by.")
    directorate: str | None = Field(
        None, max_length=100, description="A directorate's id or code.", examples=["ADULT"]
    )
    team: str | None = Field(
        None, max_length=100, description="A team's id or code.", examples=["CMHT-CITY"]
    )
    profile: str | None = Field(
        None,
        max_length=50,
        description="A population profile's code. If not told, it is the nearest in force that"
        " tells the characteristic: the team's, its directorate's or the trust's.",
        examples=["census-2021"],
    )

    def asked(self) -> Asked:
        return Asked(
            self.by,
            self.from_day or FIRST,
            self.to_day or LAST,
            self.directorate,
            self.team,
            self.profile,
        )


class ProfileNamed(BaseModel):
    code: str = Field(examples=["census-2021"])
    title: str = Field(examples=["Census 2021, Oxfordshire and Buckinghamshire"])
    source: str = Field(examples=["Office for National Statistics, TS021"])
    as_of: date = Field(examples=["2021-03-21"])


class GroupHeard(BaseModel):
    """How many of a group were heard, and what they answered; figures that are hidden are null."""

    code: str = Field(examples=["J"])
    label: str = Field(examples=["Asian or Asian British: Pakistani"])
    stated: bool = Field(
        description="False of those who were not asked, or did not say: they are kept in"
        " `pct_of_all` and left out of all other shares.",
        examples=[True],
    )
    responses: int | None = Field(examples=[24])
    very_good: int | None = Field(examples=[15])
    good: int | None = Field(examples=[5])
    neither_good_nor_poor: int | None = Field(examples=[1])
    poor: int | None = Field(examples=[1])
    very_poor: int | None = Field(examples=[1])
    dont_know: int | None = Field(examples=[1])
    unanswered: int | None = Field(
        description="Responses without one of the six answers.", examples=[0]
    )
    pct_positive: float | None = Field(
        description="Of the six answers, half up, as all percentages.", examples=[83.3]
    )
    pct_negative: float | None = Field(examples=[8.3])
    pct_very_good: float | None = Field(examples=[62.5])
    pct_of_all: float | None = Field(description="Of all responses.", examples=[2.0])
    pct_of_stated: float | None = Field(
        description="Of the responses that stated the characteristic.", examples=[2.5]
    )
    population: int | None = Field(
        description="The group's people by the profile.", examples=[18000]
    )
    pct_of_population: float | None = Field(
        description="Of the profile's people who stated the characteristic.", examples=[3.1]
    )
    ratio: float | None = Field(
        description="Share of those who stated it, by the share of the population: 1 is as many"
        " as would be expected.",
        examples=[0.81],
    )
    ratio_low: float | None = Field(
        description="Lower bound of the ratio's 95 % interval (Wilson).", examples=[0.54]
    )
    ratio_high: float | None = Field(examples=[1.19])
    heard: Heard = Field(
        description="Under or over where the whole interval is below or above 1.",
        examples=["in_line"],
    )
    suppressed: bool = Field(description="True where the figures are hidden.", examples=[False])

    @classmethod
    def of(cls, group: Group) -> Self:
        told = dict(zip((*ANSWERS, "unanswered"), group.counts or (None,) * 7, strict=True))
        answers = group.counts[:6] if group.counts else ()
        responses, ratio = group.responses, group.ratio or (None, None, None)
        stating = group.stating if group.stated else None
        return cls(
            code=group.code,
            label=group.label,
            stated=group.stated,
            responses=responses,
            **told,
            pct_positive=_part(answers[:2], answers),
            pct_negative=_part(answers[3:5], answers),
            pct_very_good=_part(answers[:1], answers),
            pct_of_all=percent(responses, group.everyone),
            pct_of_stated=percent(responses, stating),
            population=group.people,
            pct_of_population=percent(group.people, group.population if group.stated else None),
            **dict(zip(("ratio", "ratio_low", "ratio_high"), map(_round, ratio), strict=True)),
            heard=group.heard,
            suppressed=group.counts is None,
        )


def _part(part: tuple[int, ...], whole: tuple[int, ...]) -> float | None:
    return wilson.tenths(sum(part), sum(whole))


def percent(part: int | None, whole: int | None) -> float | None:
    return None if part is None or whole is None else wilson.tenths(part, whole)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


class RepresentationOut(BaseModel):
    """Who was heard. Only margins are kept: no figure is of two characteristics at once."""

    by: Dimension
    responses: int = Field(description="All responses, the first denominator.", examples=[1200])
    stated: int | None = Field(
        description="Responses that stated the characteristic, the second denominator.",
        examples=[960],
    )
    adds_up: bool = Field(
        description="False of disability: a response may tell several, so that shares are of"
        " respondents and add up to more than all.",
        examples=[True],
    )
    profile: ProfileNamed | None = Field(description="Null where none is in force.")
    groups: list[GroupHeard]

    @classmethod
    def of(cls, by: Dimension, found: Representation) -> Self:
        return cls(
            by=by,
            responses=found.responses,
            stated=found.stated,
            adds_up=not CHARACTERISTICS[by].many_valued,
            profile=ProfileNamed.model_validate(found.profile) if found.profile else None,
            groups=[GroupHeard.of(group) for group in found.groups],
        )
