"""Lines of claims as clients write them, with their receipts, and as they are shown."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from app.api.v1.organisation.schemas import SAYS
from app.api.v1.reimbursements.lines_schemas import (
    CancellationLine,
    CareLine,
    FareLine,
    InvolvementFeeLine,
    MileageLine,
    PreparationLine,
    ReceiptedLine,
    SubsistenceLine,
)
from app.core.wire import Day
from app.domain.reimbursements.claims.models import MOST_LINES
from app.domain.reimbursements.kinds import LineKind, Route, Vehicle

Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Pence = Annotated[int, Field(description="In pence.", examples=[1650])]
Receipts = Annotated[
    list[UUID],
    Field(
        default_factory=list,
        max_length=10,
        description="Receipts of the person that show it.",
        examples=[[]],
    ),
]
NoReceipt = Annotated[
    str,
    Words,
    Field(
        max_length=500,
        description="Why there is no receipt, where none is attached.",
        examples=["The machine gave none."],
    ),
]


class ClaimedFare(FareLine):
    """A journey that was paid for, with its receipts."""

    receipt_ids: Receipts
    no_receipt_because: NoReceipt | None = None


class ClaimedCare(CareLine):
    """Somebody's time that was paid for, with its receipts."""

    receipt_ids: Receipts
    no_receipt_because: NoReceipt | None = None


class ClaimedOther(ReceiptedLine):
    """Something else that was paid for, with its receipts."""

    receipt_ids: Receipts
    no_receipt_because: NoReceipt | None = None


ClaimLineNew = Annotated[
    InvolvementFeeLine
    | PreparationLine
    | CancellationLine
    | MileageLine
    | SubsistenceLine
    | ClaimedFare
    | ClaimedCare
    | ClaimedOther,
    Field(discriminator="kind"),
]
Lines = Annotated[list[ClaimLineNew], Field(min_length=1, max_length=MOST_LINES)]


class ClaimLineOut(BaseModel):
    """One line: what was told, what it comes to, why, and which way it is paid."""

    position: int = Field(examples=[1])
    kind: LineKind
    day: Day
    level: int | None = Field(examples=[4])
    hours: str | None = Field(examples=["3.50"])
    miles: str | None = Field(examples=[None])
    vehicle: Vehicle | None
    passengers: int | None = Field(examples=[None])
    hours_away: str | None = Field(examples=[None])
    told_pence: Pence | None
    from_place: str | None = Field(examples=[None])
    to_place: str | None = Field(examples=[None])
    no_receipt_because: str | None = Field(examples=[None])
    amount_pence: Pence
    route: Route
    rate_id: UUID | None
    explanation: str = Field(examples=["Half a day at level 4: £75.00."])
    receipt_ids: list[UUID]
