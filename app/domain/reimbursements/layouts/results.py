"""What came of a run's payments, read strictly from the file that a bank or finance gives back."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.reimbursements.layouts.errors import ResultFileError

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_LINES: Final = 20_000
COLUMNS: Final = ("reference", "outcome", "day", "reason_code", "amount")
_BOM: Final = b"\xef\xbb\xbf"
_AMOUNT: Final = re.compile(r"[0-9]{1,12}\.[0-9]{2}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REASON: Final = re.compile(r"[A-Za-z0-9-]{1,20}")


class Outcome(StrEnum):
    PAID = "paid"
    RETURNED = "returned"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the payment of a reference; a returned one tells why by a code."""

    line: int
    reference: str
    outcome: Outcome
    day: date
    reason_code: str | None
    amount_pence: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on a line: the column and a code, never what stands there."""

    line: int
    column: str
    code: str


@dataclass(frozen=True, slots=True)
class Results:
    """What a file says, in the file's order; a line with an error is among none of the others."""

    paid: tuple[Result, ...]
    returned: tuple[Result, ...]
    unknown: tuple[Result, ...]
    errors: tuple[Fault, ...]


class _LineError(Exception):
    def __init__(self, column: str, code: str) -> None:
        super().__init__(code)
        self.column, self.code = column, code


def read(data: bytes, expected: Mapping[str, int], *, today: date) -> Results:
    """Read a result file: CSV in UTF-8 with the columns of COLUMNS, in any order.

    `expected` gives the run's payments, pence by our reference. Days are YYYY-MM-DD, amounts
    pounds with two decimals. Raises ResultFileError for what is no line's fault: `empty-file`,
    `too-large`, `too-many-lines`, `not-utf8`, `nul-character`, `wrong-columns`, `bad-quotes`.
    """
    lines = iter(_lines(_text(data)))
    _, names = next(lines, (0, []))
    header = [" ".join(name.split()).casefold() for name in names]
    if sorted(header) != sorted(COLUMNS):
        raise _unusable("wrong-columns", f"The columns are: {', '.join(COLUMNS)}")
    reading = _Reading(header, expected, today)
    errors: list[Fault] = []
    for line, cells in lines:
        try:
            reading.take(line, cells)
        except _LineError as error:
            errors.append(Fault(line, error.column, error.code))
    found = reading.found
    if not found and not errors:
        raise _unusable("empty-file", "The file has no lines beside its header")
    return Results(
        _of(found, Outcome.PAID),
        _of(found, Outcome.RETURNED),
        _of(found, Outcome.UNKNOWN),
        tuple(errors),
    )


def _of(found: Mapping[str, Result], outcome: Outcome) -> tuple[Result, ...]:
    return tuple(each for each in found.values() if each.outcome is outcome)


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise _unusable("too-large", f"More than {MOST_BYTES} bytes")
    if not data.strip():
        raise _unusable("empty-file", "The file is empty")
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        raise _unusable("not-utf8", "The file is not UTF-8: save it as CSV UTF-8") from None
    if "\x00" in text:
        raise _unusable("nul-character", "The file holds NUL characters: save it as CSV UTF-8")
    return text


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give each line that is not blank, with its number in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if reader.line_num > MOST_LINES + 1:
                raise _unusable("too-many-lines", f"More than {MOST_LINES} lines and a header")
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error:
        detail = f"Quotes do not match on line {reader.line_num}, or it is too long"
        raise _unusable("bad-quotes", detail) from None


class _Reading:
    """The lines of one file as they are taken; a reference is taken once."""

    def __init__(self, header: Sequence[str], expected: Mapping[str, int], today: date) -> None:
        self._header, self._expected, self._today = header, expected, today
        self.found: dict[str, Result] = {}

    def take(self, line: int, cells: Sequence[str]) -> None:
        """Keep what a line says; raises _LineError."""
        if len(cells) != len(self._header):
            raise _LineError("", "width")
        told = {name: cell.strip() for name, cell in zip(self._header, cells, strict=True)}
        reference, outcome = told["reference"], told["outcome"].casefold()
        if reference not in self._expected:
            raise _LineError("reference", "unknown_reference")
        if reference in self.found:
            raise _LineError("reference", "duplicate_reference")
        if outcome not in set(Outcome):
            raise _LineError("outcome", "unknown_outcome")
        amount = _pence(told["amount"])
        if amount != self._expected[reference]:
            raise _LineError("amount", "amount_differs")
        reason = _reason(told["reason_code"], Outcome(outcome))
        day = _day(told["day"], self._today)
        self.found[reference] = Result(line, reference, Outcome(outcome), day, reason, amount)


def _pence(told: str) -> int:
    if not _AMOUNT.fullmatch(told):
        raise _LineError("amount", "bad_amount")
    return int(told.replace(".", ""))


def _day(told: str, today: date) -> date:
    if not _DAY.fullmatch(told):
        raise _LineError("day", "bad_day")
    try:
        day = date.fromisoformat(told)
    except ValueError:
        raise _LineError("day", "bad_day") from None
    if day > today:
        raise _LineError("day", "in_future")
    return day


def _reason(told: str, outcome: Outcome) -> str | None:
    if told and not _REASON.fullmatch(told):
        raise _LineError("reason_code", "bad_reason")
    if outcome is Outcome.RETURNED and not told:
        raise _LineError("reason_code", "missing")
    if outcome is Outcome.PAID and told:
        raise _LineError("reason_code", "not_for_paid")
    return told or None


def _unusable(code: str, detail: str) -> ResultFileError:
    return ResultFileError.because(code, detail)
