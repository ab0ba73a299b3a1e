import asyncio
from collections import Counter

import pytest

from app.core import inbox
from app.core.inbox import EventConflictError, Receipt, Received
from app.core.statement import open_pool


@pytest.fixture
async def pool(scratch_url):
    pool = await open_pool(scratch_url, "read", size=10, statement_ms=5_000)
    yield pool
    await pool.close()


async def attempt(pool, body: bytes, event_id: str = "msg_1") -> Receipt | str:
    try:
        return await inbox.receive(pool, "iwgc", event_id, body)
    except EventConflictError:
        return "conflict"


async def test_the_same_event_ten_times_at_once_is_one_row(pool):
    receipts = await asyncio.gather(*(attempt(pool, b"{}") for _ in range(10)))
    assert Counter(receipt.status for receipt in receipts) == {
        Received.STORED: 1,
        Received.DUPLICATE: 9,
    }
    stored = await pool.fetch("SELECT id FROM inbox_event")
    assert {receipt.id for receipt in receipts} == {row["id"] for row in stored}
    assert await pool.fetchval("SELECT count(*) FROM inbox_alert") == 0


async def test_of_other_bodies_at_once_one_is_stored_and_each_other_leaves_an_alert(pool):
    bodies = [str(number).encode() for number in range(10)]
    answers = await asyncio.gather(*(attempt(pool, body) for body in bodies))
    assert answers.count("conflict") == 9
    (won,) = (body for body, answer in zip(bodies, answers, strict=True) if answer != "conflict")
    assert await pool.fetchval("SELECT body FROM inbox_event") == won
    assert await pool.fetchval("SELECT count(*) FROM inbox_alert WHERE event_id = 'msg_1'") == 9


async def test_an_id_is_its_sources_own(pool):
    await inbox.receive(pool, "iwgc", "msg_1", b"one")
    receipt = await inbox.receive(pool, "other", "msg_1", b"two")
    assert receipt.status is Received.STORED
