"""What the database holds of the rules, on connections of their own."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import constraint_of, create_engine
from app.core.ids import uuid7
from app.domain.identity import keys, queries, service
from app.domain.identity.errors import TooManyLiveKeysError
from app.domain.identity.models import ApiKey, User
from app.domain.identity.scopes import SCOPES
from tests.factories import Given

ADMIN = Actor(id=uuid4(), name="admin", scopes=frozenset(SCOPES))


@pytest.fixture
async def committed(scratch_url):
    """Sessions that commit, on a database of the test's own."""
    engine = create_engine(scratch_url, "app", pool=4)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
async def jo(committed) -> User:
    async with committed() as session:
        return await Given(session).user("feedback:read", name="Jo")


async def make(committed, user: User, name: str = "main") -> ApiKey:
    async with committed.begin() as session:
        wanted = service.KeyWanted(user.id, name)
        secret = keys.make_secret("test", "pepper")
        return await service.create_key(session, secret, wanted, by=ADMIN)


async def test_of_many_who_make_a_key_at_once_two_succeed(committed, jo):
    made = await asyncio.gather(*(make(committed, jo) for _ in range(6)), return_exceptions=True)
    assert sorted(key.slot for key in made if isinstance(key, ApiKey)) == [1, 2]
    assert sum(isinstance(error, TooManyLiveKeysError) for error in made) == 4


async def test_a_second_transaction_waits_and_is_refused(committed, jo):
    """The first has not committed when the second asks: what is counted is what will stand."""
    await make(committed, jo)
    async with committed.begin() as session:
        wanted = service.KeyWanted(jo.id, "main")
        secret = keys.make_secret("test", "pepper")
        await service.create_key(session, secret, wanted, by=ADMIN)
        second = asyncio.create_task(make(committed, jo))
        await asyncio.sleep(0.2)
        assert not second.done()
    with pytest.raises(TooManyLiveKeysError):
        await second


async def test_the_database_itself_lets_no_two_keys_be_live_in_a_slot(committed, jo, monkeypatch):
    """As if the count were wrong: the constraint refuses, and becomes the same error."""

    async def none_taken(*_: object) -> set[int]:
        return set()

    await make(committed, jo)
    monkeypatch.setattr(queries, "slots_taken", none_taken)
    with pytest.raises(TooManyLiveKeysError):
        await make(committed, jo)


def row(user: User, slot: int, **values: object) -> ApiKey:
    start = {"user_id": user.id, "name": "main", "hint": "", "hash": uuid4().bytes, "slot": slot}
    return ApiKey(id=uuid7(), **start | values)


@pytest.mark.parametrize(
    ("slot", "constraint"), [(1, "ex_api_key_one_live_a_slot"), (3, "ck_api_key_slot")]
)
async def test_rows_that_break_the_rule_are_refused(committed, jo, slot, constraint):
    await make(committed, jo)
    async with committed() as session:
        session.add(row(jo, slot))
        with pytest.raises(IntegrityError) as refused:
            await session.flush()
    assert constraint_of(refused.value) == constraint


async def test_keys_that_ended_take_no_slot_whatever_the_clocks_said(committed, jo):
    hour = timedelta(hours=1)
    async with committed.begin() as session:
        session.add_all(
            [
                row(jo, 1, revoked_at=now() - hour),  # by a machine whose clock is behind
                row(jo, 1, expires_at=now() - hour),
                row(jo, 1, created_at=now() - 2 * hour, revoked_at=now() - hour),
                row(jo, 1),
                row(jo, 2, created_at=now() - 2 * hour, expires_at=now() - hour),
                row(jo, 2),
                row(jo, 1, name="another"),
            ]
        )
    async with committed() as session:
        assert len((await session.scalars(select(ApiKey))).all()) == 7


async def test_two_who_revoke_a_key_at_once_both_succeed(committed, jo):
    key = await make(committed, jo)

    async def revoke() -> None:
        async with committed.begin() as session:
            await service.revoke_key(session, key.id, by=ADMIN)

    await asyncio.gather(*(revoke() for _ in range(4)))
    async with committed() as session:
        assert (await session.get_one(ApiKey, key.id)).version == 2


async def test_the_shipped_roles_begin_no_log_but_later_ones_are_recorded(scratch_url, committed):
    connection = await asyncpg.connect(scratch_url)
    pending = "SELECT count(*) FROM change_pending"
    assert await connection.fetchval("SELECT count(*) FROM role") == 14
    assert await connection.fetchval(pending) == 0
    async with committed() as session:
        await Given(session).user("feedback:read")
    assert await connection.fetchval(pending) == 3  # a user, a role, and that the user has it
    await connection.close()
