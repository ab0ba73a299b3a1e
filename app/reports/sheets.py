"""Tables as files for spreadsheets, written in bounded memory to a file that has no name.

The file is whole before its first byte is sent: a failure half-way is an error, and never a file
that looks complete.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterator, Sequence
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO, Any, Final

from xlsxwriter import Workbook

from app.core.spreadsheet import harmless

LONGEST: Final = 32_000  # a cell of a workbook holds 32,767 characters
CUT: Final = " [cut: a cell holds no more]"
_CHUNK: Final = 64 * 1024
Cell = str | int | bool | None
Rows = AsyncIterator[Sequence[Sequence[Cell]]]


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


MEDIA: Final = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def write(form: Format, header: Sequence[str], pages: Rows) -> IO[bytes]:
    """Write a table; gives the file, to be read from its start."""
    file = TemporaryFile()  # noqa: SIM115  whoever sends it closes it
    try:
        await (_csv if form is Format.CSV else _xlsx)(file, header, pages)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Give a file's bytes, and close it."""
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


async def _csv(file: IO[bytes], header: Sequence[str], pages: Rows) -> None:
    """Write UTF-8 with the mark by which Excel knows it, and the line ends of RFC 4180."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow(header)
        async for page in pages:
            lines = [[_plain(cell) for cell in row] for row in page]
            await asyncio.to_thread(writer.writerows, lines)
    finally:
        text.detach()


def _plain(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return harmless(cell) if isinstance(cell, str) else "" if cell is None else str(cell)


async def _xlsx(file: IO[bytes], header: Sequence[str], pages: Rows) -> None:
    book = Workbook(file, {"constant_memory": True, "in_memory": False})
    try:
        sheet = book.add_worksheet("Responses")
        sheet.freeze_panes(1, 0)
        _line(sheet, 0, header)
        at = 1
        async for page in pages:
            await asyncio.to_thread(_lines, sheet, at, page)
            at += len(page)
    finally:  # its own temporary files go with it
        await asyncio.to_thread(book.close)


def _lines(sheet: Any, first: int, page: Sequence[Sequence[Cell]]) -> None:
    for number, row in enumerate(page, first):
        _line(sheet, number, row)


def _line(sheet: Any, number: int, row: Sequence[Cell]) -> None:
    """Write texts as texts, so that none becomes a formula or a link."""
    for column, cell in enumerate(row):
        if isinstance(cell, bool):
            sheet.write_boolean(number, column, cell)
        elif isinstance(cell, int):
            sheet.write_number(number, column, cell)
        elif cell is not None:
            long = len(cell) > LONGEST
            sheet.write_string(number, column, cell[:LONGEST] + CUT if long else cell)
