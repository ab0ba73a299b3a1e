"""A multipart form read as it comes: the file in pieces, the small fields whole."""

from collections.abc import AsyncIterator
from typing import Any, Final, NamedTuple

from fastapi import HTTPException
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

FILE: Final = "file"
_LONGEST_FIELD: Final = 1_000
_MOST_FIELDS: Final = 10


class Piece(NamedTuple):
    """Bytes of a field; those of the file come in pieces, all others at once."""

    name: str
    data: bytes


async def pieces(request: Request, most: int = _MOST_FIELDS) -> AsyncIterator[Piece]:
    """Give what a form of at most so many fields holds, in the order it is sent, in bounded memory.

    Raises HTTPException: 415 where it is no such form, 400 where it is cut off or malformed.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        raise HTTPException(415)
    reading = _Reading(most)
    try:
        parser = MultipartParser(options.get(b"boundary") or b"", reading.callbacks())
        async for data in request.stream():
            parser.write(data)
            for piece in reading.given():
                yield piece
    except (FormParserError, ClientDisconnect):
        raise HTTPException(400) from None
    if not reading.ended:
        raise HTTPException(400)


class _Reading:
    """What the parser told and nobody took yet."""

    def __init__(self, most: int) -> None:
        self.ended = False
        self._most = most
        self._ready: list[Piece] = []
        self._header = self._value = b""
        self._name = ""
        self._data = b""
        self._fields = 0

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def given(self) -> list[Piece]:
        ready, self._ready = self._ready, []
        return ready

    def _begin(self) -> None:
        self._name, self._data = "", b""
        self._fields += 1
        if self._fields > self._most:
            raise FormParserError

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._header = self._value = b""

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == FILE:
            self._ready.append(Piece(FILE, data[start:end]))
            return
        self._data += data[start:end]
        if len(self._data) > _LONGEST_FIELD:
            raise FormParserError

    def _part_end(self) -> None:
        # A file's end is told too, so that an empty file is one.
        self._ready.append(Piece(self._name, self._data))

    def _end(self) -> None:
        self.ended = True
