"""An import whose process dies goes on, and ends as if nothing had happened."""

import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.db import create_engine
from app.core.inbox import InboxEvent
from app.domain.feedback.models import FeedbackImport
from app.imports import running, taking
from app.worker import loop
from tests.conftest import scratch
from tests.factories import Given, drained, event, review
from tests.imports.conftest import Files
from tests.imports.test_daily import CODE, daily, line
from tests.imports.test_history import history

ROWS, BATCH, PIECE = 1_500, 25, 8 * 1024
FIGURES = {
    "staged": "SELECT count(*) FROM feedback_import_row",
    "entered": "SELECT entered FROM feedback_import",
}
KILLS = (("staged", 500), ("entered", 1), ("entered", 600), ("entered", 1_000))
WORKING = """
import asyncio, sys
from uuid import UUID
from sqlalchemy.ext.asyncio import async_sessionmaker
from app.core.db import create_engine
from app.imports import running

async def main(url, job_id, batch):
    running.BATCH = int(batch)
    engine = create_engine(url, "worker", pool=2, statement_ms=60_000)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    await running.run(sessions, UUID(job_id), lambda: asyncio.sleep(0.01))

asyncio.run(main(*sys.argv[1:]))
"""
FOUND = (
    "SELECT status, result FROM job",
    "SELECT source_review_id, source_version, fft_answer FROM feedback_response ORDER BY 1",
    "SELECT dimension, value, very_good, good, poor FROM feedback_monthly ORDER BY 1, 2",
    "SELECT line, reason, row FROM feedback_rejected_row ORDER BY 1",
    """SELECT kind, source_review_id, line, our_version, file_version
         FROM feedback_import_difference ORDER BY 1, 2""",
    "SELECT count(*) FROM feedback_import_row",
    "SELECT count(*) FROM feedback_import_chunk",
    "SELECT event_id, status FROM inbox_event WHERE import_id IS NOT NULL ORDER BY 1",
)


@asynccontextmanager
async def prepared(url: str):
    """Files on a database of their own, with what the feed had brought."""
    engine = create_engine(url, "worker", pool=5)
    files = Files(async_sessionmaker(engine, expire_on_commit=False))
    async with files.sessions() as session:
        await Given(session).team(code="CITY", iwgc=[CODE])
        for number in range(0, ROWS, 100):
            known = review(source_review_id=f"r{number}", fft_answer="good")
            await drained(session, event(**known))
        await drained(session, event(**review(source_review_id="extra")))
    yield files
    await engine.dispose()


@pytest.fixture
async def other_url():
    async with scratch() as url:
        yield url


@pytest.fixture
async def committed(scratch_url):
    async with prepared(scratch_url) as files:
        yield files


def content() -> str:
    answers = ("very_good", "good", "poor", "nonsense")
    return daily(*(line(f"r{n}", 1 + n % 2, answers[n % 4]) for n in range(ROWS)))


@asynccontextmanager
async def draining(files: Files):
    """Apply what comes into the inbox, as the worker beside an import does."""

    async def drain() -> None:
        while True:
            if not await loop.drain(files.sessions):
                await asyncio.sleep(0.01)

    task = asyncio.create_task(drain())
    yield
    for _ in range(1_000):
        if await files.rows("SELECT count(*) FROM inbox_event WHERE status = 'pending'") == [(0,)]:
            break
        await asyncio.sleep(0.01)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def found(files: Files) -> list:
    return [await files.rows(statement) for statement in FOUND]


def start(url: str, job_id: UUID) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", WORKING, url, str(job_id), str(BATCH)])


async def until(process: subprocess.Popen, reached) -> None:
    """Wait for a moment of the work, and kill its process in it."""
    async with asyncio.timeout(60):
        while not await reached():
            assert process.poll() is None
            await asyncio.sleep(0.002)
    process.kill()
    process.wait()


def beyond(files: Files, figure: str, count: int):
    async def reached() -> bool:
        ((found,),) = await files.rows(FIGURES[figure])
        return found > count

    return reached


async def kill_again_and_again(files: Files, url: str, job_id: UUID) -> None:
    async with draining(files):
        for figure, count in KILLS:
            await until(start(url, job_id), beyond(files, figure, count))
        last = start(url, job_id)
        async with asyncio.timeout(60):
            while last.poll() is None:
                await asyncio.sleep(0.02)
        assert last.returncode == 0


async def test_kill_9_at_any_point_ends_with_the_same_figures(
    committed, scratch_url, other_url, monkeypatch
):
    monkeypatch.setattr(taking, "PIECE", PIECE)
    await kill_again_and_again(
        committed, scratch_url, await committed.take(content(), "iwgc_daily")
    )
    assert await committed.rows("SELECT attempt FROM feedback_import") == [(len(KILLS) + 1,)]
    async with prepared(other_url) as undisturbed:
        job_id = await undisturbed.take(content(), "iwgc_daily")
        async with draining(undisturbed):
            await running.run(undisturbed.sessions, job_id, undisturbed.drain)
        ended = await found(undisturbed)
    assert await found(committed) == ended
    ((status, result),) = ended[0]
    assert status == "done"
    assert min(result[name] for name in ("stored", "rejected", "different", "extra")) > 0


async def test_one_thought_dead_writes_no_more(committed):
    job_id = await committed.take(content(), "iwgc_daily")
    async with committed.sessions.begin() as session:
        body = event(**review())
        session.add(InboxEvent(source="iwgc", event_id="msg_1", body=body, body_hash=b""))

    async def overtaken() -> None:
        async with committed.sessions.begin() as session:
            held = await session.get_one(FeedbackImport, job_id)
            held.attempt += 1

    await running.run(committed.sessions, job_id, overtaken)
    assert await committed.rows("SELECT status FROM job") == [("running",)]
    assert await committed.rows("SELECT entered FROM feedback_import") == [(0,)]


async def test_history_is_counted_once_though_its_work_was_cut_off(committed, monkeypatch):
    months = [f"20{10 + n // 12}-{n % 12 + 1:02}" for n in range(60)]
    lines = [f"CITY,{month},experience,{n},0,0,0,0,0" for n, month in enumerate(months, 1)]
    job_id = await committed.take(history(*lines), "fft_history")
    monkeypatch.setattr(running, "BATCH", 7)
    real, left = running.history.write, [3]

    async def write(*args: object):
        left[0] -= 1
        if not left[0]:
            raise ConnectionResetError
        return await real(*args)

    monkeypatch.setattr(running.history, "write", write)
    with pytest.raises(ConnectionResetError):
        await running.run(committed.sessions, job_id, committed.drain)
    job = await committed.run(job_id)
    assert (job.status, job.result["stored"], job.result["unchanged"]) == ("done", 60, 0)
    ((total,),) = await committed.rows(
        "SELECT sum(very_good) FROM feedback_monthly WHERE value = 'history'"
    )
    assert total == sum(range(1, 61))
