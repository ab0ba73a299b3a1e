"""The one reader of JSON that comes from outside.

The standard reader takes duplicate keys, NaN, infinities, numbers that overflow to infinity, NUL
characters and lone surrogates; PostgreSQL or a later reader then fails or disagrees.
"""

import json
from typing import Any, NoReturn

MAX_DEPTH = 64


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
