"""A layout as the renderer takes it, and what makes one that can be written."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.layouts.codes import (
    Align,
    AmountFormat,
    DateFormat,
    Delimiter,
    Encoding,
    FileFormat,
    LineEnding,
    Per,
    Quoting,
)
from app.domain.reimbursements.layouts.errors import PaymentLayoutColumnsError
from app.domain.reimbursements.layouts.rows import OF_A_LINE, ROW_FIELDS, RUN_FIELDS, Kind

MOST_COLUMNS: Final = 100
WIDEST: Final = 200
# What a file's name may be made of: these places, and letters that no file system minds.
PLACES: Final = ("code", "run", "created_on", "processing_on", "arrival_on")
FILE_NAME: Final = (
    r"^([A-Za-z0-9._-]|\{(" + "|".join(PLACES) + r")\})*\{run\}"
    r"([A-Za-z0-9._-]|\{(" + "|".join(PLACES) + r")\})*$"
)
_FORMATS: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.DAY: frozenset(DateFormat),
    Kind.PENCE: frozenset(AmountFormat),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One cell of a line: a field of the row or the run, or else a text that never changes.

    `format` goes before the layout's own for days and amounts. `width`, `align` and `pad` are for
    fixed columns; `cut` lets a text that is too wide lose its end, and others are refused. Where a
    cell is `required`, a row without a value for it is refused.
    """

    title: str = ""
    field: str | None = None
    text: str | None = None
    format: str | None = None
    width: int | None = None
    align: str = Align.LEFT
    pad: str = " "
    cut: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a payment file is written."""

    code: str
    number: int
    route: Route
    format: FileFormat
    per: Per
    titles: bool
    columns: tuple[Column, ...]
    header: tuple[Column, ...]
    footer: tuple[Column, ...]
    delimiter: Delimiter
    quoting: Quoting
    line_ending: LineEnding
    encoding: Encoding
    date_format: DateFormat
    amount_format: AmountFormat
    file_name: str
    multi_day: bool


def columns_of(told: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Read columns as they are kept."""
    return tuple(Column(**each) for each in told)


def kind_of(column: Column) -> Kind:
    """Say how a column's value is written; a text of the layout's own is text."""
    return ROW_FIELDS.get(column.field or "") or RUN_FIELDS.get(column.field or "") or Kind.TEXT


def check(layout: Layout) -> None:
    """Refuse a layout that cannot be written; raises PaymentLayoutColumnsError, by place."""
    errors = [
        {"pointer": pointer, "detail": detail, "code": code}
        for pointer, detail, code in _faults(layout)
    ]
    if errors:
        raise PaymentLayoutColumnsError(errors=errors)


Fault = tuple[str, str, str]


def _faults(layout: Layout) -> Iterator[Fault]:
    if not re.fullmatch(FILE_NAME, layout.file_name):
        yield "#/file_name", "Needs {run}, and no place that is not known", "file_name"
    lines = {"columns": layout.columns, "header": layout.header, "footer": layout.footer}
    if layout.format is FileFormat.BACS18:
        for name in (name for name, line in lines.items() if line):
            yield f"#/{name}", "Bacs Standard 18 has columns of its own", "not_for_bacs"
        return
    if not layout.columns:
        yield "#/columns", "A file needs a column", "no_columns"
    for name, line in lines.items():
        yield from _line_faults(name, line, layout)


def _line_faults(name: str, line: Sequence[Column], layout: Layout) -> Iterator[Fault]:
    rows = name == "columns"
    if len(line) > (MOST_COLUMNS if rows else len(layout.columns)):
        yield f"#/{name}", "More cells than a line has", "too_many"
    for at, column in enumerate(line):
        for part, detail, code in _column_faults(column, layout, rows=rows):
            yield f"#/{name}/{at}/{part}", detail, code


def _column_faults(column: Column, layout: Layout, *, rows: bool) -> Iterator[Fault]:
    if (column.field is None) == (column.text is None):
        yield "field", "A cell has a field, or a text of its own", "field_or_text"
    elif column.field is not None:
        known = {**RUN_FIELDS, **(ROW_FIELDS if rows else {})}
        if column.field not in known:
            yield "field", "No such field", "unknown_field"
        elif layout.per is Per.PAYMENT and column.field in OF_A_LINE:
            yield "field", "A whole payment has not one of it", "of_a_line"
    if column.format is not None and column.format not in _FORMATS.get(kind_of(column), ()):
        yield "format", "The field is not written in this format", "format"
    if layout.format is FileFormat.FIXED and column.width is None:
        yield "width", "A fixed column has a width", "no_width"
