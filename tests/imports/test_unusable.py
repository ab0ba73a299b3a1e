"""Files that cannot be taken as a whole: a clear reason, and nothing of them applied."""

import gzip

import pytest

from app.domain.feedback.errors import UnusableFileError
from app.imports import splitting
from tests.imports.test_daily import HEADER, daily, line

GOOD = daily(line("a"), line("b"))
BAD = {
    "empty-file": [b"", b"\n\r\n"],
    "no-rows": [HEADER.encode(), HEADER.encode() + b"\r\n\r\n"],
    "not-utf8": [gzip.compress(GOOD.encode()), GOOD.encode("utf-16"), b'"a"b,c\n1,2\n'],
    "wrong-delimiter": [GOOD.replace(",", d).encode() for d in ";\t|"],
    "missing-column": [b"source_review_id,version\na,1\n", b"\x00\n\x00\n"],
    "repeated-column": [(HEADER + ",version\n" + line("a") + ",2\n").encode()],
    "unknown-column": [(HEADER + ",shoe_size\n" + line("a") + ",43\n").encode()],
    "unclosed-quote": [(GOOD + 'c,"1\n').encode()],
    "record-too-long": [
        (GOOD + 'c,"' + "x\n" * splitting.LONGEST_RECORD).encode(),
        (GOOD + "c," + "x" * splitting.LONGEST_RECORD).encode() + b"\n",
        (GOOD + "c," + "x" * splitting.LONGEST_RECORD).encode(),
    ],
}
EACH = [pytest.param(code, data, id=code) for code, several in BAD.items() for data in several]


def code_of(problem: dict) -> str:
    (item,) = problem["errors"]
    return item["code"]


@pytest.mark.parametrize(("code", "data"), EACH)
async def test_an_unusable_file_is_refused_or_fails_its_job_and_applies_nothing(files, code, data):
    try:
        job_id = await files.take(data, "iwgc_daily")
    except UnusableFileError as error:
        problem = error.extra
    else:
        job = await files.run(job_id)
        problem = job.problem
        assert (job.status, job.result, problem["status"]) == ("failed", None, 422)
        # Asked again, it does nothing more.
        assert (await files.run(job_id)).version == job.version
    assert code_of(problem) == code
    for table in ("inbox_event", "feedback_import_row", "feedback_import_chunk"):
        assert await files.rows(f"SELECT count(*) FROM {table}") == [(0,)]


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
async def test_a_bom_and_any_line_ends_are_no_fault(files, ending):
    content = GOOD.replace("\n", ending).replace(ending, "\r\n", 1) + "\n\n" + line("c")
    found = await files.result(b"\xef\xbb\xbf" + content.encode(), "iwgc_daily")
    assert (found["rows"], found["stored"]) == (3, 3)


async def test_an_unclosed_quote_far_behind_leaves_nothing_applied(files, monkeypatch):
    content = daily(*(line(f"r{n}") for n in range(20_000))) + 'x,"1\n'
    job = await files.run(await files.take(content, "iwgc_daily"))
    assert (job.status, code_of(job.problem)) == ("failed", "unclosed-quote")
    assert await files.rows("SELECT count(*) FROM inbox_event") == [(0,)]
    assert await files.rejected() == []
