import asyncio

import asyncpg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DataError
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.db import create_engine
from app.core.inbox import InboxEvent
from app.domain.feedback import intake
from app.worker import loop
from tests.factories import Given, event, review

NO_PAUSE = loop.Pace(idle=0.005, back_off=0.005)


@pytest.fixture
async def committed(scratch_url):
    """Sessions that commit, on a database of the test's own."""
    engine = create_engine(scratch_url, "worker", pool=3)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


async def store(sessions, *bodies: bytes) -> None:
    async with sessions.begin() as session:
        for number, body in enumerate(bodies):
            session.add(
                InboxEvent(source="iwgc", event_id=f"msg_{number}", body=body, body_hash=b"")
            )


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.01)


async def test_the_worker_settles_the_inbox_and_orders_the_changes(scratch_url, committed):
    async with committed() as session:
        await Given(session).team(iwgc=["OXH-CMHT-CITY"])
    await store(committed, event(**review()), b"no JSON")
    stop = asyncio.Event()
    working = asyncio.create_task(loop.run(scratch_url, stop, NO_PAUSE))

    async def settled() -> bool:
        async with committed() as session:
            statuses = set(await session.scalars(select(InboxEvent.status)))
            pending = await session.scalar(text("SELECT count(*) FROM change_pending"))
            logged = await session.scalar(
                text("SELECT operation FROM change_log WHERE entity = 'feedback_response'")
            )
            return (statuses, pending, logged) == ({"applied", "dead"}, 0, "drain_inbox")

    await until(settled)
    stop.set()
    async with asyncio.timeout(20):
        await working


async def test_an_event_that_fails_alone_is_put_aside_and_holds_up_nobody(committed, monkeypatch):
    await store(committed, event("ping"), b"poison", *[event("ping")] * 20)
    drain = intake.drain

    async def failing(session, size):
        picked = "SELECT body FROM inbox_event WHERE status = 'pending' ORDER BY id LIMIT :size"
        if b"poison" in set(await session.scalars(text(picked), {"size": size})):
            raise DataError("", {}, ValueError("no"))
        return await drain(session, size)

    monkeypatch.setattr(intake, "drain", failing)
    while await loop.drain(committed):
        pass
    async with committed() as session:
        rows = (await session.scalars(select(InboxEvent).order_by(InboxEvent.id))).all()
    dead = [row for row in rows if row.status == "dead"]
    assert [(row.body, row.reason) for row in dead] == [
        (b"poison", "could not be applied: ValueError")
    ]
    assert {row.status for row in rows} == {"dead", "ignored"}


async def test_a_failing_step_is_tried_again_after_a_pause():
    stop, tries = asyncio.Event(), []

    async def step(_) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionRefusedError
        stop.set()
        return 0

    async with asyncio.timeout(5):
        await loop.repeat(step, None, stop, NO_PAUSE)
    assert len(tries) == 2


async def test_a_step_that_finds_enough_goes_on_at_once_and_one_that_finds_few_waits():
    stop, tries = asyncio.Event(), []

    async def step(_) -> int:
        tries.append(1)
        return 5 if len(tries) < 3 else 4

    working = asyncio.create_task(loop.repeat(step, None, stop, loop.Pace(idle=60), enough=5))
    await asyncio.sleep(0.05)
    assert len(tries) == 3
    stop.set()
    await working


async def test_two_drains_settle_each_event_once(committed):
    async with committed() as session:
        await Given(session).team(iwgc=["OXH-CMHT-CITY"])
    await store(committed, *(event(**review()) for _ in range(300)))

    async def drained() -> int:
        total = 0
        while count := await one():
            total += count
        return total

    async def one() -> int:
        async with committed.begin() as session:
            return await intake.drain(session, 50)

    assert sum(await asyncio.gather(drained(), drained())) == 300
    async with committed() as session:
        assert await session.scalar(text("SELECT sum(very_good) FROM feedback_daily")) == 300


async def test_put_aside_finds_nothing_in_an_empty_inbox(session):
    assert await intake.put_aside(session, "DataError") == 0


async def test_the_worker_outlives_a_lost_database(scratch_url, committed):
    stop = asyncio.Event()
    working = asyncio.create_task(loop.run(scratch_url, stop, NO_PAUSE))
    connection = await asyncpg.connect(scratch_url)
    for _ in range(3):
        await asyncio.sleep(0.2)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await connection.close()
    await store(committed, event("ping"))

    async def settled() -> bool:
        async with committed() as session:
            return await session.scalar(select(InboxEvent.status)) == "ignored"

    await until(settled)
    stop.set()
    async with asyncio.timeout(20):
        await working
