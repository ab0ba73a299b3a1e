from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION
from app.core.wire import Instant
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.layouts.codes import (
    Align,
    AmountFormat,
    DateFormat,
    Delimiter,
    Encoding,
    FileFormat,
    LayoutStatus,
    LineEnding,
    Per,
    Quoting,
)
from app.domain.reimbursements.layouts.columns import FILE_NAME, MOST_COLUMNS, WIDEST

Code = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]{1,39}$",
        description="What all numbers of this layout are called by.",
        examples=["payroll_csv"],
    ),
]
Name = Annotated[
    str,
    StringConstraints(pattern=SAYS, strip_whitespace=True),
    Field(max_length=200, examples=["Payroll: one row for each kind of line and cost centre"]),
]
FileName = Annotated[
    str,
    Field(
        max_length=120,
        pattern=FILE_NAME,
        description="What files are called; `{run}` stands for the run's number, and `{code}`,"
        " `{created_on}`, `{processing_on}` and `{arrival_on}` may stand too.",
        examples=["{code}-{run}.csv"],
    ),
]


class PaymentColumn(BaseModel):
    """One cell of a line: a field, or else a text that never changes."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field("", max_length=WIDEST, examples=["Amount"])
    field: str | None = Field(
        None,
        max_length=40,
        description="A field of the row or the run; docs/payment-files.md lists them.",
        examples=["amount_pence"],
    )
    text: str | None = Field(
        None, max_length=WIDEST, description="Instead of a field.", examples=[None]
    )
    format: DateFormat | AmountFormat | None = Field(
        None, description="Goes before the layout's own for days and amounts.", examples=["pence"]
    )
    width: int | None = Field(
        None, ge=1, le=WIDEST, description="Characters, in fixed columns.", examples=[11]
    )
    align: Align = Align.LEFT
    pad: str = Field(
        " ", pattern=r"^[ -~]$", description="What fills a fixed column.", examples=["0"]
    )
    cut: bool = Field(
        default=False, description="A text too wide for its column loses its end.", examples=[False]
    )
    required: bool = Field(
        default=False, description="A row without a value is refused.", examples=[True]
    )


Columns = Annotated[
    list[PaymentColumn],
    Field(
        max_length=MOST_COLUMNS,
        description="A row's cells in their order; none for `bacs18`, which has its own.",
        examples=[[{"title": "Amount", "field": "amount_pence"}]],
    ),
]
Header = Annotated[
    list[PaymentColumn],
    Field(
        max_length=MOST_COLUMNS,
        description="A first line, of the run's fields; none where it is empty.",
        examples=[[]],
    ),
]
Footer = Annotated[
    list[PaymentColumn],
    Field(
        max_length=MOST_COLUMNS,
        description="A last line, of the run's fields: control totals. None where it is empty.",
        examples=[[{"title": "Total", "field": "total_pence"}]],
    ),
]
Titles = Annotated[bool, Field(description="Whether a line of titles is written.", examples=[True])]
MultiDay = Annotated[
    bool,
    Field(
        description="In `bacs18`, whether each record bears its processing day.", examples=[False]
    ),
]


class PaymentLayoutNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Code
    name: Name
    route: Route
    format: FileFormat
    per: Per = Field(
        description="Whether a row is each kind of line and cost centre, or a whole payment."
    )
    columns: Columns
    titles: Titles = True
    header: Header = Field(default_factory=list)
    footer: Footer = Field(default_factory=list)
    delimiter: Delimiter = Delimiter.COMMA
    quoting: Quoting = Quoting.NEEDED
    line_ending: LineEnding = LineEnding.CRLF
    encoding: Encoding = Encoding.UTF_8
    date_format: DateFormat = DateFormat.BRITISH
    amount_format: AmountFormat = AmountFormat.POUNDS
    file_name: FileName
    multi_day: MultiDay = False


class PaymentLayoutOut(BaseModel):
    """How a run's file is written. Never changed: the next number of its code takes its place."""

    id: UUID
    code: Code
    number: int = Field(description="Counts the layouts of a code.", examples=[2])
    name: Name
    route: Route
    format: FileFormat
    per: Per = Field(
        description="Whether a row is each kind of line and cost centre, or a whole payment."
    )
    titles: Titles
    columns: Columns
    header: Header
    footer: Footer
    delimiter: Delimiter
    quoting: Quoting
    line_ending: LineEnding
    encoding: Encoding
    date_format: DateFormat
    amount_format: AmountFormat
    file_name: FileName
    multi_day: MultiDay
    status: LayoutStatus
    shipped: bool = Field(description="Whether it came with the service.", examples=[False])
    proposed_by: UUID | None = Field(description="Null for what was shipped.")
    activated_by: UUID | None = Field(description="Never who proposed it.")
    activated_at: Instant | None
    withdrawn_by: UUID | None
    withdrawn_at: Instant | None
    version: int = VERSION


class PaymentLayoutList(BaseModel):
    items: list[PaymentLayoutOut]
    next: str | None = NEXT


class PaymentLayoutFilters(Paging):
    code: Code | None = None
    route: Route | None = None
    format: FileFormat | None = None
    status: LayoutStatus | None = None
