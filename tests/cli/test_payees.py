"""`everyvoice payees` and `everyvoice keys rotate-fields` on a database of the test's own."""

import asyncio
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker
from typer.testing import CliRunner

from app.cli import commands
from app.cli import payees as _  # noqa: F401  registers its commands
from app.core.db import create_engine
from app.domain.reimbursements.payees import service
from app.domain.reimbursements.payees.charities import service as charities
from app.domain.reimbursements.payees.models import AccessPurpose
from tests.conftest import CRYPTO
from tests.domain.reimbursements.payees.giving import (
    BANK,
    NEW,
    OLD,
    account,
    charity,
    finance,
    somebody,
)
from tests.domain.reimbursements.payees.test_modulus import SUBSTITUTIONS, WEIGHTS
from tests.factories import Given

DAY = ("--valid-from", "2024-04-27")


@pytest.fixture
async def sessions(scratch_url):
    engine = create_engine(scratch_url, "worker", pool=2)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
def everyvoice(scratch_url, monkeypatch, tmp_path):
    """Call the command in this process, beside the running loop."""
    monkeypatch.setenv("EVERYVOICE_DATABASE__URL", scratch_url)
    monkeypatch.setenv("EVERYVOICE_HOME", str(tmp_path))

    async def call(*arguments: str) -> SimpleNamespace:
        return await asyncio.to_thread(CliRunner().invoke, commands, list(arguments))

    return call


async def test_the_published_tables_are_loaded_once_for_a_day(everyvoice, sessions, tmp_path):
    weights, others = tmp_path / "valacdos.txt", tmp_path / "scsubtab.txt"
    weights.write_text(WEIGHTS.replace("\n", "\r\n"))
    others.write_text(SUBSTITUTIONS)
    load = ("payees", "load-modulus-tables", str(weights), str(others), *DAY)
    done = await everyvoice(*load)
    assert done.exit_code == 0, done.output
    assert done.output == "Loaded 25 weights and 1 substitutions, valid from 2024-04-27.\n"
    again = await everyvoice(*load)
    assert (again.exit_code, "loaded already" in again.output) == (1, True)
    weights.write_text("107999 107999 MOD12")
    wrong = await everyvoice(*load[:-1], "2024-04-28")
    assert (wrong.exit_code, "weights: Line 1 does not fit" in wrong.output) == (1, True)
    async with sessions() as session:
        loaded = await session.scalars(text("SELECT valid_from::text FROM modulus_release"))
        assert loaded.all() == ["2024-04-27"]


@pytest.mark.parametrize("kept", [False, True])
async def test_details_are_sealed_anew_while_the_service_runs(
    everyvoice, sessions, monkeypatch, tmp_path, kept
):
    async with sessions() as session:
        given = Given(session)
        setter, confirmer = await finance(given), await finance(given)
        people = [await somebody(given) for _ in range(3)]
        for person in people:
            await account(session, person, setter, confirmer, keys=OLD)
        theirs = await charity(session, setter, confirmer, keys=OLD)
        await charity(session, setter, None, keys=OLD, charity_number="7654321", bank=False)
    if kept:
        (tmp_path / "field-keys").write_text(",".join(CRYPTO.keys) + "\n")
        (tmp_path / "index-key").write_text(CRYPTO.index_key + "\n")
    else:
        monkeypatch.setenv("EVERYVOICE_CRYPTO__KEYS", ",".join(CRYPTO.keys))
        monkeypatch.setenv("EVERYVOICE_CRYPTO__INDEX_KEY", CRYPTO.index_key)
    done = await everyvoice("keys", "rotate-fields", "--batch", "2")
    assert done.exit_code == 0, done.output
    assert done.output == "Sealed 4 rows anew by key k2.\n"
    assert (await everyvoice("keys", "rotate-fields")).output.startswith("Sealed 0 rows")
    purpose, by = AccessPurpose.PAYMENT_FILE, setter
    async with sessions() as session:
        ids = [person.id for person in people]
        found = await service.revealed(session, NEW, ids, purpose=purpose, by=by)
        assert found == dict.fromkeys(ids, BANK)
        found = await charities.revealed(session, NEW, [theirs.id], purpose=purpose, by=by)
        assert found == {theirs.id: BANK}
        traces = text("SELECT count(*) FROM payee_access WHERE purpose = 'key_rotation'")
        assert await session.scalar(traces) == 4
        await session.rollback()


async def test_without_keys_nothing_is_sealed_anew(everyvoice):
    done = await everyvoice("keys", "rotate-fields")
    assert (done.exit_code, "no keys" in done.output) == (1, True)
