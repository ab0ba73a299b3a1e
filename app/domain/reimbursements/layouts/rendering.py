"""A run's payment file, written from its layout: the same bytes whenever it is asked for."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from app.core.spreadsheet import harmless
from app.domain.reimbursements.layouts import bacs
from app.domain.reimbursements.layouts.codes import (
    CODECS,
    DATES,
    DELIMITERS,
    ENDINGS,
    Align,
    AmountFormat,
    DateFormat,
    FileFormat,
    Per,
    Quoting,
)
from app.domain.reimbursements.layouts.columns import PLACES, Column, Layout, kind_of
from app.domain.reimbursements.layouts.errors import PaymentFileError
from app.domain.reimbursements.layouts.folding import folded, plain
from app.domain.reimbursements.layouts.rows import (
    Controls,
    Kind,
    PaymentRow,
    RunFacts,
    per_payment,
)

_QUOTING: Final[Mapping[Quoting, Any]] = {
    Quoting.NEEDED: csv.QUOTE_MINIMAL,
    Quoting.ALL: csv.QUOTE_ALL,
}
_OF_THE_FILE: Final = 0  # where a fault is no row's

Values = Mapping[str, Any]


def render(layout: Layout, facts: RunFacts, rows: Sequence[PaymentRow]) -> bytes:
    """Write the file of a run: the same bytes for the same layout, facts and rows.

    `facts` must say what the rows come to. Raises PaymentFileError with {row, column, code}: the
    row's number, 0 where it is the whole file's; never what stands there.
    """
    controls = Controls.of(rows)
    _agree(layout, facts, rows, controls)
    if layout.format is FileFormat.BACS18:
        return bacs.render(layout, facts, rows)
    written = per_payment(rows) if layout.per is Per.PAYMENT else tuple(rows)
    run = _of_the_run(facts, controls, len(written))
    writer = _Cells(layout)
    lines = list(_lines(writer, run, written))
    if writer.faults:
        raise PaymentFileError(errors=writer.faults)
    if layout.format is FileFormat.CSV:
        told = _csv(layout, lines)
    else:
        end = ENDINGS[layout.line_ending]
        told = "".join(f"{''.join(line)}{end}" for line in lines)
    return told.encode(CODECS[layout.encoding])


def file_name(layout: Layout, facts: RunFacts) -> str:
    """Fill the places of the layout's pattern for the file's name."""
    values = (
        layout.code,
        facts.number,
        facts.created_on,
        facts.processing_on,
        facts.arrival_on,
    )
    name = layout.file_name
    for place, value in zip(PLACES, values, strict=True):
        name = name.replace(f"{{{place}}}", str(value))
    return name


def _agree(layout: Layout, facts: RunFacts, rows: Sequence[PaymentRow], controls: Controls) -> None:
    """Refuse rows that are not what the run says; a file never differs from its run."""
    faults = [
        _fault(row.number, column, code)
        for row in rows
        for column, code, wrong in (
            ("route", "route", row.route is not layout.route),
            ("amount_pence", "not_positive", row.amount_pence < 1),
        )
        if wrong
    ]
    for column, told, found in (
        ("route", facts.route, layout.route),
        ("count", facts.count, controls.payments),
        ("total_pence", facts.total_pence, controls.total_pence),
    ):
        if told != found:
            faults.append(_fault(_OF_THE_FILE, column, "differs"))
    if not rows:
        faults.append(_fault(_OF_THE_FILE, "rows", "none"))
    if faults:
        raise PaymentFileError(errors=faults)


def _of_the_run(facts: RunFacts, controls: Controls, rows: int) -> Values:
    return {
        "run_number": facts.number,
        "created_on": facts.created_on,
        "input_on": facts.input_on,
        "processing_on": facts.processing_on,
        "arrival_on": facts.arrival_on,
        "originator_name": facts.originator_name,
        "originator_sort_code": facts.originator_sort_code,
        "originator_account": facts.originator_account,
        "service_user_number": facts.service_user_number,
        "payments": controls.payments,
        "rows": rows,
        "total_pence": controls.total_pence,
        "hash_total": controls.hash_total,
    }


def _lines(writer: "_Cells", run: Values, rows: Iterable[PaymentRow]) -> Iterator[list[str]]:
    layout = writer.layout
    if layout.header:
        yield writer.line(layout.header, run, None)
    if layout.titles and layout.format is FileFormat.CSV:
        yield [writer.text(_OF_THE_FILE, column, column.title) for column in layout.columns]
    for row in rows:
        yield writer.line(layout.columns, run, row)
    if layout.footer:
        yield writer.line(layout.footer, run, None)


def _csv(layout: Layout, lines: Iterable[list[str]]) -> str:
    """Write RFC 4180, every line of as many cells as the columns are."""
    width = len(layout.columns)
    file = io.StringIO(newline="")
    writer = csv.writer(
        file,
        delimiter=DELIMITERS[layout.delimiter],
        quoting=_QUOTING[layout.quoting],
        lineterminator=ENDINGS[layout.line_ending],
    )
    writer.writerows(line + [""] * (width - len(line)) for line in lines)
    return file.getvalue()


class _Cells:
    """Writes cells by a layout, and keeps count of those that cannot be written."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.faults: list[dict[str, Any]] = []
        self._codec = CODECS[layout.encoding]
        self._fixed = layout.format is FileFormat.FIXED

    def line(self, columns: Iterable[Column], run: Values, row: PaymentRow | None) -> list[str]:
        return [self._cell(column, run, row) for column in columns]

    def _cell(self, column: Column, run: Values, row: PaymentRow | None) -> str:
        number = _OF_THE_FILE if row is None else row.number
        if column.field is None:
            value: Any = column.text
        elif column.field in run:
            value = run[column.field]
        else:
            value = getattr(row, column.field)
        kind = kind_of(column)
        if column.required and value in (None, ""):
            self._refuse(number, column, "missing")
        if kind is Kind.TEXT:
            return self.text(number, column, value or "")
        return self._placed(number, column, self._written(kind, column, value), cut=False)

    def _written(self, kind: Kind, column: Column, value: int | date) -> str:
        if isinstance(value, date):
            return value.strftime(DATES[DateFormat(column.format or self.layout.date_format)])
        form = column.format or self.layout.amount_format
        if kind is Kind.PENCE and form == AmountFormat.POUNDS:
            return f"{value // 100}.{value % 100:02}"
        return str(value)

    def text(self, number: int, column: Column, told: str) -> str:
        """Write a text in one line, in letters of the encoding, and never as a formula."""
        found = plain("".join(each if self._holds(each) else folded(each) for each in plain(told)))
        if not self._holds(found):
            self._refuse(number, column, "not_encodable")
        return self._placed(
            number, column, found if self._fixed else harmless(found), cut=column.cut
        )

    def _placed(self, number: int, column: Column, told: str, *, cut: bool) -> str:
        if not self._fixed or column.width is None:
            return told
        if len(told) > column.width and not cut:
            self._refuse(number, column, "too_wide")
        place = told.rjust if column.align == Align.RIGHT else told.ljust
        return place(column.width, column.pad)[: column.width]

    def _holds(self, told: str) -> bool:
        try:
            told.encode(self._codec)
        except UnicodeEncodeError:
            return False
        return True

    def _refuse(self, number: int, column: Column, code: str) -> None:
        self.faults.append(_fault(number, column.field or column.title, code))


def _fault(row: int, column: str, code: str) -> dict[str, Any]:
    return {"row": row, "column": column, "code": code}
