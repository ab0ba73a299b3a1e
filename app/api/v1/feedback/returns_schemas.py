from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.feedback.publication_schemas import MonthText, first_day
from app.core.wire import Instant
from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.modes.national import CATEGORIES, MODES, Mode, NationalService
from app.domain.feedback.returns.checks import Check, Code
from app.domain.feedback.returns.deadlines import Deadline
from app.domain.feedback.returns.figures import ANSWERS, Difference, Figures, Line
from app.domain.feedback.returns.models import FftReturn, ReturnStatus
from app.domain.feedback.returns.service import Due
from app.domain.organisation.models import FftCategory

Reason = Annotated[
    str,
    StringConstraints(pattern=r"\S", max_length=1000, strip_whitespace=True),
    Field(examples=["Paper answers of ward Allen came late."]),
]
NUMBER = Field(description="1 is the first, others are corrections.", examples=[1])


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class FiguresAsked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    month: MonthText
    service: NationalService = Field(description="Whose return.")
    version: int | None = Field(
        None,
        ge=1,
        le=10_000,
        examples=[1],
        description="The number of a drafted or signed return; if not told, the figures are those"
        " that a return drafted now would have.",
    )
    format: Format | None = Field(
        None, description="If not told, as `Accept` says: JSON, `text/csv` or a workbook."
    )

    @property
    def first(self) -> date:
        return first_day(self.month)


class ReturnLine(BaseModel):
    """A category's answers, and the same by mode of collection."""

    category: FftCategory
    name: str = Field(examples=["Acute services"])
    total: int = Field(examples=[100])
    counts: dict[FftAnswer, int] = Field(examples=[{"very_good": 70, "good": 30}])
    modes: dict[Mode, int] = Field(examples=[{"sms": 60, "online": 40}])

    @classmethod
    def of(cls, service: NationalService, line: Line) -> Self:
        category = FftCategory(line.category)
        return cls(
            category=category,
            name=CATEGORIES[service][category],
            **_cells(service, line),
        )


class ReturnWhole(BaseModel):
    """The sum of all categories."""

    total: int = Field(examples=[100])
    counts: dict[FftAnswer, int] = Field(examples=[{"very_good": 70, "good": 30}])
    modes: dict[Mode, int] = Field(examples=[{"sms": 60, "online": 40}])


class UnmappedMode(BaseModel):
    """Answers whose channel and collection point are told as no mode: they block sign-off."""

    channel: str = Field(examples=["tablet"])
    collection_point: str = Field(examples=["not_recorded"])
    responses: int = Field(examples=[12])


class ReturnFigures(BaseModel):
    """A month's return in the national order; absent categories and modes are 0."""

    month: MonthText
    service: NationalService
    return_version: int | None = Field(
        description="Null for figures that nobody has drafted.", examples=[1]
    )
    status: ReturnStatus | None = Field(description="Null for figures that nobody has drafted.")
    lines: list[ReturnLine]
    whole: ReturnWhole
    unmapped: list[UnmappedMode]

    @classmethod
    def of(cls, month: date, figures: Figures, made: FftReturn | None) -> Self:
        service = figures.service
        return cls(
            month=f"{month:%Y-%m}",
            service=service,
            return_version=made.number if made else None,
            status=made.status if made else None,
            lines=[ReturnLine.of(service, line) for line in figures.lines],
            whole=ReturnWhole(**_cells(service, figures.whole)),
            unmapped=[
                UnmappedMode(
                    channel=each.channel,
                    collection_point=each.collection_point,
                    responses=each.responses,
                )
                for each in figures.unmapped
            ],
        )


class ReturnNew(BaseModel):
    """Which return to draft."""

    model_config = ConfigDict(extra="forbid")

    month: MonthText
    service: NationalService
    reason: Reason | None = Field(
        None, description="Why a signed return is corrected; needed where there is one."
    )

    @property
    def first(self) -> date:
        return first_day(self.month)


