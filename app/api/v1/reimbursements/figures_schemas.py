from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.core.clock import today
from app.core.wire import Day
from app.domain.reimbursements.figures.models import MOST_HOURS, MOST_PENCE, BenefitFigure

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)


class BenefitFigureNew(BaseModel):
    """A limit as it was published."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        Words,
        Field(
            max_length=100,
            description="What it is a limit of; a figure follows those of the same name.",
            examples=["ESA permitted work"],
        ),
    ]
    weekly_pence: int = Field(
        ge=1, le=MOST_PENCE, description="Earnings a week, in pence.", examples=[19550]
    )
    hours: int | None = Field(
        None, ge=1, le=MOST_HOURS, description="Fewer hours a week than these.", examples=[16]
    )
    valid_from: Day = Field(description="From when it holds.", examples=["2025-04-06"])
    source: Annotated[
        str,
        Words,
        Field(max_length=1000, description="Where it was published.", examples=["DWP, April 2025"]),
    ]


class BenefitFigureOut(BenefitFigureNew):
    id: UUID
    hours: int | None = Field(description="Fewer hours a week than these.", examples=[16])
    out_of_date: bool = Field(
        description="A newer April has come since, so that there may be another figure.",
        examples=[False],
    )
    version: int = VERSION

    @classmethod
    def of(cls, figure: BenefitFigure) -> Self:
        told = {n: getattr(figure, n) for n in cls.model_fields if n != "out_of_date"}
        return cls(**told, out_of_date=figure.out_of_date(today()))


class BenefitFigureList(BaseModel):
    items: list[BenefitFigureOut] = Field(description="The figure of each name that holds today.")
    next: str | None = NEXT
