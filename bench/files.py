"""How many rows of a daily file a second are taken in, and in how much memory."""

import asyncio
import csv
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import asyncpg

from bench import cpu, load, seed
from bench.effort import Effort
from bench.results import Goal, Report
from bench.stand import WORK, Stand

NOTE = (
    "`everyvoice import feedback FILE --layout iwgc_daily --apply`, from its start. A file is taken"
    " in when every row is read, validated, compared and stored in the inbox, and its job says so;"
    " from there rows go on like any event, at the rate of the worker's goal. They are counted when"
    " the command has drained them too, by itself. Microseconds are the command's"
    " processor time, all told."
)
TITLE = "Files: rows taken in"
PEER = "none: the goals are a rate and a growth"
DATABASE = "bench_files"
HEADER = (
    "source_review_id",
    "version",
    "submitted_at",
    "experience_month",
    "location_code",
    "channel",
    "collection_point",
    "respondent_type",
    "fft_answer",
    "item_ratings",
    "comment_good",
    "comment_better",
    "publication_status",
    "consent_public",
    "language",
    "easy_read",
    "ethnic_category",
    "age_band",
    "gender",
    "disability",
    "sexual_orientation",
    "religion",
    "carer",
)
_DONE = "SELECT count(*) FROM job WHERE status = 'done'"
_COUNTED = "SELECT count(*) FROM feedback_response"
_ANSWERS = ("very_good", "very_good", "good", "poor", "dont_know")
_LOOK = 0.05
_PATIENCE = 900.0


def rows(count: int, *, first: int = 1, teams: int = 40) -> Iterator[tuple[str, ...]]:
    """Make the rows of an iwgc_daily file, every one good."""
    for number in range(first, first + count):
        good = "" if number % 3 == 0 else f"Everyone was kind, and explained it well; {number}."
        better = 'They said "soon", and it took a week.' if number % 5 == 0 else ""
        yield (
            f"file-{number}",
            "1",
            f"2026-{number % 3 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:12:40Z",
            "2026-03",
            f"LOC-T{number % teams + 1}",
            ("sms", "online", "tablet", "paper")[number % 4],
            "after_discharge",
            "patient",
            _ANSWERS[number % 5],
            "involved:5;listened:4",
            good,
            better,
            "published",
            "true",
            "en",
            "false",
            "ABCHM"[number % 5],
            ("25-34", "35-44", "55-64")[number % 3],
            "12"[number % 2],
            "05" if number % 7 == 0 else "",
            "1",
            "C",
            "false",
        )


def write(file: Path, count: int, *, first: int = 1) -> Path:
    with file.open("w", newline="") as to:
        writer = csv.writer(to)
        writer.writerow(HEADER)
        writer.writerows(rows(count, first=first))
    return file


class Taken(NamedTuple):
    """Seconds until a file is stored and counted, peak of memory, processor time of a row."""

    rows: int
    stored: float
    seconds: float
    peak: float
    own_us: float


async def run(stand: Stand, effort: Effort) -> Report:
    await stand.database(DATABASE)
    connection = await stand.connect(DATABASE)
    await seed.organisation(connection, 40)
    found = []
    for count in effort.file_rows:
        before = await connection.fetchval(_COUNTED)
        file = write(WORK / "daily.csv", count, first=before + 1)
        began = time.perf_counter()
        stored, peak, spent = await _import(stand, connection, file)
        taken = time.perf_counter() - began
        if await connection.fetchval(_COUNTED) != before + count:
            raise load.LoadError("the file's rows are not all counted")
        found.append(Taken(count, stored, taken, peak, 1000 * spent / count))
    await connection.close()
    return _report(found)


async def _import(
    stand: Stand, connection: asyncpg.Connection, file: Path
) -> tuple[float, float, float]:
    """Run the command; gives seconds until all is stored, peak memory in MiB, processor ms.

    The latter are read while it runs: what the system tells afterwards holds the memory of this
    process too, which it began as.
    """
    words = ("import", "feedback", str(file), "--layout", "iwgc_daily", "--apply")
    before = await connection.fetchval(_DONE)
    process = stand.command(DATABASE, *words)
    stored, peak, spent, began = 0.0, 0.0, 0.0, time.perf_counter()
    while process.poll() is None:
        if not stored and await connection.fetchval(_DONE) > before:
            stored = time.perf_counter() - began
        peak, spent = max(peak, cpu.peak_mib(process.pid)), max(spent, cpu.since({}, process.pid))
        await asyncio.sleep(_LOOK)
        if time.perf_counter() - began > _PATIENCE:
            process.kill()
    if process.returncode:
        raise load.LoadError(f"everyvoice import ended with {process.returncode}")
    return stored or time.perf_counter() - began, peak, spent


def _report(found: list[Taken]) -> Report:
    small, large = found
    rate, growth = large.rows / large.stored, large.peak - small.peak
    lines = [
        (
            f"{each.rows:,}",
            f"{each.stored:.1f}",
            f"{each.rows / each.stored:,.0f}",
            f"{each.rows / each.seconds:,.0f}",
            f"{each.peak:.0f}",
            f"{each.own_us:.0f}",
        )
        for each in found
    ]
    goals = [
        Goal("rows/s of the long file, taken in", ">= 10,000", f"{rate:,.0f}", rate >= 10_000),
        Goal("growth of memory to the long file", "< 64 MiB", f"{growth:.0f} MiB", growth < 64),
    ]
    header = (
        "Rows",
        "Taken in (s)",
        "Rows/s taken in",
        "Rows/s counted too",
        "Peak (MiB)",
        "Command us a row",
    )
    return Report(TITLE, PEER, header, lines, goals, (NOTE,))
