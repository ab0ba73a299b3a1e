import asyncio
import csv

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker
from typer.testing import CliRunner

from app.cli import commands, imports
from app.core.db import create_engine
from tests.factories import Given
from tests.imports.test_daily import CODE, daily, line

assert imports.files.registered_commands  # registers itself by being imported


@pytest.fixture
async def stored(scratch_url):
    """Ask the database of the test's own what it holds."""
    engine = create_engine(scratch_url, "worker", pool=1)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        await Given(session).team(iwgc=[CODE])

    async def count(table: str) -> int:
        async with sessions() as session:
            return await session.scalar(text(f"SELECT count(*) FROM {table}"))

    yield count
    await engine.dispose()


@pytest.fixture
def everyvoice(scratch_url, monkeypatch, tmp_path):
    """Run the command on a file, in a thread, since it has a loop of its own."""
    monkeypatch.setenv("EVERYVOICE_DATABASE__URL", scratch_url)

    async def run(content: str, *options: str):
        file = tmp_path / "a.csv"
        file.write_text(content)
        arguments = ["import", "feedback", str(file), *options]
        return await asyncio.to_thread(CliRunner().invoke, commands, arguments)

    return run


async def test_a_dry_run_is_the_default_and_apply_does_it(everyvoice, stored, tmp_path):
    content = daily(line("a"), line("b"), line("c", answer="none"))
    tried = await everyvoice(content, "--layout", "iwgc_daily")
    assert (tried.exit_code, await stored("feedback_response")) == (0, 0)
    rejects = tmp_path / "rejects.csv"
    done = await everyvoice(
        content, "--layout", "iwgc_daily", "--apply", "--reject-to", str(rejects)
    )
    assert (done.exit_code, await stored("feedback_response")) == (0, 2)
    assert tried.stdout.splitlines()[0] == "A dry run: nothing was changed; --apply does it."
    assert done.stdout.splitlines()[0] == "Imported."
    assert tried.stdout.splitlines()[1:] == done.stdout.splitlines()[1:]
    assert [line.split() for line in done.stdout.splitlines()[1:5]] == [
        ["rows", "3"],
        ["stored", "2"],
        ["unchanged", "0"],
        ["rejected", "1"],
    ]
    with rejects.open(newline="") as source:
        assert [row["line"] for row in csv.DictReader(source)] == ["4"]
    assert rejects.stat().st_mode & 0o777 == 0o600
    assert await stored("jobs.pgqueuer") == 0


@pytest.mark.parametrize(
    ("content", "layout", "told"),
    [
        (daily(line("a")).replace(",", ";"), "iwgc_daily", "not separated by commas"),
        (daily(line("a")), "nonsense", "One of iwgc_daily, fft_export, fft_history"),
        (daily(line("a")) + 'x,"', "iwgc_daily", "never closed"),
        (daily(*(line(f"r{n}") for n in range(30_000))) + 'x,"', "iwgc_daily", "never closed"),
    ],
)
async def test_what_cannot_be_imported_is_said_in_a_line(everyvoice, stored, content, layout, told):
    result = await everyvoice(content, "--layout", layout, "--apply")
    assert result.exit_code == 1
    assert told in result.stderr
    assert result.stderr.strip().splitlines()[-1].startswith("Nothing was imported. ")
    assert await stored("inbox_event") == 0


async def test_figures_that_a_layout_has_not_are_not_told(everyvoice, stored):
    months = "team_code,month,scale,very_good,good,neither_good_nor_poor,poor,very_poor,dont_know"
    result = await everyvoice(
        f"{months}\nA,2021-05,recommend,1,0,0,0,0,0\n", "--layout", "fft_history"
    )
    assert result.exit_code == 0
    assert "missing" not in result.stdout
    assert await stored("feedback_monthly") == 0


def test_a_refusal_without_details_is_said_by_its_title():
    assert imports._why({}, "It cannot be done") == "It cannot be done"
