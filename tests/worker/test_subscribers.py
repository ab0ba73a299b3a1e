import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker
from structlog.testing import capture_logs

from app.core import changes, subscriptions
from app.core.db import create_engine
from app.core.ids import uuid7
from app.core.inbox import InboxEvent
from app.worker import loop, subscribers
from app.worker.subscribers import Subscriber
from tests.factories import Given

PLACE = text("SELECT seq FROM subscription WHERE name = 'reader'")


@pytest.fixture
async def committed(scratch_url):
    engine = create_engine(scratch_url, "worker", pool=4)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
async def teams(committed):
    """Five teams, whose making stands in the log."""
    async with committed() as session:
        service = await Given(session).service()
        made = [(await Given(session).team(service)).id for _ in range(5)]
    async with committed.begin() as session:
        await changes.sequence(session)
    return made


def reader(handle, batch: int = 2) -> Subscriber:
    return Subscriber("team", handle, batch)


async def test_every_change_is_seen_once_and_in_order(committed, teams):
    seen = []

    async def handle(session, batch):
        seen.append([change.entity_id for change in batch])
        assert {(change.op, tuple(change.fields)) for change in batch} == {("I", ())}

    counts = [await subscribers.step("reader", reader(handle), committed) for _ in range(4)]
    assert counts == [2, 2, 1, 0]
    assert [id_ for batch in seen for id_ in batch] == teams


async def test_what_fails_is_seen_again(committed, teams):
    async def fail(session, batch):
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await subscribers.step("reader", reader(fail), committed)
    async with committed() as session:
        assert await session.scalar(PLACE) is None


async def test_a_change_that_fails_alone_is_passed_over_and_told(committed, teams):
    done = []

    async def handle(session, batch):
        if teams[2] in {change.entity_id for change in batch}:
            raise ValueError("Jo Bloggs")
        done.extend(change.entity_id for change in batch)

    with capture_logs() as logs:
        while await subscribers.step("reader", reader(handle, 8), committed):
            pass
    assert done == [id_ for id_ in teams if id_ != teams[2]]
    (told,) = logs
    assert (told["event"], told["subscriber"], told["error"]) == (
        "change passed over",
        "reader",
        "ValueError",
    )
    assert "Jo" not in str(told)


async def test_one_process_at_a_time_has_the_place(committed, teams):
    async with committed.begin() as session:
        assert len(await subscriptions.read(session, "reader", "team", 2)) == 2
    async with committed.begin() as first, committed.begin() as second:
        assert len(await subscriptions.read(first, "reader", "team", 2)) == 2
        assert await subscriptions.read(second, "reader", "team", 2) == []


async def test_a_new_reader_waits_for_no_one_who_joins_at_the_same_time(committed, monkeypatch):
    async def handle(session, batch):
        raise AssertionError

    async with committed.begin() as other:
        await subscriptions.read(other, "reader", "team", 1)
    async with committed.begin() as other:
        await other.execute(text("SELECT FROM subscription FOR UPDATE"))
        assert await subscribers.step("reader", reader(handle), committed) == 0


async def test_the_worker_follows_every_subscriber(scratch_url, committed, teams, monkeypatch):
    seen, stop = asyncio.Event(), asyncio.Event()

    async def handle(session, batch):
        seen.set()

    monkeypatch.setitem(subscribers.SUBSCRIBERS, "reader", reader(handle))
    working = asyncio.create_task(
        loop.run(scratch_url, stop, loop.Pace(idle=0.005, back_off=0.005))
    )
    async with asyncio.timeout(20):
        await seen.wait()
        stop.set()
        await working


async def test_who_gives_way_does_nothing_while_much_waits_in_the_inbox(
    committed, teams, monkeypatch
):
    done = []

    async def handle(session, batch):
        done.extend(batch)

    patient = Subscriber("team", handle, 2, gives_way=True)
    monkeypatch.setattr(subscribers, "MUCH", 1)
    async with committed.begin() as session:
        for name in ("one", "two"):
            session.add(
                InboxEvent(
                    id=uuid7(),
                    source="iwgc",
                    event_id=name,
                    body=b"{}",
                    body_hash=b"",
                    status="pending",
                )
            )
    assert await subscribers.step("reader", patient, committed) == 0
    monkeypatch.setattr(subscribers, "MUCH", 2)
    assert await subscribers.step("reader", patient, committed) == 2
    assert len(done) == 2
