"""The fast reader of strict JSON gives what the slow one gives, and refuses what it refuses."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core import strict_json

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def outcome(raw: bytes) -> tuple[str, Any]:
    try:
        return "taken", repr(strict_json.loads(raw))
    except strict_json.JsonError as error:
        return "refused", error.code


def slow_outcome(raw: bytes) -> tuple[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_json, "_quick", lambda _: strict_json._UNSURE)
        return outcome(raw)


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@given(VALUES, st.booleans())
def test_both_readers_give_the_same_value(value: Any, ascii_only: bool) -> None:  # noqa: FBT001
    raw = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert outcome(raw) == slow_outcome(raw)


@given(st.binary(max_size=12) | st.text('{}[]":,.-+eE019 ntrue\\', max_size=14).map(str.encode))
@example(b'{"a":1,"a":1}')
@example(b'{"a":{"b":"c"},"a":{"b":"c"}}')
@example(b'[{"a":"","a":""}]')
@example(b"1e400")
@example(b"-1e19")
@example(b"12345678901234567890123")
@example(b"[NaN]")
@example(b'"\x00"')
@example(b'"\\u0000"')
@example(b'"\xed\xa0\x80"')
@example(b"\xef\xbb\xbf1")
@example(nested(64))
@example(nested(65))
@example(nested(2_000))
@example(b'{"a":' * 63 + b"1" + b"}" * 63)
@example(b'{"a":' * 64 + b"1" + b"}" * 64)
def test_both_readers_judge_hostile_bytes_alike(raw: bytes) -> None:
    assert outcome(raw) == slow_outcome(raw)


def test_a_plain_body_never_meets_the_slow_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "_DECODER", None)
    assert strict_json.loads(b'{"a": ["b", 1.5, null]}') == {"a": ["b", 1.5, None]}
