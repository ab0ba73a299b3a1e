"""Lines as clients write them: each kind has its own parts, and no others."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo

from app.api.v1.organisation.schemas import SAYS
from app.core.clock import today
from app.core.wire import Day
from app.domain.reimbursements.kinds import LineKind, Vehicle
from app.domain.reimbursements.rates.models import LEVELS
from app.domain.reimbursements.rates.pricing import Line

FIRST_DAY: Final = date(2000, 1, 1)
AHEAD: Final = timedelta(366)
# The circumference of the Earth at the equator: nobody claims a longer journey.
MOST_MILES: Final = 24_901
MOST_PASSENGERS: Final = 8
MOST_PENCE: Final = 1_000_000
_QUARTER: Final = Decimal("0.25")
_DAY: Final = 24


def _near(day: date) -> date:
    if not FIRST_DAY <= day <= today() + AHEAD:
        raise ValueError("should be from the year 2000 on, and at most a year ahead")
    return day


def _in_quarters(hours: Decimal) -> Decimal:
    # What is out of bounds has no remainder of so many digits, and is refused by them next.
    if abs(hours) <= _DAY and hours % _QUARTER:
        raise ValueError("should be whole quarters of an hour")
    return hours


def _in_a_car(passengers: int, info: ValidationInfo) -> int:
    if passengers and info.data.get("vehicle", Vehicle.CAR) is not Vehicle.CAR:
        raise ValueError("passengers are paid for in a car only")
    return passengers


ActivityDay = Annotated[
    Day,
    AfterValidator(_near),
    Field(
        description="The day of the activity: its rate is the one of that day.",
        examples=["2026-05-14"],
    ),
]
Hours = Annotated[
    Decimal,
    AfterValidator(_in_quarters),
    Field(gt=0, le=_DAY, description="In quarters of an hour.", examples=["3.5"]),
]
Miles = Annotated[
    Decimal,
    Field(
        gt=0, le=MOST_MILES, decimal_places=1, description="To a tenth of a mile.", examples=["30"]
    ),
]
Level = Annotated[
    int, Field(ge=1, le=LEVELS, description="The level of the role, 1 to 4.", examples=[4])
]
# Strictly: true is no penny, and 420.0 no whole number of them.
PaidPence = Annotated[
    int,
    Field(
        strict=True, ge=1, le=MOST_PENCE, description="What was paid, in pence.", examples=[1250]
    ),
]
Place = Annotated[
    str,
    StringConstraints(pattern=SAYS, strip_whitespace=True, max_length=100),
    Field(examples=["Oxford station"]),
]


class InvolvementFeeLine(BaseModel):
    """Time that was given to an activity."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[LineKind.INVOLVEMENT_FEE]
    day: ActivityDay
    level: Level
    hours: Hours


class PreparationLine(BaseModel):
    """Time for preparing and reading."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[LineKind.PREPARATION]
    day: ActivityDay
    level: Level | None = None
    hours: Hours


class CancellationLine(BaseModel):
    """An activity that the trust cancelled at short notice: the time it would have taken."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[LineKind.CANCELLATION]
    day: ActivityDay
    level: Level
    hours: Hours


class MileageLine(BaseModel):
    """A journey by the person's own vehicle."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[LineKind.MILEAGE]
    day: ActivityDay
    vehicle: Vehicle
    miles: Miles
    passengers: Annotated[int, AfterValidator(_in_a_car)] = Field(
        0,
        ge=0,
        le=MOST_PASSENGERS,
        strict=True,
        description="Others in the car who went to the same activity.",
        examples=[1],
    )
    from_place: Place | None = None
    to_place: Place | None = None


class FareLine(BaseModel):
    """A journey that was paid for."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[LineKind.PUBLIC_TRANSPORT, LineKind.TAXI]
    day: ActivityDay
    amount_pence: PaidPence
    from_place: Place | None = None
    to_place: Place | None = None


class SubsistenceLine(BaseModel):
    """Meals while away."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[LineKind.SUBSISTENCE]
    day: ActivityDay
    hours_away: Hours


class CareLine(BaseModel):
    """Somebody's time that was paid for, so that the person could take part."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[
        LineKind.CARER,
        LineKind.CHILDCARE,
        LineKind.REPLACEMENT_CARE,
        LineKind.INTERPRETER,
        LineKind.PERSONAL_ASSISTANT,
    ]
    day: ActivityDay
    amount_pence: PaidPence
    hours: Hours | None = Field(
        None, description="Needed where a card pays up to so much an hour.", examples=["3"]
    )


class ReceiptedLine(BaseModel):
    """Something else that was paid for."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[LineKind.PARKING, LineKind.ACCOMMODATION, LineKind.PRINTING, LineKind.DATA]
    day: ActivityDay
    amount_pence: PaidPence


_UNPRICED: Final = {"from_place", "to_place", "receipt_ids", "no_receipt_because"}


def line_of(new: BaseModel) -> Line:
    """Give what prices a line of any kind: all but where a journey went, and its receipts."""
    told: dict[str, Any] = new.model_dump(exclude=_UNPRICED)
    return Line(**told)
