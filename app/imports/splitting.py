"""From bytes to the records of a CSV file, in bounded memory, without reading their fields."""

import re
from typing import Final, NamedTuple

from app.domain.feedback.errors import UnusableFileError

LONGEST_RECORD: Final = 1024 * 1024

# A quote opens a field only where the field begins, and closes it only where no second one
# follows. Possessive, so that no text makes them go back.
_FIELD: Final = rb'(?:"(?:[^"]++|"")*+"[^,]*+|(?!")[^,]*+)'
_FIRST: Final = re.compile(_FIELD)
_REST: Final = re.compile(rb"(?:," + _FIELD + rb")*+")
_CLOSING: Final = re.compile(rb'(?:[^"]++|"")*+"(?!")[^,]*+')


class Record(NamedTuple):
    """One record as it stands in the file, its line end included; `line` counts from one."""

    line: int
    raw: bytes


class Splitter:
    """Cuts a file that comes in pieces into records; line ends of any kind, mixed too.

    Raises UnusableFileError where a quote is never closed, or so late that nobody could tell
    where the next record begins.
    """

    def __init__(self) -> None:
        self._rest = b""  # of a line whose end has not come
        self._open: list[bytes] = []  # lines of a record within a quoted field
        self._size = 0
        self._line = 1  # of the record that comes next
        self._ahead = 0  # lines of it so far

    def feed(self, piece: bytes, *, last: bool = False) -> list[Record]:
        """Give the records that end in this piece."""
        data = self._rest + piece
        lines = data.splitlines(keepends=True)
        self._rest = b""
        # A CR may be half of a CRLF whose other half is still to come.
        if not last and lines and not lines[-1].endswith(b"\n"):
            self._rest = lines.pop()
        found = [record for line in lines if (record := self._take(line)) is not None]
        if self._size + len(self._rest) > LONGEST_RECORD:
            raise self._endless()
        if last and self._open:
            raise UnusableFileError.because(
                "unclosed-quote", f"The quote that opens in line {self._line} is never closed"
            )
        return found

    def _take(self, line: bytes) -> Record | None:
        if not self._open and b'"' not in line:
            record = Record(self._line, line)
            self._line += 1
            if len(line) > LONGEST_RECORD:
                raise self._endless()
            return record
        self._size += len(line)
        if self._size > LONGEST_RECORD:
            raise self._endless()
        opened = _still_open(line, within=bool(self._open))
        self._open.append(line)
        self._ahead += 1
        if opened:
            return None
        record = Record(self._line, b"".join(self._open))
        self._line += self._ahead
        self._open, self._size, self._ahead = [], 0, 0
        return record

    def _endless(self) -> UnusableFileError:
        return UnusableFileError.because(
            "record-too-long",
            f"The record in line {self._line} is longer than {LONGEST_RECORD} bytes;"
            " is a quote not closed?",
        )


def _still_open(line: bytes, *, within: bool) -> bool:
    """Tell whether a quoted field goes on behind the end of this line."""
    start = _CLOSING.match(line) if within else _FIRST.match(line)
    if start is None:
        return True
    rest = _REST.match(line, start.end())
    return rest is None or rest.end() < len(line)
