"""`everyvoice send-test-event` against the service as it really runs."""

import pytest
from typer.testing import CliRunner

from app import cli
from app.cli import commands, events
from app.core.statement import open_pool
from tests.conftest import SECRET
from tests.e2e.serving import serving

SEND = "send-test-event"


@pytest.fixture(scope="module")
def registered() -> None:
    assert events.send_test_event in [each.callback for each in cli.commands.registered_commands]


def invoke(*options: str):
    return CliRunner().invoke(commands, [SEND, *options])


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """No secret in the environment, and a home without one."""
    monkeypatch.delenv("EVERYVOICE_WEBHOOKS__IWGC_SECRETS", raising=False)
    monkeypatch.setenv("EVERYVOICE_HOME", str(tmp_path))
    return tmp_path


async def test_a_sample_is_signed_and_taken(scratch_url, registered, nowhere, monkeypatch):
    with serving(scratch_url) as address:
        given = invoke("--url", address, "--secret", SECRET)
        (nowhere / "iwgc-secret").write_text(SECRET + "\n")
        kept = invoke("--url", address, "--answer", "poor")
        monkeypatch.setenv("EVERYVOICE_WEBHOOKS__IWGC_SECRETS", f"{SECRET},whsec_b2xk")
        monkeypatch.setenv("EVERYVOICE_PORT", address.rpartition(":")[2])
        set_ = invoke("--location", "OXH-WARD")
        forged = invoke("--url", address, "--secret", "whsec_b2xk")
    assert [each.exit_code for each in (given, kept, set_, forged)] == [0, 0, 0, 1]
    assert all('"status":"stored"' in each.output for each in (given, kept, set_))
    assert forged.output.startswith("401 ")
    async with await open_pool(scratch_url, "read", size=1, statement_ms=5_000) as door:
        rows = await door.fetch("SELECT convert_from(body, 'UTF8') AS body FROM inbox_event")
    told = "".join(row["body"] for row in rows)
    assert len(rows) == 3
    assert all(word in told for word in ("OXH-CMHT-CITY", "OXH-WARD", '"poor"', '"very_good"'))


def test_without_a_secret_it_says_what_to_do(registered, nowhere):
    told = invoke()
    assert told.exit_code == 1
    assert "EVERYVOICE_WEBHOOKS__IWGC_SECRETS" in told.output
