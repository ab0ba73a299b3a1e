"""The one reader of JSON that comes from outside.

The standard reader takes duplicate keys, NaN, infinities, numbers that overflow to infinity, NUL
characters and lone surrogates; PostgreSQL or a later reader then fails or disagrees.
"""

import json
from typing import Any, NoReturn

import orjson

MAX_DEPTH = 64
_UNSURE = object()
_LARGE = 2.0**63  # the fast reader gives whole numbers from there on as floats


class JsonError(ValueError):
    """The text is not JSON that we take; `code` is stable, the message names no content."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def loads(raw: bytes) -> Any:
    """Read one JSON document, strictly.

    Raises JsonError: `not-utf8`, `not-json`, `too-deep`, `duplicate-key`, `not-a-number`,
    `number-too-large`, `bad-character`.
    """
    quick = _quick(raw)
    if quick is not _UNSURE:
        return quick
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonError("not-utf8", "the body is not UTF-8") from None
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise JsonError("too-deep", f"nested deeper than {MAX_DEPTH}") from None
    except JsonError:
        raise
    except ValueError:
        raise JsonError("not-json", "the body is not JSON") from None
    _walk(value, escaped="\\u" in text)
    return value


def _quick(raw: bytes) -> Any:
    """Read what is strict beyond doubt by the fast reader; the rest is for the slow one to judge.

    Without a backslash each quote mark begins or ends a text. The fast reader keeps one of two
    equal keys, so that the texts it gives are then fewer than the quote marks tell.
    """
    if b"\\" in raw:
        return _UNSURE
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _UNSURE
    return value if 2 * _texts(value) == raw.count(b'"') else _UNSURE


def _texts(value: Any) -> int:
    """Count the texts in a value, keys too; -1 where depth or a number leaves doubt."""
    level, found = [value], 0
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is str:
                found += 1
            elif kind is dict:
                found += len(item)
                below += item.values()
            elif kind is list:
                below += item
            elif kind is float and not -_LARGE < item < _LARGE:
                return -1
        if not below:
            return found
        level = below
    return -1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonError("duplicate-key", "an object names a key twice")
    return found


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise JsonError("number-too-large", "a number is out of range")
    return value


def _constant(_: str) -> NoReturn:
    raise JsonError("not-a-number", "NaN and infinities are not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_constant=_constant
)


def _walk(value: Any, *, escaped: bool) -> None:
    """Refuse depth and, where the text has escapes, characters that no database takes."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH and not all(type(item) is str for item in level):
            raise JsonError("too-deep", f"nested deeper than {MAX_DEPTH}")
        below: list[Any] = []
        for item in level:
            if type(item) is dict:
                below.extend(item.values())
                if escaped:
                    below.extend(item)
            elif type(item) is list:
                below.extend(item)
            elif escaped and type(item) is str:
                _check(item)
        level = [item for item in below if type(item) in (dict, list, str)]


def _check(text: str) -> None:
    if "\x00" in text:
        raise JsonError("bad-character", "a text holds a NUL character")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise JsonError("bad-character", "a text holds half of a character pair") from None
