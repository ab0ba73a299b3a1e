from collections.abc import Iterator
from typing import Any, Final

from orjson import dumps

_COUNT = {"type": "integer", "minimum": 0}


_TEXT = {"type": "string"}


def _header(
    description: str, example: object, *, always: bool = True, schema: dict[str, Any] = _TEXT
) -> dict[str, Any]:
    return {"description": description, "required": always, "schema": schema, "example": example}


# What refuses a request before it is counted tells no limit.
ALL: Final[dict[str, Any]] = {
    "X-Request-ID": _header("The request's id: yours if you sent one, else ours.", "5f1d7a0c9b"),
    "RateLimit-Policy": _header(
        "Requests allowed in a minute.", '"default";q=6000;w=60', always=False
    ),
    "RateLimit": _header(
        "Requests left, and seconds to a new minute.", '"default";r=5999;t=42', always=False
    ),
    "Retry-After": _header("Seconds to wait before trying again.", 1, schema=_COUNT),
    "WWW-Authenticate": _header("The credential that is wanted.", "Bearer"),
    "ETag": _header("The version read; send it as `If-Match` with a change.", '"1"'),
    "Location": _header("Where the new resource is.", "/v1/..."),
    "Idempotency-Replayed": _header(
        "There where an earlier request with this `Idempotency-Key` did the work.",
        "true",
        always=False,
    ),
}
_BY_STATUS: Final = {
    "201": ("Location", "Idempotency-Replayed"),
    "401": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}


def names(status: str, *, limited: bool, versioned: bool) -> Iterator[str]:
    """Name the headers that an answer with this status has."""
    yield "X-Request-ID"
    if limited:
        yield from ("RateLimit-Policy", "RateLimit")
    if versioned:
        yield "ETag"
    yield from _BY_STATUS.get(status, ())


def refer(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def used(document: dict[str, Any]) -> dict[str, Any]:
    """Give the headers that a document refers to."""
    text = dumps(document)
    return {name: told for name, told in ALL.items() if f'/headers/{name}"'.encode() in text}
