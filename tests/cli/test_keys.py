"""`everyvoice keys` on a database of the test's own, as the process that somebody would start."""

import asyncio
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import async_sessionmaker
from typer.testing import CliRunner

from app import cli
from app.cli.keys import keys as commands
from app.core.clock import now
from app.core.db import create_engine
from app.core.statement import open_pool
from app.domain.identity import keys, queries
from app.domain.identity.models import ApiKey, User
from app.domain.identity.scopes import SCOPES
from app.local.supervisor import Commands
from tests.conftest import PEPPER
from tests.factories import Given

KEY = re.compile(r"ev_dev_[0-9A-Za-z]{36}")


@pytest.fixture
async def sessions(scratch_url):
    engine = create_engine(scratch_url, "worker", pool=2)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
def everyvoice(scratch_url, monkeypatch):
    """Call the command in this process, beside the running loop."""
    monkeypatch.setenv("EVERYVOICE_DATABASE__URL", scratch_url)
    monkeypatch.setenv("EVERYVOICE_IDENTITY__PEPPER", PEPPER)

    async def call(*arguments: str) -> SimpleNamespace:
        return await asyncio.to_thread(CliRunner().invoke, commands, list(arguments))

    return call


async def the_key(sessions) -> ApiKey:
    async with sessions() as session:
        (key,) = await queries.all_keys(session)
        return key


async def actor_behind(door, told: str):
    return await queries.actor_of(door, keys.digest(told, PEPPER), now())


async def test_the_first_key_is_printed_alone_and_works(scratch_url):
    """What `everyvoice run` calls, word for word."""
    environment = os.environ | {
        "EVERYVOICE_DATABASE__URL": scratch_url,
        "EVERYVOICE_IDENTITY__PEPPER": PEPPER,
    }
    program = [sys.executable, *Commands().first_key[1:]]
    done = await asyncio.to_thread(
        subprocess.run, program, env=environment, capture_output=True, text=True, check=True
    )
    told = done.stdout.strip()
    assert (KEY.fullmatch(told) is not None, done.stderr) == (True, "")
    door = await open_pool(scratch_url, "read", size=1, statement_ms=5_000)
    actor = await actor_behind(door, told)
    await door.close()
    assert (actor.name, actor.scopes, actor.limited) == ("Administrator", set(SCOPES), False)


async def test_a_key_is_made_with_limits_and_a_last_day(everyvoice, sessions):
    async with sessions() as session:
        given = Given(session)
        team = await given.team(code="CITY")
        directorate = await given.directorate("MH")
    done = await everyvoice(
        *("create", "--user", "Jo", "--role", "reader", "--role", "champion", "--name", "wall"),
        *("--scope", "feedback:read", "--directorate", "MH", "--team", "CITY"),
        *("--expires", "2030-06-30"),
    )
    assert done.exit_code == 0, done.output
    key = await the_key(sessions)
    assert done.output.startswith(f"Key {key.id} of Jo, shown this once:\n")
    assert KEY.search(done.output)
    assert (key.name, key.scopes) == ("wall", ["feedback:read"])
    assert (key.directorates, key.teams) == ([directorate.id], [team.id])
    assert key.expires_at == datetime(2030, 6, 30, 23, tzinfo=UTC)


async def test_a_user_of_that_name_gets_the_key_and_the_roles_they_lack(everyvoice, sessions):
    for roles in ((), ("--role", "reader"), ("--role", "reader", "--role", "champion")):
        done = await everyvoice("create", "--user", "Jo", "--name", str(len(roles)), *roles)
        assert done.exit_code == 0, done.output
    async with sessions() as session:
        (user,) = await queries.users_named(session, "Jo")
        assert [role.code for role in user.roles] == ["champion", "reader"]
        assert len((await session.scalars(select(ApiKey))).all()) == 3


async def test_keys_are_listed_without_the_keys_and_revoked(everyvoice, sessions):
    made = await everyvoice("create", "--user", "Jo", "--quiet")
    key = await the_key(sessions)
    listed = await everyvoice("list")
    assert all(word in listed.output for word in (str(key.id), "Jo", "main", key.hint))
    assert made.output.strip() not in listed.output
    done = await everyvoice("revoke", str(key.id))
    assert (done.exit_code, done.output) == (0, f"Key {key.id} is revoked.\n")
    revoked = (await the_key(sessions)).revoked_at
    assert f"{revoked:%Y-%m-%d %H:%M}" in (await everyvoice("list")).output


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("create", "--user", "Jo", "--role", "king"), 1, "roles/0: No such role"),
        (("create", "--user", "Jo", "--scope", "keys:read"), 1, "None of the user's roles"),
        (("create", "--user", "Jo", "--expires", "2020-01-01"), 1, "Lies in the past"),
        (("create", "--user", "Jo", "--expires", "soon"), 2, "--expires"),
        (("create", "--user", "Jo", "--directorate", "MH"), 2, "no directorate MH"),
        (("create", "--user", "Jo", "--team", "B", "--team", "A"), 2, "no team A, B"),
        (("create",), 2, "--user"),
        (("revoke", "00000000-0000-7000-8000-000000000000"), 1, "No such API key"),
        (("revoke", "x"), 2, "key_id"),
    ],
)
async def test_a_refusal_is_told_and_leaves_nothing(everyvoice, sessions, arguments, code, told):
    done = await everyvoice(*arguments)
    assert done.exit_code == code, done.output
    assert told in done.output
    async with sessions() as session:
        assert (await session.scalars(select(User))).all() == []


async def test_a_third_live_key_is_refused(everyvoice):
    for code in (0, 0, 1):
        done = await everyvoice("create", "--user", "Jo")
        assert done.exit_code == code
    assert "revoke one first" in done.output


async def test_a_name_that_several_have_is_refused(everyvoice, sessions):
    async with sessions() as session:
        for _ in range(2):
            await Given(session).user(name="Jo")
    done = await everyvoice("create", "--user", "Jo")
    assert (done.exit_code, "2 users are named Jo" in done.output) == (2, True)


async def test_a_missing_pepper_is_told_beside_the_key(everyvoice, monkeypatch):
    monkeypatch.delenv("EVERYVOICE_IDENTITY__PEPPER")
    done = await everyvoice("create", "--user", "Jo", "--quiet")
    assert KEY.fullmatch(done.stdout.strip())
    assert "EVERYVOICE_IDENTITY__PEPPER is empty" in done.stderr


async def test_what_an_operator_does_is_recorded_without_an_actor(everyvoice, sessions):
    await everyvoice("create", "--user", "Jo")
    async with sessions() as session:
        recorded = text("SELECT operation, actor_id FROM change_pending WHERE entity = 'api_key'")
        assert tuple((await session.execute(recorded)).one()) == ("keys create", None)


def test_the_commands_are_part_of_everyvoice():
    assert "keys" in [group.name for group in cli.commands.registered_groups]
