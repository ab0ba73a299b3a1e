import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core import jobs
from app.core.db import create_engine
from app.core.inbox import InboxEvent
from app.core.jobs import Job
from app.core.statement import open_pool
from app.imports.taking import KIND
from app.worker import loop, queue
from app.worker.topics import feedback_imports, retention
from tests.factories import Given, event, review
from tests.imports.conftest import Files
from tests.imports.test_daily import CODE, daily, line

NO_PAUSE = loop.Pace(idle=0.005, back_off=0.005)
QUEUED = text("SELECT entrypoint, payload, status::text FROM jobs.pgqueuer ORDER BY id")


@pytest.fixture
async def committed(scratch_url):
    """Sessions that commit, on a database of the test's own."""
    engine = create_engine(scratch_url, "worker", pool=3)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
async def drain(scratch_url, committed):
    """Run the queue until it is empty."""
    pool = await open_pool(scratch_url, "worker", size=4, statement_ms=5_000)

    async def run() -> None:
        manager = queue.build(AsyncpgPoolDriver(pool), committed)
        task = asyncio.create_task(manager.qm.run(dequeue_timeout=timedelta(seconds=1)))
        async with asyncio.timeout(20):
            while "queued" in [row[2] for row in await rows(committed)]:
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.2)
            manager.shutdown.set()
            await task

    yield run
    await pool.close()


async def rows(committed) -> list:
    async with committed() as session:
        return [tuple(row) for row in await session.execute(QUEUED)]


async def test_a_rollback_takes_the_job_with_it(committed):
    async with committed() as session:
        await jobs.enqueue(session, jobs.Job(kind="short", owner_id=uuid4()))
        await session.rollback()
    assert await rows(committed) == []


async def test_a_job_stands_with_the_transaction_that_promised_it(committed):
    async with committed.begin() as session:
        job = jobs.Job(kind="short", owner_id=uuid4())
        await jobs.enqueue(session, job)
    assert await rows(committed) == [("short", str(job.id).encode(), "queued")]
    async with committed() as session:
        stored = await session.get_one(Job, job.id)
        assert (stored.kind, stored.status, stored.progress) == ("short", "queued", 0)


async def test_a_short_topic_has_its_effect_once(committed, drain, monkeypatch):
    handled = []

    async def handle(session, payload: bytes) -> None:
        handled.append((payload, session.info["operation"]))

    monkeypatch.setattr(queue, "SHORT", {"short": handle})
    async with committed.begin() as session:
        await jobs.put(session, "short", b"one")
    await drain()
    assert handled == [(b"one", "short")]
    async with committed.begin() as session:
        await jobs.put(session, "short", b"two")
        # As if the worker had died after the effect and before the mark.
        await session.execute(
            text("INSERT INTO job_effect SELECT id, now() FROM jobs.pgqueuer WHERE payload = 'two'")
        )
    await drain()
    assert handled == [(b"one", "short")]


async def test_a_long_topic_is_given_its_job(committed, drain, monkeypatch):
    handled = []

    async def handle(job_id: UUID, _) -> None:
        handled.append(job_id)

    monkeypatch.setattr(queue, "LONG", {"long": handle})
    async with committed.begin() as session:
        job = jobs.Job(kind="long", owner_id=uuid4())
        await jobs.enqueue(session, job)
    await drain()
    assert handled == [job.id]


async def test_a_job_that_fails_is_held(committed, drain, monkeypatch):
    async def handle(_session, _payload) -> None:
        raise RuntimeError from None

    monkeypatch.setattr(queue, "SHORT", {"short": handle})
    async with committed.begin() as session:
        await jobs.put(session, "short", b"")
    await drain()
    assert await rows(committed) == [("short", b"", "failed")]


