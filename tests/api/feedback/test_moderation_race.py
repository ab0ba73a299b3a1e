"""Two moderators decide at once: one of them is told that it changed."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.db import create_engine
from app.core.statement import open_pool
from app.domain.feedback.moderation.models import ModerationDecision
from app.domain.identity import keys
from app.main import create_app
from tests.conftest import PEPPER
from tests.factories import Given
from tests.moderating import MODERATOR, only, path, told


@pytest.fixture
async def served(settings, scratch_url):
    """The service on a database of its own, where requests really run beside each other."""
    engine = create_engine(scratch_url, "app", pool=4)
    worker = create_engine(scratch_url, "worker", pool=2)
    app = create_app(settings)
    app.state.sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
    app.state.door = await open_pool(scratch_url, "read", size=2, statement_ms=5_000)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        async_sessionmaker(worker, expire_on_commit=False)() as session,
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client, session
    app.state.door.terminate()
    await engine.dispose()
    await worker.dispose()


async def moderator(session) -> dict[str, str]:
    key = keys.make("test")
    await Given(session).key(keys.digest(key, PEPPER), scopes=MODERATOR, name=f"key {uuid4()}")
    return {"Authorization": f"Bearer {key}", "If-Match": '"1"'}


async def test_of_two_decisions_at_once_one_is_told_that_it_changed(served):
    client, session = served
    await Given(session).team(iwgc=["CITY"], code="CITY")
    await told(session, "Dr Khan was kind")
    found = await only(session)
    one, other = await moderator(session), await moderator(session)
    await session.commit()
    answers = await asyncio.gather(
        client.post(path(found, "release"), headers=one),
        client.post(path(found, "withholding"), json={"reason": "abusive"}, headers=other),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert await session.scalar(select(func.count()).select_from(ModerationDecision)) == 1
