"""The log keeps its promises while many write: nothing lost, nothing twice, in one order."""

import asyncio
import itertools
import json
import random
from collections import Counter
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core import change_feed, changes
from app.core.actor import Actor
from app.core.change_feed import Asked
from app.core.clock import now
from app.core.db import create_engine
from app.core.statement import open_pool
from app.domain.identity.models import Role, User

READER = Actor(id=uuid4(), name="TOBI", key_id=uuid4(), scopes=frozenset({"bi:read"}))
LOG = text(
    "SELECT seq, entity, entity_id, op, fields, actor_id, operation, changed_at FROM change_log"
    " ORDER BY seq"
)
PENDING = text("SELECT entity, op, fields, actor_id, operation FROM change_pending ORDER BY id")


def role(**values) -> Role:
    return Role(**{"code": uuid4().hex, "name": "A role", "scopes": []} | values)


async def move(sessions) -> int:
    async with sessions.begin() as session:
        return await changes.sequence(session)


async def write(sessions, count: int = 1) -> None:
    async with sessions.begin() as session:
        session.add_all([role() for _ in range(count)])


async def logged(sessions) -> list:
    async with sessions() as session:
        return (await session.execute(LOG)).all()


async def test_a_moved_change_stands_once_in_the_log(committed):
    await write(committed, 3)
    assert await move(committed) == 3
    assert await move(committed) == 0
    assert [row.seq for row in await logged(committed)] == [1, 2, 3]


async def test_the_sequencer_moves_no_more_than_a_batch_and_goes_on(committed, monkeypatch):
    monkeypatch.setattr(changes, "BATCH", 4)
    await write(committed, 10)
    assert [await move(committed) for _ in range(4)] == [4, 4, 2, 0]
    rows = await logged(committed)
    assert [row.seq for row in rows] == list(range(1, 11))
    assert all(a.changed_at < b.changed_at for a, b in itertools.pairwise(rows))


async def test_time_goes_forward_although_the_clock_went_back(committed):
    await write(committed)
    await move(committed)
    async with committed.begin() as session:
        await session.execute(text("SET LOCAL ROLE NONE"))
        await session.execute(text("ALTER TABLE change_log DISABLE TRIGGER only_added_to"))
        await session.execute(text("UPDATE change_log SET changed_at = now() + interval '1 day'"))
    await write(committed, 2)
    await move(committed)
    rows = await logged(committed)
    assert all(a.changed_at < b.changed_at for a, b in itertools.pairwise(rows))


async def test_two_sequencers_at_once_leave_one_order(committed, monkeypatch):
    monkeypatch.setattr(changes, "BATCH", 7)

    async def sequencer() -> None:
        while await move(committed):
            await asyncio.sleep(0)

    for _ in range(3):
        await write(committed, 100)
        await asyncio.gather(sequencer(), sequencer(), sequencer())
    rows = await logged(committed)
    assert [row.seq for row in rows] == list(range(1, 301))
    assert len({row.entity_id for row in rows}) == 300
    assert all(a.changed_at < b.changed_at for a, b in itertools.pairwise(rows))


class Follower:
    """A warehouse that follows the feed by its cursor alone."""

    def __init__(self, door) -> None:
        self.door, self.seen, self.cursor = door, [], None

    async def read(self) -> int:
        asked = Asked(self.cursor, None, 40)
        page = json.loads(await change_feed.page(self.door, asked, to=READER))
        self.cursor = page["next"]
        self.seen += page["items"]
        return len(page["items"])


async def test_a_reader_loses_nothing_and_sees_nothing_twice_under_twelve_writers(
    committed, scratch_url
):
    """With rollbacks, and transactions that stay open while later ones commit."""
    door = await open_pool(scratch_url, "read", size=2, statement_ms=5_000)
    follower, stop, kept = Follower(door), asyncio.Event(), []
    chance = random.Random(7)  # noqa: S311  not for secrets

    async def writer(patience: float) -> None:
        for _ in range(20):
            made = [role() for _ in range(chance.randint(1, 4))]
            async with committed() as session:
                session.add_all(made)
                await session.flush()
                await asyncio.sleep(chance.random() * patience)
                if chance.random() < 0.1:
                    await session.rollback()
                else:
                    await session.commit()
                    kept.extend(str(each.id) for each in made)

    async def until_stopped(step) -> None:
        while await step() or not stop.is_set():
            await asyncio.sleep(0.002)

    sequencers = [until_stopped(lambda: move(committed)) for _ in range(2)]
    background = asyncio.gather(*sequencers, until_stopped(follower.read))
    await asyncio.gather(*(writer(0.1 if n % 4 else 0.3) for n in range(12)))
    stop.set()
    await background
    while await move(committed) or await follower.read():
        pass
    await door.close()
    assert Counter(item["entity_id"] for item in follower.seen) == Counter(kept)
    assert len(set(kept)) == len(kept) > 300
    assert [item["seq"] for item in follower.seen] == list(range(1, len(kept) + 1))


