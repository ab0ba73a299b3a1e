import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.db import create_engine
from app.core.idempotency import IdempotencyMismatchError, Once
from app.domain.identity.models import Role

ALICE = uuid4()


def once(session, key: str | None = "k1", body: bytes = b"{}", **values) -> Once:
    start = {"principal": ALICE, "operation": "create_role"}
    return Once(session, key=key, body=body, **start | values)


async def make(one: Once) -> Role:
    session = one.session

    async def create() -> Role:
        role = Role(code=uuid4().hex, name="Made once", scopes=[])
        session.add(role)
        await session.flush()
        return role

    async def find(id_: UUID) -> Role:
        return await session.get_one(Role, id_)

    return await one.do(create, find)


async def made(session) -> int:
    return await session.scalar(select(func.count()).select_from(Role))


async def test_without_a_key_every_request_creates(session):
    before = await made(session)
    await make(once(session, None))
    await make(once(session, None))
    assert await made(session) == before + 2


async def test_a_repeat_gives_what_the_first_made(session):
    first = once(session)
    role = await make(first)
    again = once(session)
    assert (await make(again)).id == role.id
    assert (first.replayed, again.replayed) == (False, True)


async def test_another_body_under_the_same_key_is_refused(session):
    await make(once(session))
    with pytest.raises(IdempotencyMismatchError):
        await make(once(session, body=b'{"a": 1}'))


@pytest.mark.parametrize(
    "other", [{"principal": uuid4()}, {"operation": "create_user"}, {"key": "k2"}]
)
async def test_a_key_is_one_callers_for_one_operation(session, other):
    role = await make(once(session))
    assert (await make(once(session, **other))).id != role.id


async def test_a_rollback_frees_the_key(committed):
    async with committed() as session:
        await make(once(session))
        await session.rollback()
    async with committed.begin() as session:
        second = once(session)
        await make(second)
        assert not second.replayed


async def test_a_refusal_leaves_the_key_free(committed):
    async def refuse() -> Role:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        async with committed.begin() as session:
            await once(session).do(refuse, lambda _: refuse())
    async with committed.begin() as session:
        second = once(session)
        await make(second)
        assert not second.replayed


@pytest.mark.parametrize("ends", ["commit", "rollback"])
async def test_a_concurrent_holder_is_waited_for(committed, ends):
    """On two real connections: the second sees what the first committed, or takes its place."""
    async with committed() as first, committed() as second:
        role = await make(once(first))
        later = once(second)
        waiting = asyncio.create_task(make(later))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await getattr(first, ends)()
        found = await waiting
        await second.commit()
    assert (found.id == role.id) is later.replayed is (ends == "commit")


async def test_many_at_once_make_one(committed):
    async def attempt() -> UUID:
        async with committed.begin() as session:
            return (await make(once(session))).id

    ids = await asyncio.gather(*(attempt() for _ in range(12)))
    assert len(set(ids)) == 1
    async with committed() as session:
        assert await session.scalar(select(func.count()).where(Role.name == "Made once")) == 1


async def test_the_wait_ends_with_the_lock_timeout(committed, scratch_url):
    engine = create_engine(scratch_url, "app", pool=1, lock_ms=50)
    async with committed() as holder, async_sessionmaker(engine)() as other:
        await make(once(holder))
        with pytest.raises(asyncpg.LockNotAvailableError):
            await make(once(other))
    await engine.dispose()
