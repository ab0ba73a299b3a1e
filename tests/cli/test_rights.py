"""Who was erased stays erased after a restore of the database."""

import asyncio
import json
from datetime import date
from uuid import UUID, uuid4

import asyncpg
import pytest
from click.testing import Result
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from typer.testing import CliRunner

from app import migrate
from app.cli import commands, rights
from app.core.clock import today
from app.core.db import create_engine
from app.domain.people.register.models import Person
from app.domain.rights.erasure import service as erasure
from app.domain.rights.holds.models import LegalHold
from tests.conftest import _execute, server_url

migrate.models()
assert rights.reapply
PLAN = """
INSERT INTO pastoral_plan (id, person_id, wellbeing, created_at, updated_at, version)
VALUES (gen_random_uuid(), $1, 'Quoll likes quiet rooms', now(), now(), 1)"""
ISSUE = """
WITH made AS (
    INSERT INTO forum (id, kind, name, papers_days, created_at, updated_at, version)
    VALUES (gen_random_uuid(), 'youth_board', 'B', 7, now(), now(), 1) RETURNING id)
INSERT INTO forum_issue (id, forum_id, what, raised_by, raised_on, created_at, updated_at, version)
SELECT gen_random_uuid(), id, 'Zanzibarina Quoll asked for ramps', 'patient', '2020-01-01',
       now(), now(), 1 FROM made"""
WORDS = """
SELECT concat_ws(' ', (SELECT string_agg(to_jsonb(p)::text, '') FROM person p),
                 (SELECT string_agg(to_jsonb(p)::text, '') FROM pastoral_plan p),
                 (SELECT string_agg(to_jsonb(p)::text, '') FROM forum_issue p))"""


@pytest.fixture
async def work(scratch_url):
    """Give an engine and its sessions; dispose of it, or the database cannot be copied."""

    async def made():
        engine = create_engine(scratch_url, "worker", pool=1)
        return engine, async_sessionmaker(engine, expire_on_commit=False)

    return made


@pytest.fixture
async def people(scratch_url, work) -> list[UUID]:
    """Somebody with a record merged into theirs, a plan, and their name in an issue."""
    engine, sessions = await work()
    start = {"status": "left", "status_since": date(2020, 1, 1), "language": "en"}
    async with sessions.begin() as session:
        amara = Person(name="Zanzibarina Quoll", email="z.quoll@example.org", **start)
        session.add(amara)
        await session.flush()
        double = Person(name="Z. Quoll", merged_into=amara.id, **start)
        session.add(double)
        session.add(Person(name="Somebody Else", **start))
        await session.flush()
    await engine.dispose()
    connection = await asyncpg.connect(scratch_url)
    await connection.execute(PLAN, amara.id)
    await connection.execute(ISSUE)
    await connection.close()
    return [amara.id, double.id]


@pytest.fixture
async def backup(scratch_url):
    """Copy the database as it stands: `url = await backup()`."""
    names = []

    async def made() -> str:
        names.append(f"ev_backup_{uuid4().hex}")
        await _execute(f"CREATE DATABASE {names[-1]} TEMPLATE {scratch_url.rpartition('/')[2]}")
        return server_url(names[-1])

    yield made
    for name in names:
        await _execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def run(monkeypatch):
    async def made(url: str, *words: str) -> Result:
        monkeypatch.setenv("EVERYVOICE_DATABASE__URL", url)
        return await asyncio.to_thread(CliRunner().invoke, commands, ["rights", *words])

    return made


async def erase(work, id_: UUID) -> None:
    engine, sessions = await work()
    told = {"ground": "objection", "received_on": today(), "refused": [], "decided_by": uuid4()}
    async with sessions.begin() as session:
        person = await session.get_one(Person, id_, with_for_update=True)
        await erasure.erased(session, person, told, by=uuid4())
    await engine.dispose()


async def value(url: str, query: str, *values: object):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query, *values)
    finally:
        await connection.close()


async def kept(run, url, tmp_path, more: str = "") -> tuple[str, list[dict]]:
    result = await run(url, "tombstones")
    assert result.exit_code == 0, result.output
    file = tmp_path / "tombstones"
    file.write_text(result.stdout + more, encoding="utf-8")
    return str(file), [json.loads(line) for line in result.stdout.splitlines()]


