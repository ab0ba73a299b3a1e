import asyncio

import asyncpg
import pytest
from sqlalchemy import text

from app.core.db import create_engine, flush
from app.core.errors import ConflictError, DomainError, InvalidError
from app.domain.identity.models import Role
from app.domain.organisation.errors import CodeTakenError


def role(code: str = "same") -> Role:
    return Role(code=code, name="A role", scopes=[])


async def test_a_refusing_constraint_becomes_the_error_it_stands_for(session):
    session.add_all([role(), role()])
    with pytest.raises(CodeTakenError):
        await flush(session, {"uq_role_code": CodeTakenError})


async def test_a_constraint_nobody_named_is_a_conflict(session):
    session.add_all([role(), role()])
    with pytest.raises(ConflictError) as refusal:
        await flush(session, {"uq_team_code": CodeTakenError})
    # The database's own message quotes values.
    assert "same" not in str(refusal.value)
    assert refusal.value.__suppress_context__


async def test_what_fits_is_written(session):
    session.add(role("other"))
    await flush(session, {})
    assert await session.scalar(text("SELECT count(*) FROM role WHERE code = 'other'")) == 1


def test_a_refusal_carries_its_parts():
    error = InvalidError.at("#/limit", "Too large", "less_than_equal")
    assert (error.status, error.slug) == (422, "invalid-request")
    assert error.extra["errors"] == [
        {"pointer": "#/limit", "detail": "Too large", "code": "less_than_equal"}
    ]
    told = DomainError("Why", current="paid")
    assert (told.status, str(told), told.detail, told.extra) == (
        409,
        "Why",
        "Why",
        {"current": "paid"},
    )


async def test_a_connection_that_the_server_closed_is_passed_over(scratch_url):
    engine = create_engine(scratch_url, "app", pool=1)
    other = await asyncpg.connect(scratch_url)
    pids = []
    for _ in range(2):
        async with engine.connect() as connection:
            pids.append(await connection.scalar(text("SELECT pg_backend_pid()")))
            driver = (await connection.get_raw_connection()).driver_connection
        await other.execute("SELECT pg_terminate_backend($1)", pids[-1])
        while not driver.is_closed():
            await asyncio.sleep(0.01)
    assert pids[0] != pids[1]
    await other.close()
    await engine.dispose()
