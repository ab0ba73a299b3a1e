import asyncpg
import pytest


@pytest.fixture
async def acting(scratch_url):
    """A connection as the service's role, to a database of its own."""
    connection = await asyncpg.connect(scratch_url)
    await connection.execute("SET ROLE everyvoice_app")
    yield connection
    await connection.close()
