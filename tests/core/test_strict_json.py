import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.strict_json import MAX_DEPTH, JsonError, loads

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(value=VALUES, ascii_only=st.booleans(), indent=st.sampled_from([None, 2]))
def test_whatever_is_allowed_comes_out_equal(value, ascii_only, indent):
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert loads(raw.encode()) == json.loads(raw) == value


REFUSALS = {"not-json", "duplicate-key", "not-a-number", "number-too-large", "bad-character"}


def outcome(read, raw):
    """What a reader gives, or the code by which it refuses."""
    try:
        return read(raw)
    except JsonError as error:
        return error.code
    except ValueError:
        return "not-json"


@given(raw=st.text(st.sampled_from('{}[]":,\\u0019eE+-.truefalsn \t\n\x00d8'), max_size=24))
def test_what_the_standard_reader_refuses_is_refused(raw):
    found, expected = outcome(loads, raw.encode()), outcome(json.loads, raw)
    if expected == "not-json":
        assert found in REFUSALS
    else:
        assert found == expected or found in REFUSALS - {"not-json"}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\xff", "not-utf8"),
        (b'"\xed\xa0\x80"', "not-utf8"),
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"\xef\xbb\xbf{}", "not-json"),
        (b"{} {}", "not-json"),
        (b"{'a': 1}", "not-json"),
        (b'"\x00"', "not-json"),
        (b"9" * 5_000, "not-json"),
        (b'{"a": 1, "a": 2}', "duplicate-key"),
        (b'[{"a": {"b": 1, "\\u0062": 1}}]', "duplicate-key"),
        (b"NaN", "not-a-number"),
        (b"[Infinity]", "not-a-number"),
        (b'{"a": -Infinity}', "not-a-number"),
        (b"1e400", "number-too-large"),
        (b"[-1e400]", "number-too-large"),
        (b'"\\u0000"', "bad-character"),
        (b'{"a\\u0000": 1}', "bad-character"),
        (b'[[{"a": ["\\u0000"]}]]', "bad-character"),
        (b'"\\ud800"', "bad-character"),
        (b'{"\\udfff": 1}', "bad-character"),
        (b"[" * 10_000, "too-deep"),
        (b"[" * 10_000 + b"]" * 10_000, "too-deep"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "too-deep"),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), "too-deep"),
    ],
)
def test_what_a_database_or_a_later_reader_would_refuse_is_refused(raw, code):
    with pytest.raises(JsonError) as refusal:
        loads(raw)
    assert refusal.value.code == code


@pytest.mark.parametrize("leaf", [b"", b"1", b'"text"', b'"\\u00e9"'])
def test_the_deepest_allowed_is_taken_whatever_it_holds(leaf):
    deep = b"[" * MAX_DEPTH + leaf + b"]" * MAX_DEPTH
    assert json.dumps(loads(deep)).encode() == deep


def test_a_whole_pair_of_halves_is_a_character():
    assert loads(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_a_refusal_never_quotes_the_text():
    with pytest.raises(JsonError) as refusal:
        loads(b'{"CANARY": 1, "CANARY": 2}')
    assert "CANARY" not in str(refusal.value)
