"""Messages from the outbox to a mail server, as the worker sends them."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.clients.mail import NotSentError, Smtp
from app.clients.post import Post
from app.core.db import create_engine
from app.core.statement import open_pool
from app.domain.people.messages.models import MOST_TRIES
from app.worker import queue
from app.worker.topics import messages, retention
from tests.clients.smtp import relay
from tests.clients.test_mail import settings
from tests.domain.people.test_messages import send


@pytest.fixture
async def committed(scratch_url):
    engine = create_engine(scratch_url, "worker", pool=3)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


async def promised(committed) -> UUID:
    async with committed.begin() as session:
        return await send(session)


async def state(committed) -> tuple:
    async with committed() as session:
        found = await session.execute(text("SELECT status, attempts, problem FROM message"))
        return tuple(found.one())


def by_mail(server) -> Post:
    return Post(Smtp(settings(server.port)))


async def run_until_settled(scratch_url, committed, carriers) -> None:
    pool = await open_pool(scratch_url, "worker", size=4, statement_ms=5_000)
    manager = queue.build(AsyncpgPoolDriver(pool), committed, carriers)
    task = asyncio.create_task(manager.qm.run(dequeue_timeout=timedelta(seconds=1)))
    async with asyncio.timeout(20):
        while (await state(committed))[0] == "queued":
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        manager.shutdown.set()
        await task
    async with committed() as session:
        left = await session.scalar(text("SELECT count(*) FROM jobs.pgqueuer"))
    assert left == 0
    await pool.close()


async def test_a_message_is_tried_until_the_server_takes_it(scratch_url, committed, monkeypatch):
    monkeypatch.setattr(messages, "FIRST_PAUSE", timedelta())
    await promised(committed)
    async with relay(RCPT=["450 later"], DATA=["451 later"]) as server:
        await run_until_settled(scratch_url, committed, by_mail(server))
    assert await state(committed) == ("sent", 3, None)
    assert len(server.letters) == 1


async def test_a_message_that_is_refused_for_good_has_failed(scratch_url, committed):
    await promised(committed)
    async with relay(RCPT=["550 unknown"]) as server:
        await run_until_settled(scratch_url, committed, by_mail(server))
    assert await state(committed) == ("failed", 1, "smtp 550")


class Down:
    async def send(self, _letter) -> None:
        raise NotSentError("smtp 451")


async def test_after_a_day_of_tries_a_message_has_failed(scratch_url, committed, monkeypatch):
    monkeypatch.setattr(messages, "FIRST_PAUSE", timedelta())
    await promised(committed)
    async with committed.begin() as session:
        await session.execute(text(f"UPDATE message SET attempts = {MOST_TRIES - 2}"))
    await run_until_settled(scratch_url, committed, Post(Down()))
    assert await state(committed) == ("failed", MOST_TRIES, "smtp 451")


async def test_a_message_that_was_sent_is_not_sent_by_a_late_job(committed):
    id_ = await promised(committed)
    payload = str(id_).encode()
    async with relay() as server:
        for _ in range(2):
            await messages.handle(payload, committed, by_mail(server))
    assert len(server.letters) == 1


async def test_without_a_mailer_messages_wait(scratch_url, committed):
    pool = await open_pool(scratch_url, "worker", size=2, statement_ms=5_000)
    manager = queue.build(AsyncpgPoolDriver(pool), committed)
    assert "send_message" not in manager.qm.entrypoint_registry
    await pool.close()


@pytest.mark.parametrize(
    ("tries", "seconds"), [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (30, 3600)]
)
def test_pauses_grow_to_an_hour(tries, seconds):
    assert messages.pause(tries) == timedelta(seconds=seconds)


async def test_what_a_message_said_is_forgotten_after_a_month(committed):
    for number, (status, days) in enumerate([("sent", 31), ("sent", 29), ("failed", 40)]):
        async with committed.begin() as session:
            id_ = await send(session, once=str(number))
            sent_at = f"now() - interval '{days} days'" if status == "sent" else "NULL"
            await session.execute(
                text(f"UPDATE message SET status = :status, sent_at = {sent_at} WHERE id = :id"),
                {"status": status, "id": id_},
            )
    await retention.handle(committed)
    async with committed() as session:
        rows = await session.execute(
            text(
                "SELECT once, num_nonnulls(recipient_name, recipient_email, subject, text, html)"
                "  FROM message ORDER BY once"
            )
        )
        assert [tuple(row) for row in rows] == [("0", 0), ("1", 4), ("2", 4)]