class ReturnListed(BaseModel):
    """A return of a month and service."""

    id: UUID
    month: MonthText
    service: NationalService
    number: int = NUMBER
    status: ReturnStatus
    reason: str | None = Field(examples=[None])
    drafted_by: UUID
    created_at: Instant
    signed_by: UUID | None
    signed_at: Instant | None
    version: int = Field(description="Also the ETag.", examples=[1])


class ReturnList(BaseModel):
    items: list[ReturnListed]
    next: str | None = Field(description="Send back as `after`; null on the last page.")


class ReturnFilters(Paging):
    month: MonthText | None = None
    service: NationalService | None = None


class DueDay(BaseModel):
    """When a return is due: a working day of the following month, by England's bank holidays."""

    due: date = Field(examples=["2026-04-21"])
    days_left: int = Field(description="Below 0 when it is past.", examples=[12])
    overdue: bool = Field(description="True where it is past and nothing is signed.")

    @classmethod
    def of(cls, deadline: Deadline, *, signed: bool) -> Self:
        overdue = deadline.overdue and not signed
        return cls(due=deadline.due, days_left=deadline.days_left, overdue=overdue)


class DifferenceOut(BaseModel):
    """A count that the correction changes."""

    category: FftCategory
    what: str = Field(description="An answer or a mode.", examples=["very_good"])
    before: int = Field(examples=[12])
    after: int = Field(examples=[13])


class ReturnOut(ReturnListed):
    """A return with its figures, and what it changes of the signed one before it."""

    deadline: DueDay
    figures: ReturnFigures
    differences: list[DifferenceOut]

    @classmethod
    def made(cls, made: FftReturn, deadline: Deadline, changed: Sequence[Difference]) -> Self:
        figures = Figures.read(made.service, made.figures)
        listed = {name: getattr(made, name) for name in ReturnListed.model_fields}
        return cls(
            **listed | {"month": f"{made.month:%Y-%m}"},
            deadline=DueDay.of(deadline, signed=made.status is ReturnStatus.SIGNED),
            figures=ReturnFigures.of(made.month, figures, made),
            differences=[
                DifferenceOut(
                    category=FftCategory(each.category),
                    what=each.what,
                    before=each.before,
                    after=each.after,
                )
                for each in changed
            ],
        )


class CheckOut(BaseModel):
    """One check; `items` are what it found: teams, categories, channels with their points."""

    code: Code
    passed: bool
    blocking: bool = Field(description="Whether sign-off is refused while it does not hold.")
    items: list[str] = Field(examples=[["tablet:not_recorded"]])

    @classmethod
    def of(cls, check: Check) -> Self:
        return cls(
            code=check.code,
            passed=check.passed,
            blocking=check.blocking,
            items=list(check.items),
        )


class Checks(BaseModel):
    ready: bool = Field(description="Whether every check that blocks holds.")
    items: list[CheckOut]

    @classmethod
    def of(cls, checks: Sequence[Check]) -> Self:
        ready = all(each.passed for each in checks if each.blocking)
        return cls(ready=ready, items=[CheckOut.of(each) for each in checks])


class ReturnDue(DueDay):
    """How far a service's return of a month has come."""

    service: NationalService
    month: MonthText
    draft_id: UUID | None
    signed_id: UUID | None = Field(description="The newest that was signed.")

    @classmethod
    def told(cls, due: Due) -> Self:
        day = DueDay.of(due.deadline, signed=due.signed is not None)
        return cls(
            **day.model_dump(),
            service=due.service,
            month=f"{due.month:%Y-%m}",
            draft_id=due.draft.id if due.draft else None,
            signed_id=due.signed.id if due.signed else None,
        )


class Deadlines(BaseModel):
    items: list[ReturnDue]


class DeadlinesAsked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    month: MonthText | None = Field(None, description="The last that is over if not told.")


def _cells(service: NationalService, line: Line) -> dict[str, Any]:
    return {
        "total": line.total,
        "counts": dict(zip(ANSWERS, line.counts, strict=True)),
        "modes": dict(zip(MODES[service], line.modes, strict=True)),
    }