async def test_a_change_names_its_fields_never_their_values(session):
    made = role(name="CANARY-BEFORE")
    session.add(made)
    await session.commit()
    made.name, made.scopes = "CANARY-AFTER", ["a:b"]
    await session.commit()
    await session.delete(made)
    await session.commit()
    rows = (await session.execute(PENDING)).all()
    assert [(row.entity, row.op, row.fields) for row in rows] == [
        ("role", "I", []),
        ("role", "U", ["name", "scopes"]),
        ("role", "D", []),
    ]
    assert "CANARY" not in str(rows)


async def test_an_update_that_changes_nothing_leaves_no_row(session):
    session.add(role())
    await session.commit()
    await session.execute(text("UPDATE role SET name = name, updated_at = now()"))
    assert len((await session.execute(PENDING)).all()) == 1


async def test_bulk_statements_are_seen_like_any_other(session):
    await session.execute(
        text(
            "INSERT INTO app_user (id, name, active, created_at, updated_at, version)"
            " SELECT gen_random_uuid(), 'x', true, now(), now(), 1 FROM generate_series(1, 50)"
        )
    )
    raw = await (await session.connection()).get_raw_connection()
    await raw.driver_connection.copy_records_to_table(
        "role",
        records=[(uuid4(), uuid4().hex, "y", [], now(), now(), 1) for _ in range(50)],
        columns=["id", "code", "name", "scopes", "created_at", "updated_at", "version"],
    )
    rows = Counter((row.entity, row.op) for row in await session.execute(PENDING))
    assert rows == {("app_user", "I"): 50, ("role", "I"): 50}


async def test_actor_and_operation_are_set_in_each_transaction_and_never_inherited(scratch_url):
    """On one connection, which a pool hands from request to request."""
    engine = create_engine(scratch_url, "worker", pool=1)
    sessions = async_sessionmaker(engine)
    alice = uuid4()
    for actor, operation in ((alice, "create_role"), (None, ""), (None, "drain_inbox")):
        async with sessions() as session:
            if operation:
                session.info.update(actor_id=actor, operation=operation)
            session.add(role())
            await session.commit()
            session.add(role())  # another transaction of the same session
            await session.commit()
    async with sessions() as session:
        told = [(row.actor_id, row.operation) for row in await session.execute(PENDING)]
    await engine.dispose()
    assert told == [
        *[(alice, "create_role")] * 2,
        *[(None, "")] * 2,
        *[(None, "drain_inbox")] * 2,
    ]


async def test_a_change_by_hand_names_nobody(committed, scratch_url):
    connection = await asyncpg.connect(scratch_url)
    await connection.execute(
        "INSERT INTO app_user VALUES (gen_random_uuid(), 'x', true, now(), now(), 1)"
    )
    await connection.close()
    await move(committed)
    (row,) = await logged(committed)
    assert (row.actor_id, row.operation) == (None, "")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE change_log SET op = 'D'", "DELETE FROM change_log", "TRUNCATE change_log"],
)
async def test_the_log_refuses_to_be_changed_even_by_its_owner(session, statement):
    await session.execute(text("SET LOCAL ROLE everyvoice_owner"))
    with pytest.raises(DBAPIError, match="only added to"):
        await session.execute(text(statement))


async def test_a_change_made_and_changed_in_one_transaction_is_two(committed):
    async with committed.begin() as session:
        user = User(name="Jo")
        session.add(user)
        await session.flush()
        user.name = "Joanna"
    await move(committed)
    rows = await logged(committed)
    assert [(row.entity_id, row.op) for row in rows] == [(user.id, "I"), (user.id, "U")]
