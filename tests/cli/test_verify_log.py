import asyncio
from uuid import uuid4

import asyncpg
import pytest
from click.testing import Result
from sqlalchemy.ext.asyncio import async_sessionmaker
from typer.testing import CliRunner

from app.cli import commands, log
from app.core import changes
from app.core.db import create_engine
from app.domain.identity.models import Role


@pytest.fixture
async def run(scratch_url, monkeypatch):
    """Run the command on a log of three changes."""
    engine = create_engine(scratch_url, "worker", pool=1)
    sessions = async_sessionmaker(engine)
    async with sessions.begin() as session:
        session.add_all([Role(code=uuid4().hex, name="r", scopes=[]) for _ in range(3)])
    async with sessions.begin() as session:
        await changes.sequence(session)
    await engine.dispose()
    monkeypatch.setenv("EVERYVOICE_DATABASE__URL", scratch_url)
    assert log.verify_log

    async def invoke(*arguments: str) -> Result:
        words = ["verify-log", *arguments]
        return await asyncio.to_thread(CliRunner().invoke, commands, words)

    return invoke


async def tamper(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("ALTER TABLE change_log DISABLE TRIGGER only_added_to")
    await connection.execute(statement)
    await connection.close()


async def test_a_log_that_holds_shows_its_rows_and_head(run):
    result = await run()
    assert result.exit_code == 0, result.output
    rows, head = result.stdout.splitlines()
    assert rows == "rows 3"
    again = await run("--head", head.removeprefix("head "))
    assert (again.exit_code, again.stdout) == (0, result.stdout)


async def test_an_empty_log_has_no_head(run, scratch_url):
    await tamper(scratch_url, "TRUNCATE change_log")
    result = await run()
    assert (result.exit_code, result.stdout) == (0, "rows 0\nhead none\n")


async def test_a_broken_log_names_its_first_number(run, scratch_url):
    await tamper(scratch_url, "UPDATE change_log SET operation = 'x' WHERE seq = 2")
    result = await run()
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("broken at 2")


async def test_a_log_cut_behind_a_kept_head_is_told(run, scratch_url):
    head = (await run()).stdout.splitlines()[1].removeprefix("head ")
    await tamper(scratch_url, "DELETE FROM change_log WHERE seq = 3")
    assert (await run()).exit_code == 0
    result = await run("--head", head)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "not in the log" in result.stderr


@pytest.mark.parametrize("head", ["3", "x:y", "3:abc"])
async def test_what_is_no_head_is_refused(run, head):
    result = await run("--head", head)
    assert result.exit_code == 2
    assert "hexadecimal" in result.stderr
