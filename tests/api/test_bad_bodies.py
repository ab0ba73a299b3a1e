"""What a hostile JSON body gets, at every operation that takes one: a problem, never a fault."""

import gzip
from collections.abc import AsyncIterator

import pytest

from tests.api.document import operations, request

TAKERS = [each for each in operations() if "application/json" in each.bodies and each.secured]
JSON = {"content-type": "application/json"}

# name: (body, headers, status and type that it gets)
HOSTILE = {
    "invalid UTF-8": (b'{"a": "\xff"}', JSON, 400, "invalid-json"),
    "half of a pair": (b'{"a": "\\ud800"}', JSON, 400, "invalid-json"),
    "NUL, escaped": (b'{"a": "\\u0000"}', JSON, 400, "invalid-json"),
    "NUL, raw": (b'{"a": "\x00"}', JSON, 400, "invalid-json"),
    "1e400": (b'{"a": 1e400}', JSON, 400, "invalid-json"),
    "NaN": (b'{"a": NaN}', JSON, 400, "invalid-json"),
    "minus infinity": (b'{"a": -Infinity}', JSON, 400, "invalid-json"),
    "too long a number": (b'{"a": ' + b"9" * 5_000 + b"}", JSON, 400, "invalid-json"),
    "a key twice": (b'{"a": 1, "a": 1}', JSON, 400, "invalid-json"),
    "depth 10,000": (b"[" * 10_000 + b"]" * 10_000, JSON, 400, "invalid-json"),
    "no JSON": (b"{", JSON, 400, "invalid-json"),
    "a byte order mark": (b"\xef\xbb\xbf{}", JSON, 400, "invalid-json"),
    "50 MiB": (b" " * 50 * 1024 * 1024, JSON, 413, "too-large"),
    "gzip": (
        gzip.compress(b"0" * 1_000_000),
        JSON | {"content-encoding": "gzip"},
        415,
        "unsupported-encoding",
    ),
    "another type": (b"a=b", {"content-type": "text/plain"}, 415, "unsupported-media-type"),
    "a form": (
        b"a=b",
        {"content-type": "application/x-www-form-urlencoded"},
        415,
        "unsupported-media-type",
    ),
    "no type": (b"{}", {}, 415, "unsupported-media-type"),
    "nothing": (b"", {}, 422, "invalid-request"),
    "nothing of a type": (b"", JSON, 422, "invalid-request"),
    "a list": (b"[]", JSON, 422, "invalid-request"),
    "null": (b"null", JSON, 422, "invalid-request"),
    "an unknown field": (b'{"no_such_field": 1}', JSON, 422, "invalid-request"),
}


async def endless() -> AsyncIterator[bytes]:
    for _ in range(50):
        yield b" " * 1024 * 1024


@pytest.mark.parametrize("operation", TAKERS, ids=lambda each: each.id)
async def test_a_hostile_body_gets_a_problem(holding, operation):
    """All of them, without a length too, one after the other: making a caller costs the most."""
    asked = request(operation)
    asked.pop("json")
    client, credential = await holding(operation)
    held = asked["headers"] | credential
    cases = HOSTILE | {"no length": (endless(), JSON, 413, "too-large")}
    for name, (body, headers, status, slug) in cases.items():
        answer = await client.request(**asked | {"content": body, "headers": held | headers})
        told = (answer.status_code, answer.json()["type"], answer.headers["content-type"])
        assert told == (status, f"/problems/{slug}", "application/problem+json"), name
    for kind in ("application/merge-patch+json", "APPLICATION/JSON; charset=utf-8"):
        named = held | {"content-type": kind}
        answer = await client.request(**asked | {"content": b"[]", "headers": named})
        assert answer.status_code == 422, kind
