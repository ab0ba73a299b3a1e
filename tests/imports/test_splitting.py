import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.feedback.errors import UnusableFileError
from app.imports import splitting
from app.imports.splitting import Splitter

CELLS = st.text(st.sampled_from('ab", \r\n'), max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=3), max_size=6)


def written(rows: list[list[str]], ends: list[str]) -> bytes:
    out = StringIO()
    for row, end in zip(rows, ends, strict=False):
        csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerow(row)
    return out.getvalue().encode()


@given(ROWS, st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=6), st.data())
def test_records_are_whole_wherever_the_pieces_are_cut(rows, ends, data):
    content = written(rows, ends)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=5)))
    splitter, found = Splitter(), []
    for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True):
        found += splitter.feed(content[start:end], last=False)
    found += splitter.feed(b"", last=True)
    assert b"".join(record.raw for record in found) == content
    texts = [record.raw.decode() for record in found]
    assert [next(csv.reader([text], strict=True)) for text in texts] == rows
    lines = [1]
    for text in texts:
        lines.append(lines[-1] + len(text.encode().splitlines()))
    assert [record.line for record in found] == lines[:-1]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_splitter_or_are_lost(content):
    splitter = Splitter()
    try:
        found = splitter.feed(content[:70]) + splitter.feed(content[70:], last=True)
    except UnusableFileError as error:
        refused = error.extra["errors"][0]["code"]
        found = []
    else:
        refused = None
    assert refused in (None, "unclosed-quote")
    assert refused or b"".join(record.raw for record in found) == content


@pytest.mark.parametrize("content", [b"x" * 20, b'"' + b"\n" * 20, b"x" * 20 + b"\n"])
def test_a_record_without_end_is_given_up(content, monkeypatch):
    monkeypatch.setattr(splitting, "LONGEST_RECORD", 10)
    with pytest.raises(UnusableFileError) as raised:
        Splitter().feed(content)
    assert raised.value.extra["errors"][0]["code"] == "record-too-long"
