"""How many rows of a daily file a second are taken in, and in how much memory."""

import asyncio
import csv
import os
import time
from collections.abc import Iterator
from pathlib import Path

from bench import load, seed
from bench.effort import Effort
from bench.results import Goal, Report
from bench.stand import WORK, Stand

NOTE = (
    "`everyvoice import feedback FILE --layout iwgc_daily --apply` beside a worker: every row is"
    " validated, stored in the inbox, applied and counted."
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
_COUNTED = "SELECT count(*) FROM feedback_response"
_ANSWERS = ("very_good", "very_good", "good", "poor", "dont_know")
_PATIENCE = 600.0


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


async def run(stand: Stand, effort: Effort) -> Report:
    await stand.database(DATABASE)
    connection = await stand.connect(DATABASE)
    await seed.organisation(connection, 40)
    found = []
    with stand.worker(DATABASE):
        for count in effort.file_rows:
            before = await connection.fetchval(_COUNTED)
            file = write(WORK / "daily.csv", count, first=before + 1)
            began = time.perf_counter()
            peak = await _import(stand, file)
            taken = time.perf_counter() - began
            while await connection.fetchval(_COUNTED) < before + count:
                await asyncio.sleep(0.05)
                if time.perf_counter() - began > _PATIENCE:
                    raise load.LoadError("the file's rows did not all arrive")
            found.append((count, taken, time.perf_counter() - began, peak))
    await connection.close()
    return _report(found)


async def _import(stand: Stand, file: Path) -> float:
    """Run the command to its end; gives its peak of memory in MiB."""
    words = ("import", "feedback", str(file), "--layout", "iwgc_daily", "--apply")
    process = stand.command(DATABASE, *words)
    told = await asyncio.to_thread(process.stderr.read) if process.stderr else b""
    _, status, used = await asyncio.to_thread(os.wait4, process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise load.LoadError(f"everyvoice import ended with {process.returncode}\n{told.decode()}")
    return used.ru_maxrss / 1024


def _report(found: list[tuple[int, float, float, float]]) -> Report:
    (_, _, _, small), (count, _, whole, large) = found
    rate, growth = count / whole, large - small
    lines = [
        (f"{c:,}", f"{taken:.1f}", f"{whole:.1f}", f"{c / whole:,.0f}", f"{peak:.0f}")
        for c, taken, whole, peak in found
    ]
    goals = [
        Goal("rows/s of the long file", ">= 10,000", f"{rate:,.0f}", rate >= 10_000),
        Goal("growth of memory to the long file", "< 64 MiB", f"{growth:.0f} MiB", growth < 64),
    ]
    return Report(
        TITLE,
        PEER,
        ("Rows", "Command (s)", "Until counted (s)", "Rows/s", "Peak of memory (MiB)"),
        lines,
        goals,
        (NOTE,),
    )
