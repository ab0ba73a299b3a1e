"""Tables as CSV and as workbooks that a spreadsheet opens without running anything of them."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import xlsxwriter

from app.core.spreadsheet import harmless

Value = str | int | None

_WIDEST: Final = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table under a title, with lines that are told above it."""

    name: str
    told: Sequence[str]
    header: Sequence[str]
    rows: Sequence[Sequence[Value]]


def as_csv(sheet: Sheet) -> bytes:
    """Write a sheet's table in UTF-8 with a byte order mark, which Excel needs to read it so.

    A text that a spreadsheet would take as a formula gets an apostrophe before it.
    """
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow([_inert(value) for value in sheet.header])
    lines.writerows([_inert(value) for value in row] for row in sheet.rows)
    return written.getvalue().encode("utf-8-sig")


def as_workbook(sheets: Sequence[Sheet], created: datetime) -> bytes:
    """Write sheets as .xlsx; texts are cells of text, and the same figures give the same bytes."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(
        written,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"created": created})
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        for at, line in enumerate(sheet.told):
            page.write_string(at, 0, line, bold if at == 0 else None)
        first = len(sheet.told) + 1 if sheet.told else 0
        for column, title in enumerate(sheet.header):
            page.write_string(first, column, title, head)
        for at, row in enumerate(sheet.rows, first + 1):
            for column, value in enumerate(row):
                _write(page, at, column, value)
        page.freeze_panes(first + 1, 1)
        page.set_column(0, 0, min(_WIDEST, max(len(str(row[0])) for row in sheet.rows) + 2))
    book.close()
    return written.getvalue()


def _write(page: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Value) -> None:
    if isinstance(value, int):
        page.write_number(row, column, value)
    elif value is not None:
        page.write_string(row, column, value)


def _inert(value: Value) -> Value:
    return harmless(value) if isinstance(value, str) else value
