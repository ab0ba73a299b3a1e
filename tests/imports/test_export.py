"""A trust's export: one row a question, the rows of a respondent join into one response."""

import csv
from pathlib import Path

import pytest

HEADER = (
    "Comment ID,Respondent ID,Date,Service type 1,Service type 2,FFT categorical answer,"
    "FFT question,FFT answer"
)
GOOD, BETTER = "What was good?", "What could we do better?"
SHARED = Path(__file__).resolve().parents[3] / "shared/data/fft_comments_nhft_2021_22.csv"
ANSWERS = ("very_good", "good", "neither_good_nor_poor", "poor", "very_poor", "dont_know")


def row(
    who: str, question: str = GOOD, comment: str = "Kind", answer: int | str = 1, day: str = ""
) -> str:
    return f'x,{who},{day or "23/06/2021"},Adult,City,{answer},{question},"{comment}"'


def export(*rows: str) -> str:
    return "\r\n".join((HEADER, *rows)) + "\r\n"


async def comments(files) -> list:
    return await files.rows(
        "SELECT source_review_id, fft_answer, raw_answer, comment_good, comment_better"
        " FROM feedback_response ORDER BY 1"
    )


@pytest.fixture
async def mapped(given):
    team = await given.team()
    await given.location(team, "Adult / City", source="fft_export")
    await given.location(team, "Unknown", source="fft_export")


@pytest.mark.usefixtures("mapped")
async def test_the_two_rows_of_a_respondent_make_one_response(files):
    found = await files.result(
        export(
            row("a"),
            row("b", BETTER, "Parking", 7),
            row("a", BETTER, "Did not answer"),
            row("c", GOOD, "\u00a0Fine\u00a0", 6).replace("Adult,City", "Unknown,\u00a0"),
        ),
        "fft_export",
    )
    assert (found["rows"], found["stored"], found["waiting"]) == (4, 4, 0)
    assert await comments(files) == [
        ("a", "very_good", None, "Kind", None),
        ("b", None, "7", None, "Parking"),
        ("c", "dont_know", None, "Fine", None),
    ]


@pytest.mark.usefixtures("mapped")
async def test_rows_that_do_not_fit_their_respondent_are_rejected(files):
    found = await files.result(
        export(
            row("a"),
            row("a", BETTER, "Parking", 2),
            row("a", GOOD, "Again"),
            row("a", BETTER, "Buses"),
        ),
        "fft_export",
    )
    assert (found["stored"], found["rejected"]) == (2, 2)
    assert await files.rejected() == [(3, "rows-disagree"), (4, "question-answered-twice")]
    assert await comments(files) == [("a", "very_good", None, "Kind", "Buses")]


@pytest.mark.usefixtures("mapped")
async def test_a_later_export_changes_what_it_tells_otherwise(files):
    await files.result(export(row("a"), row("b")), "fft_export")
    found = await files.result(export(row("a", comment="Very kind"), row("b")), "fft_export")
    assert (found["stored"], found["unchanged"], found["extra"]) == (1, 1, 0)
    assert [line[3] for line in await comments(files)] == ["Very kind", "Kind"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row("b", answer=9), "unknown-answer"),
        (row("b", question="Why?"), "unknown-question"),
        (row("b", day="31/02/2021"), "bad-date"),
        (row("b", day="01/01/1999"), "date-before-2000"),
        (row("b", day="01/01/2099"), "date-in-future"),
        (row(""), "missing-value"),
        (row("b", day=" "), "missing-value"),
        (row("b" * 201), "too-long"),
        (row("b") + ",more", "too-many-columns"),
        ("b,c", "too-few-columns"),
        (row("b\x00"), "nul-character"),
        (row("b").replace("City", 'Ci"ty"'), None),
        (row("b").replace('"Kind"', '"Ki"nd'), "bad-quotes"),
        (row("b", comment="x" * 100_001), "too-long"),
        (row("b", comment="x" * 200_000), "too-long"),
        (row("b").replace("Kind", "K\udcffnd"), "not-utf8"),
    ],
)
@pytest.mark.usefixtures("mapped")
async def test_a_bad_row_is_rejected_with_its_reason_and_no_good_one_is_lost(files, bad, reason):
    content = export(row("a"), bad, row("z")).encode("utf-8", "surrogateescape")
    found = await files.result(content, "fft_export")
    assert [line[0] for line in await comments(files)][::2] in (["a", "z"], ["a"], ["a", "b"])
    assert found["rejected"] == (0 if reason is None else 1)
    if reason is not None:
        assert await files.rejected() == [(3, reason)]
        assert found["stored"] == 2


def independently() -> tuple[int, dict[str, list[int]]]:
    """Recompute the figures from the file, by month, with nothing of the service."""
    respondents: dict[str, tuple[str, int]] = {}
    rows = 0
    with SHARED.open(encoding="utf-8", newline="") as source:
        for line in csv.DictReader(source):
            rows += 1
            _, month, year = line["Date"].split("/")
            found = (f"{year}-{month}", int(line["FFT categorical answer"]))
            assert respondents.setdefault(line["Respondent ID"], found) == found
    months: dict[str, list[int]] = {}
    for month, answer in respondents.values():
        counts = months.setdefault(month, [0] * 7)
        counts[answer - 1] += 1
    return rows, months


@pytest.mark.skipif(not SHARED.exists(), reason="the folder ../shared is not beside this one")
async def test_the_real_export_is_accounted_for_and_its_figures_are_right(
    files, given, client, as_
):
    rows, months = independently()
    content = SHARED.read_bytes()
    waiting = await files.result(content, "fft_export", dry_run=True)
    assert waiting["rows"] == waiting["waiting"] + waiting["rejected"] == rows
    team = await given.team()
    async with files.sessions() as session:
        await session.commit()
    for code in await codes(content):
        await given.location(team, code, source="fft_export")
    found = await files.result(content, "fft_export")
    assert (found["rows"], found["stored"] + found["rejected"]) == (rows, rows)
    assert (found["rejected"], found["waiting"]) == (0, 0)
    again = await files.result(content, "fft_export")
    assert (again["stored"], again["unchanged"]) == (0, rows)
    headers = await as_("feedback:read", "feedback:read:small_numbers")
    answer = await client.get("/v1/feedback/summary?by=month", headers=headers)
    told = {
        item["key"]: [*(item[name] for name in ANSWERS), item["unanswered"]]
        for item in answer.json()["items"]
    }
    assert told == months
    positive = {item["key"]: item["pct_positive"] for item in answer.json()["items"]}
    for month, counts in months.items():
        assert abs(positive[month] - 100 * sum(counts[:2]) / sum(counts[:6])) <= 0.05 + 1e-9
    assert min(months) == "2021-06"


async def codes(content: bytes) -> set[str]:
    """The locations that the file names, read by nothing of the service."""
    found = set()
    for line in csv.DictReader(content.decode().splitlines(keepends=True)):
        parts = [" ".join(line[f"Service type {n}"].split()) for n in (1, 2)]
        told = [part for part in parts if part and part.casefold() not in ("unknown", "null")]
        found.add(" / ".join(told) or "Unknown")
    return found