async def test_what_is_past_its_period_is_forgotten(committed, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    async with committed.begin() as session:
        for days, status in ((31, "applied"), (32, "applied"), (31, "dead"), (29, "applied")):
            await session.execute(
                text(
                    "INSERT INTO inbox_event (id, source, event_id, body, body_hash, received_at,"
                    " status) VALUES (gen_random_uuid(), 'iwgc', gen_random_uuid()::text, 'x', '',"
                    " now() - make_interval(days => :days), :status)"
                ),
                {"days": days, "status": status},
            )
    assert await retention.handle(committed) == 2
    async with committed() as session:
        kept = text("SELECT count(*) FROM inbox_event WHERE body IS NOT NULL")
        assert await session.scalar(kept) == 2
        assert await session.scalar(select(text("count(*)")).select_from(text("inbox_event"))) == 4


async def test_the_nightly_clean_up_is_scheduled(committed, scratch_url):
    pool = await open_pool(scratch_url, "worker", size=2, statement_ms=5_000)
    manager = queue.build(AsyncpgPoolDriver(pool), committed)
    (scheduled,) = [
        found
        for found in manager.sm.registry.values()
        if found.parameters.entrypoint == "retention"
    ]
    assert str(scheduled.parameters.expression) == queue.SCHEDULES["retention"][0]
    await scheduled.parameters.func(None)
    await pool.close()


async def test_a_long_topic_that_fails_is_tried_again(committed, drain, monkeypatch):
    monkeypatch.setattr(queue, "FIRST_PAUSE", timedelta())
    tried = []

    async def handle(job_id: UUID, _) -> None:
        tried.append(job_id)
        if len(tried) == 1:
            raise ConnectionResetError

    monkeypatch.setattr(queue, "LONG", {"long": handle})
    async with committed.begin() as session:
        job = jobs.Job(kind="long", owner_id=uuid4())
        await jobs.enqueue(session, job)
    await drain()
    assert tried == [job.id] * 2
    assert await rows(committed) == []


async def test_a_long_topic_that_fails_for_good_tells_its_owner(committed, drain, monkeypatch):
    monkeypatch.setattr(queue, "MOST_RETRIES", 0)

    async def handle(_job_id: UUID, _) -> None:
        raise ValueError("never told")

    monkeypatch.setattr(queue, "LONG", {"long": handle})
    async with committed.begin() as session:
        job = jobs.Job(kind="long", owner_id=uuid4())
        await jobs.enqueue(session, job)
    await drain()
    async with committed() as session:
        stored = await session.get_one(Job, job.id)
    assert (stored.status, stored.problem["type"]) == ("failed", "/problems/internal")
    assert [row[2] for row in await rows(committed)] == ["failed"]


async def test_the_worker_takes_files_in_after_what_came_before(
    scratch_url, committed, monkeypatch
):
    files = Files(committed)
    async with committed() as session:
        await Given(session).team(iwgc=[CODE])
    body = event(**review())
    async with committed.begin() as session:
        session.add(InboxEvent(source="iwgc", event_id="msg_1", body=body, body_hash=b""))
        job_id = await files.take(daily(line("a")), "iwgc_daily")
        await jobs.put(session, KIND, str(job_id).encode())
    monkeypatch.setattr(loop, "DRAINS", 0)
    stop = asyncio.Event()
    working = asyncio.create_task(loop.run(scratch_url, stop, NO_PAUSE))
    async with asyncio.timeout(30):
        while await files.rows("SELECT progress FROM job") != [(0.6,)]:
            await asyncio.sleep(0.02)
        await asyncio.sleep(2 * feedback_imports.SECONDS_BETWEEN_LOOKS)
        assert await files.rows("SELECT entered FROM feedback_import") == [(0,)]
        draining = asyncio.create_task(loop.repeat(loop.drain, committed, stop, NO_PAUSE))
        while await files.rows("SELECT count(*) FROM feedback_response") != [(2,)]:
            await asyncio.sleep(0.02)
        stop.set()
        await asyncio.gather(working, draining)
    assert await files.rows("SELECT status FROM job") == [("done",)]
