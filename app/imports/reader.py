"""A file read strictly: its header at once, then its rows, each good or rejected by itself."""

import csv
from collections.abc import Container, Iterator
from datetime import date
from typing import Final, NamedTuple

from app.domain.feedback.errors import UnusableFileError
from app.imports.cells import RowError
from app.imports.layouts import Layout
from app.imports.rows import Convert, Good, converter
from app.imports.splitting import Record, Splitter

_DELIMITERS: Final = (";", "\t", "|")
_BOM: Final = b"\xef\xbb\xbf"

Header = list[tuple[str, str]]


class Rejected(NamedTuple):
    """A row that cannot be taken; `row` is its text, escaped where it is no text."""

    line: int
    reason: str
    detail: str
    row: str


class Taken(NamedTuple):
    """A good row with its line, and as it stood."""

    line: int
    good: Good
    row: str


class Reader:
    """Reads a file that comes in pieces; raises UnusableFileError for what is no row's fault."""

    def __init__(self, layout: Layout, today: date) -> None:
        self._layout, self._today = layout, today
        self._splitter = Splitter()
        self._convert: Convert | None = None
        self._width = 0
        self._seen = False
        self.untold: tuple[str, ...] = ()  # fields that the file has no column for

    def rows(self, piece: bytes, *, last: bool = False) -> list[Taken | Rejected]:
        """Give the rows that end in this piece, in order; blank lines are none."""
        records: Iterator[Record] = iter(self._splitter.feed(piece, last=last))
        convert = self._convert or self._begin(records, last=last)
        if convert is None:
            return []
        self._convert = convert
        found = [self._row(record, convert) for record in records if not record.raw.isspace()]
        self._seen = self._seen or bool(found)
        if last and not self._seen:
            raise _no_rows()
        return found

    def _begin(self, records: Iterator[Record], *, last: bool) -> Convert | None:
        first = next((record for record in records if not record.raw.isspace()), None)
        if first is not None:
            header = read_header(first.raw, self._layout)
            self._width = len(header)
            told = {field for _, field in header}
            self.untold = tuple(field for _, field in self._layout.columns if field not in told)
            return converter(self._layout, header, self._today)
        if last:
            raise _empty()
        return None

    def _row(self, record: Record, convert: Convert) -> Taken | Rejected:
        line, raw = record
        try:
            return Taken(line, convert(read_cells(raw, self._width)), raw.decode())
        except RowError as error:
            return Rejected(line, error.reason, error.detail, _shown(raw))


def read_cells(raw: bytes, width: int) -> list[str]:
    """Give what stands in a row of so many columns; raises RowError."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise RowError("not-utf8", "not UTF-8") from None
    if "\x00" in text:
        raise RowError("nul-character", "holds a NUL character")
    try:
        cells = next(csv.reader((text,), strict=True))
    except csv.Error as error:
        raise RowError(*_csv_error(error)) from None
    if len(cells) != width:
        raise RowError(*_width_error(len(cells), width))
    return cells


def check_beginning(piece: bytes, layout: Layout, *, whole: bool) -> None:
    """Refuse at once what a file's first piece, or all of it, shows to be unusable."""
    splitter = Splitter()
    records = [r for r in splitter.feed(piece, last=whole) if not r.raw.isspace()]
    if records:
        read_header(records[0].raw, layout)
    if whole and len(records) <= 1:
        raise _no_rows() if records else _empty()


def _empty() -> UnusableFileError:
    return UnusableFileError.because("empty-file", "The file is empty")


def _no_rows() -> UnusableFileError:
    return UnusableFileError.because("no-rows", "The file has a header and no rows")


def read_header(raw: bytes, layout: Layout) -> Header:
    """Give each column's name and the field it fills, none where it fills none.

    Raises UnusableFileError: `not-utf8`, `wrong-delimiter`, `missing-column`, `repeated-column`,
    `unknown-column`.
    """
    try:
        text = raw.removeprefix(_BOM).decode()
        found = _names(text, ",")
    except (UnicodeDecodeError, csv.Error):
        raise UnusableFileError.because("not-utf8", "The header is not CSV in UTF-8") from None
    known = {name.casefold(): (name, field) for name, field in layout.columns}
    header = [known.get(name.casefold(), (f"column {at}", "")) for at, name in enumerate(found, 1)]
    named = [name for name, field in header if field]
    needed = [name for name, _ in layout.columns if name not in layout.optional]
    if missing := [name for name in needed if name not in named]:
        _check_delimiter(text, known)
        raise UnusableFileError.because("missing-column", "Missing: " + ", ".join(missing))
    if repeated := sorted({name for name in named if named.count(name) > 1}):
        raise UnusableFileError.because("repeated-column", "Twice: " + ", ".join(repeated))
    if not layout.others_ignored and len(named) < len(header):
        unknown = ", ".join(name for name, field in header if not field)
        raise UnusableFileError.because("unknown-column", f"Not of this layout: {unknown}")
    return header


def _names(text: str, delimiter: str) -> list[str]:
    # Names are compared without their outer spaces, non-breaking ones too.
    row = next(csv.reader((text,), strict=True, delimiter=delimiter), [])
    return [" ".join(name.split()) for name in row]


def _check_delimiter(text: str, known: Container[str]) -> None:
    for delimiter in _DELIMITERS:
        if delimiter in text and any(
            part.strip(' "\r\n').casefold() in known for part in text.split(delimiter)
        ):
            raise UnusableFileError.because(
                "wrong-delimiter", "The columns are not separated by commas"
            )


def _width_error(width: int, expected: int) -> tuple[str, str]:
    reason = "too-many-columns" if width > expected else "too-few-columns"
    return reason, f"{width} columns, the header has {expected}"


def _csv_error(error: csv.Error) -> tuple[str, str]:
    if str(error).startswith("field larger"):
        return "too-long", f"a field is longer than {csv.field_size_limit()} characters"
    return "bad-quotes", "quotes do not match"


def _shown(raw: bytes) -> str:
    return raw.decode(errors="backslashreplace").replace("\x00", "\\x00")