async def test_a_line_is_kept_of_each_record_and_tells_nothing_of_anybody(
    run, work, people, scratch_url, tmp_path
):
    assert (await run(scratch_url, "tombstones")).stdout == ""
    await erase(work, people[0])
    _, lines = await kept(run, scratch_url, tmp_path)
    assert [UUID(each["person_id"]) for each in lines] == people
    assert all(each["ground"] == "objection" for each in lines)
    assert all(
        each.keys() == {"person_id", "ground", "received_on", "erased_on", "refused", "decided_by"}
        for each in lines
    )
    assert "quoll" not in json.dumps(lines).lower()


async def test_who_is_back_after_a_restore_is_erased_again_once(
    run, work, people, backup, scratch_url, tmp_path
):
    restored = await backup()
    await erase(work, people[0])
    file, lines = await kept(run, scratch_url, tmp_path)
    assert (await value(restored, WORDS)).lower().count("quoll") == 5
    result = await run(restored, "reapply", file)
    assert (result.exit_code, result.stdout) == (0, "2 tombstones, 1 people erased again\n")
    words = await value(restored, WORDS)
    assert "quoll" not in words.lower()
    assert "Somebody Else" in words
    assert "[erased] asked for ramps" in words
    # Nobody is told a second time, and the erasure is to be shown as any other.
    assert await value(restored, "SELECT count(*) FROM message") == 0
    _, again = await kept(run, restored, tmp_path)
    assert again == lines
    rows = "SELECT string_agg(to_jsonb(t)::text, '' ORDER BY id) FROM person t"
    before = await value(restored, rows)
    result = await run(restored, "reapply", file)
    assert result.stdout == "2 tombstones, 0 people erased again\n"
    assert await value(restored, rows) == before
    assert await value(restored, "SELECT count(*) FROM erasure") == 1


async def test_a_hold_and_a_place_of_an_older_day_are_no_more_in_the_way(
    run, work, people, backup, scratch_url, tmp_path
):
    engine, sessions = await work()
    double, amara = people[1], people[0]
    async with sessions.begin() as session:
        for id_ in people:
            hold = LegalHold(person_id=id_, reason="Quoll", since=date(2020, 1, 1), held_by=amara)
            session.add(hold)
        await session.flush()
        await unmerge(session, double)
    await engine.dispose()
    restored = await backup()
    await value(scratch_url, "UPDATE legal_hold SET lifted_on = since, lifted_by = held_by")
    await value(scratch_url, "UPDATE person SET merged_into = $1 WHERE id = $2", amara, double)
    await erase(work, amara)
    file, _ = await kept(run, scratch_url, tmp_path)
    result = await run(restored, "reapply", file)
    assert result.stdout == "2 tombstones, 2 people erased again\n"
    held = "SELECT count(*) FROM legal_hold WHERE lifted_on IS NULL OR reason LIKE '%Quoll%'"
    assert await value(restored, held) == 0
    assert "quoll" not in (await value(restored, WORDS)).lower()


async def unmerge(session: AsyncSession, id_: UUID) -> None:
    double = await session.get_one(Person, id_)
    double.merged_into = None
    await session.flush()


async def test_whoever_came_after_the_backup_is_passed_over(run, scratch_url, tmp_path):
    told = {
        "person_id": str(uuid4()),
        "ground": "objection",
        "received_on": "2020-01-01",
        "erased_on": "2020-01-01",
        "refused": [],
        "decided_by": str(uuid4()),
    }
    file = tmp_path / "tombstones"
    file.write_text(f"{json.dumps(told)}\n\n", encoding="utf-8")
    result = await run(scratch_url, "reapply", str(file))
    assert (result.exit_code, result.stdout) == (0, "1 tombstones, 0 people erased again\n")


async def test_a_file_that_is_none_erases_nobody_and_names_the_line(
    run, work, people, scratch_url, tmp_path
):
    await erase(work, people[0])
    file, _ = await kept(run, scratch_url, tmp_path, '\n{"person_id": "secret"}\n')
    result = await run(scratch_url, "reapply", file)
    assert result.exit_code == 2
    assert "line 4" in result.output
    assert "secret" not in result.output
