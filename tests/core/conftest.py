import pytest
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.db import create_engine


@pytest.fixture
async def committed(scratch_url):
    """Sessions that commit, on a database of the test's own, with time to wait for a lock."""
    engine = create_engine(scratch_url, "worker", pool=16, lock_ms=10_000)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()
