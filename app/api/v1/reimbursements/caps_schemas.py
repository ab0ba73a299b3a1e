from datetime import date
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.api.v1.organisation.schemas import VERSION
from app.core.wire import Day
from app.domain.reimbursements.caps.models import (
    MOST_PENCE,
    CapLevel,
    CountedBy,
    Nearness,
    PaymentCap,
)
from app.domain.reimbursements.caps.periods import CapPeriod

Pence = Annotated[int, Field(description="In pence.", examples=[12000])]
_YEARS: Final = range(2000, 2200)


def _countable(day: date) -> date:
    if day.year not in _YEARS:
        raise ValueError("is no day of an activity")
    return day


class PaymentCapValues(BaseModel):
    """The most that somebody wants to be paid in fees; it warns and never blocks."""

    model_config = ConfigDict(extra="forbid")

    most_pence: int = Field(
        ge=1,
        le=MOST_PENCE,
        description="The cap, in pence. Fees count; what is paid back does not.",
        examples=[19550],
    )
    period: CapPeriod = Field(description="What it holds for each of.", examples=["week"])
    starts_on: int = Field(
        ge=1,
        le=31,
        description="A week's first weekday, 1 being Monday; or a month's first day, which falls"
        " to the last day of months that are shorter.",
        examples=[1],
    )
    counted_by: CountedBy = Field(
        description="The activity's day, or the day on which payment is expected.",
        examples=["activity_day"],
    )


class PaymentCapOut(PaymentCapValues):
    version: int = VERSION

    @classmethod
    def of(cls, cap: PaymentCap) -> Self:
        return cls(**{name: getattr(cap, name) for name in cls.model_fields})


class CapPreviewFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    participation: UUID = Field(description="The activity, as a participation.")
    pence: int = Field(
        ge=1, le=MOST_PENCE, description="The fee that is thought of.", examples=[7500]
    )
    day: Annotated[Day, AfterValidator(_countable)] | None = Field(
        None, description="The activity's day; without it the next on which it takes place."
    )


class CapWarning(BaseModel):
    """How near a fee comes to the cap of the period in which it counts."""

    first: Day = Field(description="First day of the period.", examples=["2026-05-11"])
    last: Day = Field(description="Last day of the period.", examples=["2026-05-17"])
    most_pence: Pence = Field(description="The cap.", examples=[19550])
    so_far_pence: Pence = Field(
        description="Fees claimed or accepted in the period without this one.", examples=[12000]
    )
    pence: Pence = Field(description="This fee.", examples=[7500])
    comes_to_pence: Pence = Field(description="Both together.", examples=[19500])
    left_pence: Pence = Field(description="What is then left below the cap.", examples=[50])
    level: CapLevel = Field(
        description="`near` from four fifths of the cap on, `above` where it is passed.",
        examples=["near"],
    )

    @classmethod
    def of(cls, found: Nearness) -> Self:
        own = {"first": found.period.first, "last": found.period.last}
        told = {n: getattr(found, n) for n in cls.model_fields if n not in own}
        return cls(**own, **told)
