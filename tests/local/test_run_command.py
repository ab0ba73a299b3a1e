"""`everyvoice run` on the command line."""

import os
import runpy
import socket
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import cli
from app.cli import run as command
from app.local import supervisor
from app.local.supervisor import Plan, RunError
from tests.conftest import CRYPTO


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """The plans that would have been run, in an environment that says nothing."""
    plans: list[Plan] = []
    monkeypatch.setattr(supervisor, "run", lambda plan, _: plans.append(plan))
    for name in [name for name in os.environ if name.startswith("EVERYVOICE_")]:
        monkeypatch.delenv(name)
    return plans


def test_without_settings_it_brings_its_own_database(asked: list[Plan]) -> None:
    assert CliRunner().invoke(cli.commands, ["run"]).exit_code == 0
    plan = asked[0]
    assert (plan.home, plan.port, plan.database) == (Path(".everyvoice"), 8000, None)
    assert plan.demo


def test_the_environment_moves_it(asked: list[Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HOME": "/elsewhere",
        "PORT": "8123",
        "DATABASE__URL": "postgresql://db/own",
        "WEBHOOKS__IWGC_SECRETS": "whsec_a,whsec_b",
        "IDENTITY__PEPPER": "pepper",
        "CRYPTO__KEYS": ",".join(CRYPTO.keys),
        "CRYPTO__INDEX_KEY": CRYPTO.index_key,
    }.items():
        monkeypatch.setenv(f"EVERYVOICE_{name}", value)
    assert CliRunner().invoke(cli.commands, ["run", "--no-demo"]).exit_code == 0
    plan = asked[0]
    assert (plan.home, plan.port, plan.database) == (
        Path("/elsewhere"),
        8123,
        "postgresql://db/own",
    )
    assert (plan.iwgc_secrets, plan.pepper) == (("whsec_a", "whsec_b"), "pepper")
    assert (plan.field_keys, plan.index_key) == (CRYPTO.keys, CRYPTO.index_key)
    assert not plan.demo


def test_what_goes_wrong_is_one_line_and_an_exit_code(
    asked: list[Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RunError("Port 8000 is taken.")

    monkeypatch.setattr(supervisor, "run", refuse)
    result = CliRunner().invoke(cli.commands, ["run"])
    assert result.exit_code == 1
    assert result.stderr == "everyvoice run: Port 8000 is taken.\n"


def test_every_file_of_commands_registers_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["everyvoice", "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("app.cli", run_name="__main__", alter_sys=False)
    assert ended.value.code == 0
    assert "Run everything on this machine" in capsys.readouterr().out
    assert command.run in [found.callback for found in cli.commands.registered_commands]


def test_a_taken_port_is_told_by_the_real_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(supervisor, "_PORT_PATIENCE", 0.1)
    monkeypatch.setenv("EVERYVOICE_HOME", str(tmp_path / "home"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("EVERYVOICE_PORT", str(port))
        result = CliRunner().invoke(cli.commands, ["run"])
    assert result.exit_code == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in result.stderr
    assert not (tmp_path / "home").exists()
