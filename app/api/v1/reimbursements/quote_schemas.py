from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.v1.reimbursements.claim_lines_schemas import Lines
from app.api.v1.reimbursements.lines_schemas import line_of
from app.core.wire import Day
from app.domain.reimbursements.kinds import FEES, LineKind, Route
from app.domain.reimbursements.rates.models import Scheme
from app.domain.reimbursements.rates.pricing import Line, Priced

_ROUTES: Final = (Route.PAYROLL, Route.ACCOUNTS_PAYABLE)

TaxYear = Annotated[int, Field(ge=1999, le=2200)]
MilesBefore = Annotated[Decimal, Field(ge=0, le=10_000_000, decimal_places=1)]
Total = Annotated[int, Field(description="In pence.", examples=[8550])]


class WarningCode(StrEnum):
    """What somebody should know before they count on a price."""

    UNCONFIRMED = "unconfirmed"
    CAPPED = "capped"
    NOTHING = "nothing"


_SAID: Final = {
    WarningCode.UNCONFIRMED: "No two people stand for this rate yet: it may change.",
    WarningCode.CAPPED: "Less is paid back than was paid.",
    WarningCode.NOTHING: "Nothing is paid for this.",
}


class QuoteNew(BaseModel):
    """Lines to be priced, as a claim has them; nothing of them is stored."""

    model_config = ConfigDict(extra="forbid")

    lines: Lines
    scheme: Scheme | None = Field(
        None,
        description="Whose rates are taken first, such as `nihr` for research. Without it fees"
        " are the trust's own, else those of PPV.",
        examples=["ppv"],
    )
    miles_before: dict[TaxYear, MilesBefore] = Field(
        {},
        max_length=20,
        description="Miles claimed by car before these, by the year in which a tax year begins.",
        examples=[{"2026": "9990"}],
    )

    def priceable(self) -> list[Line]:
        return [line_of(line) for line in self.lines]


class QuotedLine(BaseModel):
    """What a line comes to, and why."""

    kind: LineKind
    day: Day
    amount_pence: Total
    route: Route = Field(description="The way it would be paid: fees by payroll.")
    rate_id: UUID = Field(description="The rate it is priced by; the first, where several are.")
    card_id: UUID = Field(description="The rate card that holds the rate.")
    unconfirmed: bool = Field(description="No two people stand for the card: it is no promise.")
    explanation: str = Field(
        description="How it was worked out, in plain words.",
        examples=["4 hours at level 4: a half day, £75.00."],
    )


class QuoteTotal(BaseModel):
    route: Route
    amount_pence: Total


class QuoteWarning(BaseModel):
    line: int = Field(description="The place of the line in `lines`, from 0.", examples=[0])
    code: WarningCode
    detail: str = Field(examples=["No two people stand for this rate yet: it may change."])


class Quote(BaseModel):
    """What lines come to, each and together."""

    lines: list[QuotedLine] = Field(description="In the order in which they were asked for.")
    totals: list[QuoteTotal] = Field(description="What would be paid by each way.")
    total_pence: Total
    warnings: list[QuoteWarning]

    @classmethod
    def of(cls, lines: Sequence[Line], prices: Sequence[Priced]) -> Self:
        """Tell what was priced: each line beside its price."""
        quoted = [_quoted(line, priced) for line, priced in zip(lines, prices, strict=True)]
        by_route = {
            route: sum(line.amount_pence for line in quoted if line.route is route)
            for route in _ROUTES
        }
        return cls(
            lines=quoted,
            totals=[QuoteTotal(route=route, amount_pence=sum_) for route, sum_ in by_route.items()],
            total_pence=sum(by_route.values()),
            warnings=[
                QuoteWarning(line=at, code=code, detail=_SAID[code])
                for at, priced in enumerate(prices)
                for code in _warnings(priced)
            ],
        )


def _quoted(line: Line, priced: Priced) -> QuotedLine:
    told: dict[str, Any] = {name: getattr(priced, name) for name in _FROM_PRICED}
    route = Route.PAYROLL if line.kind in FEES else Route.ACCOUNTS_PAYABLE
    return QuotedLine(kind=line.kind, day=line.day, route=route, **told)


def _warnings(priced: Priced) -> Iterator[WarningCode]:
    if priced.unconfirmed:
        yield WarningCode.UNCONFIRMED
    if priced.capped:
        yield WarningCode.CAPPED
    if not priced.amount_pence:
        yield WarningCode.NOTHING


_FROM_PRICED: Final = ("amount_pence", "rate_id", "card_id", "unconfirmed", "explanation")
