import json
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.feedback.errors import UnusableFileError
from app.imports.layouts import IWGC_DAILY
from app.imports.reader import Reader, Rejected
from tests.imports.test_daily import HEADER, daily, line

TODAY = date(2026, 6, 1)


def read(content: bytes) -> list:
    return Reader(IWGC_DAILY, TODAY).rows(content, last=True)


def one(**cells: str):
    """Read one row with these cells, all others as they should be."""
    start = {"source_review_id": "a", "submitted_at": "2026-03-01", "location_code": "X"}
    row = start | {"fft_answer": ""} | cells
    (found,) = read(f"{','.join(row)}\n{','.join(row.values())}\n".encode())
    return found


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("submitted_at", "2026-03-01", "2026-03-01T12:00:00+00:00"),
        ("submitted_at", "2026-05-01T00:30:00", "2026-04-30T23:30:00+00:00"),
        ("submitted_at", "2026-03-01T10:00:00+01:00", "2026-03-01T09:00:00+00:00"),
        ("channel", "In-Person", "in_person"),
        ("channel", " n/a ", None),
        ("location_code", " A  B ", "A B"),
        ("fft_answer", " ", None),
        ("fft_answer", "Very good", "very_good"),
        ("easy_read", "Yes", True),
        ("easy_read", "0", False),
        ("easy_read", " ", None),
        ("item_ratings", "a:b:5", [{"item": "a:b", "stars": 5}]),
        ("item_ratings", " ", None),
        ("comment_good", "a\x07b\u00a0", "ab"),
        ("comment_good", "\x07", None),
        ("language", "NULL", None),
    ],
)
def test_a_cell_is_read_by_the_rules_of_its_column(column, cell, told):
    found = one(**{column: cell})
    assert json.loads(found.good.head + "}").get(column) == told


@pytest.mark.parametrize(
    ("column", "cell", "reason", "detail"),
    [
        ("submitted_at", " ", "missing-value", "submitted_at"),
        ("submitted_at", "yesterday!", "bad-date", "submitted_at"),
        ("submitted_at", "0001-01-01T00:00:00+23:59", "bad-date", "submitted_at"),
        ("submitted_at", "2026-06-02", "date-in-future", "after today"),
        ("submitted_at", "1999-12-31", "date-before-2000", "before 2000"),
        ("location_code", " ", "missing-value", "location_code"),
        ("version", "1.5", "bad-value", "version"),
        ("version", "9" * 17, "bad-value", "version: less_than_equal"),
        ("fft_answer", "7", "unknown-answer", "fft_answer"),
        ("carer", "perhaps", "bad-value", "carer"),
        ("channel", "pigeon", "bad-value", "channel: enum"),
        ("gender", "7", "bad-value", "demographics/gender: value_error"),
        ("item_ratings", "involved", "bad-value", "item_ratings"),
        ("experience_month", "2026-13", "bad-value", "experience_month: string_pattern_mismatch"),
        ("language", "x" * 36, "too-long", "language: string_too_long"),
    ],
)
def test_a_bad_cell_rejects_its_row_and_is_never_quoted(column, cell, reason, detail):
    found = one(**{column: cell})
    assert isinstance(found, Rejected)
    assert (found.line, found.reason, found.detail) == (2, reason, detail)


def test_a_version_may_be_absent():
    assert one(version=" ").good.version is None
    assert one(version=" 7 ").good.version == 7


@given(st.lists(st.integers(0, 400), max_size=6))
def test_pieces_of_any_size_give_the_same_rows(cuts):
    content = daily(line("a", comment='"kind, ""very"""'), "bad", line("b\u00e9"), "", line("c"))
    data = content.encode()
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    reader, found = Reader(IWGC_DAILY, TODAY), []
    for start, end in pairwise(places):
        found += reader.rows(data[start:end])
    assert found + reader.rows(b"", last=True) == read(data)


@pytest.mark.parametrize(
    ("pieces", "code"),
    [([b"\n", b""], "empty-file"), ([HEADER.encode(), b"\n\n", b""], "no-rows")],
)
def test_a_file_without_rows_is_unusable_though_it_comes_in_pieces(pieces, code):
    reader = Reader(IWGC_DAILY, TODAY)
    for piece in pieces[:-1]:
        assert reader.rows(piece) == []
    with pytest.raises(UnusableFileError) as raised:
        reader.rows(pieces[-1], last=True)
    assert raised.value.extra["errors"][0]["code"] == code


def test_fields_without_a_column_are_named():
    reader = Reader(IWGC_DAILY, TODAY)
    reader.rows(daily(line("a")).encode(), last=True)
    assert "channel" in reader.untold
    assert not {"version", "comment_good", "fft_answer"} & set(reader.untold)
