from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.core.wire import Day
from app.domain.reimbursements.kinds import LineKind, Vehicle
from app.domain.reimbursements.rates.models import LEVELS, MOST_PENCE, RateCardStatus, Scheme
from app.domain.reimbursements.rates.units import MostPer, RateUnit

MOST_RATES = 200
Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Title = Annotated[str, Words, Field(max_length=200, examples=["Mileage from 2026-27"])]
Source = Annotated[
    str,
    Words,
    Field(
        max_length=1000,
        description="Where the figures come from.",
        examples=["HMRC, approved mileage allowance payments"],
    ),
]
Label = Annotated[
    str,
    Words,
    Field(max_length=100, description="What explanations call it.", examples=["lunch"]),
]
Level = Annotated[
    int,
    Field(
        ge=1,
        le=LEVELS,
        description="Null: of any level without a rate of its own.",
        examples=[None],
    ),
]
Pence = Annotated[
    Decimal,
    Field(
        ge=0,
        le=MOST_PENCE,
        decimal_places=3,
        description="In pence, which may go below the penny. A draft may leave it open.",
        examples=["55"],
    ),
]
Percent = Annotated[
    Decimal,
    Field(
        ge=0,
        le=100,
        decimal_places=2,
        description="With the unit `fee_share`: of what the activity would have been paid.",
        examples=[None],
    ),
]
UpToHours = Annotated[
    Decimal,
    Field(
        gt=0,
        le=24,
        decimal_places=2,
        description="The longest time of a fee that this rate is for, such as 4 of a half day.",
        examples=[None],
    ),
]
BlockHours = Annotated[
    Decimal,
    Field(
        gt=0,
        le=24,
        decimal_places=2,
        description="With the unit `block`: its length; each one begun is paid.",
        examples=[None],
    ),
]
OverHours = Annotated[
    Decimal,
    Field(
        ge=0,
        le=24,
        decimal_places=2,
        description="With the unit `time_away`: what the time away is longer than.",
        examples=[None],
    ),
]
OverMiles = Annotated[
    Decimal,
    Field(
        ge=0,
        lt=100_000,
        decimal_places=1,
        description="With the unit `mile`: the miles in a tax year above which the rate begins.",
        examples=["0"],
    ),
]
MostPence = Annotated[
    int,
    Field(
        ge=1,
        le=MOST_PENCE,
        description="With the unit `actual`: the most that is paid back.",
        examples=[None],
    ),
]
EXAMPLE_RATE = {
    "kind": "mileage",
    "unit": "mile",
    "vehicle": "car",
    "pence": "55",
    "over_miles": "0",
}


class RateNew(BaseModel):
    """One rate of a card; which parts it has depends on its kind and unit."""

    model_config = ConfigDict(extra="forbid")

    kind: LineKind
    unit: RateUnit
    label: Label | None = None
    level: Level | None = None
    vehicle: Vehicle | None = None
    pence: Pence | None = None
    percent: Percent | None = None
    up_to_hours: UpToHours | None = None
    block_hours: BlockHours | None = None
    over_hours: OverHours | None = None
    over_miles: OverMiles | None = None
    most_pence: MostPence | None = None
    most_per: MostPer | None = None


class RateOut(BaseModel):
    """One rate of a card."""

    id: UUID
    kind: LineKind
    unit: RateUnit
    label: Label | None
    level: Level | None
    vehicle: Vehicle | None
    pence: Pence | None
    percent: Percent | None
    up_to_hours: UpToHours | None
    block_hours: BlockHours | None
    over_hours: OverHours | None
    over_miles: OverMiles | None
    most_pence: MostPence | None
    most_per: MostPer | None


class RateCardOut(BaseModel):
    """What a scheme pays for activities of some days."""

    id: UUID
    scheme: Scheme
    title: Title
    source: Source
    source_confirmed: bool = Field(description="Whoever proposed it stands for its source.")
    shipped: bool = Field(description="It came active with the service, its source confirmed.")
    status: RateCardStatus
    valid_from: Day
    valid_to: Day | None = Field(description="The first day without it.")
    drafted_by: UUID | None = Field(description="Null where it came with the service.")
    proposed_by: UUID | None
    proposed_on: Day | None
    activated_by: UUID | None = Field(description="Another than who proposed it.")
    activated_on: Day | None
    alters_from: Day | None = Field(
        description="The first day gone by, when it was activated, that it prices anew: what was"
        " paid for days from there on may be too little."
    )
    rates: list[RateOut]
    version: int = VERSION


class RateCardList(BaseModel):
    items: list[RateCardOut]
    next: str | None = NEXT


class RateCardFilters(Paging):
    scheme: Scheme | None = None
    status: RateCardStatus | None = None
    day: Day | None = Field(None, description="Cards of this day.")


class RateCardNew(BaseModel):
    """A draft: what nobody is paid by yet."""

    model_config = ConfigDict(extra="forbid")

    scheme: Scheme
    title: Title
    source: Source
    valid_from: Day
    valid_to: Day | None = Field(
        None, description="The first day without it; null where no end is known."
    )
    rates: list[RateNew] = Field(max_length=MOST_RATES, examples=[[EXAMPLE_RATE]])

    def card(self) -> dict[str, Any]:
        return self.model_dump(exclude={"rates"})

    def told_rates(self) -> list[dict[str, Any]]:
        return [rate.model_dump() for rate in self.rates]
