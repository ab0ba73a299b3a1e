"""The run as a whole, with small programs in place of the service's commands."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from app.local import supervisor
from app.local.home import BusyError, Home
from app.local.orphans import residents
from app.local.supervisor import Commands, Plan, RunError, run

NOWHERE = "postgresql://u:p@127.0.0.1:1/none"
"""A database of one's own, for tests that never ask it anything."""

_TELL = "import os, sys; print(' '.join(sys.argv[1:]), file=open(os.environ['TOLD'], 'a'));"
_API = (
    _TELL + "import signal; from http.server import *\n"
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
    "class Answer(BaseHTTPRequestHandler):\n"
    "    def do_GET(self): self.send_response(200); self.end_headers()\n"
    "    def log_message(self, *_): pass\n"
    "HTTPServer(('127.0.0.1', int(os.environ['EVERYVOICE_PORT'])), Answer).serve_forever()\n"
)
_WORKER = _TELL + "import time; time.sleep(60)"


def program(code: str, name: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", code, name)


FAKES = Commands(
    migrate=program(_TELL, "migrate"),
    demo=program(_TELL, "demo"),
    first_key=program(_TELL + "print('ev_dev_key')", "key"),
    api=program(_API, "api"),
    worker=program(_WORKER, "worker"),
)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(
        home=tmp_path / "home",
        port=0,
        database=NOWHERE,
        commands=FAKES,
        environment={**os.environ, "TOLD": str(tmp_path / "told")},
        grace=5,
    )


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """What the fakes were started for, a line each."""
    (tmp_path / "told").touch()
    return tmp_path / "told"


def run_until(plan: Plan, phrase: str, number: signal.Signals = signal.SIGTERM) -> list[str]:
    """Run in this process and signal it when it says the phrase; returns all it said."""
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if phrase in line:
            signal.raise_signal(number)

    run(plan, say)
    return said


def code_of(name: str, code: str, plan: Plan) -> Plan:
    return replace(plan, commands=replace(plan.commands, **{name: program(code, name)}))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_starts_in_order_says_where_it_is_and_ends_when_asked(
    plan: Plan, told: Path, number: signal.Signals
) -> None:
    before = signal.getsignal(number)
    # Not ready before the worker is there, so that the end does not come before its beginning.
    patient = _API.replace("200", "200 if 'worker' in open(os.environ['TOLD']).read() else 503")
    said = run_until(code_of("api", patient, plan), "Ctrl-C", number)
    assert told.read_text().splitlines()[:3] == ["migrate", "demo", "key"]
    assert sorted(told.read_text().splitlines()[3:]) == ["api", "worker"]
    assert any(line.startswith("Every Voice is ready: http://127.0.0.1:") for line in said)
    assert any("ev_dev_key" in line for line in said)
    assert said[-1] == "Stopping."
    assert (plan.home / "admin-key").read_text() == "ev_dev_key\n"
    assert signal.getsignal(number) == before


def test_nohup_keeps_it_running_when_the_terminal_goes(plan: Plan, told: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with supervisor._signals(threading.Event()):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_later_start_makes_no_second_key_and_no_demonstration(plan: Plan, told: Path) -> None:
    run_until(plan, "Ctrl-C")
    told.write_text("")
    run_until(plan, "Ctrl-C")
    assert sorted(told.read_text().split()) == ["api", "migrate", "worker"]


def test_an_empty_database_stays_empty_where_that_is_asked(plan: Plan, told: Path) -> None:
    run_until(replace(plan, demo=False), "Ctrl-C")
    assert "demo" not in told.read_text()
    assert "key" in told.read_text()


def test_children_get_the_secrets_by_environment(plan: Plan, told: Path, tmp_path: Path) -> None:
    out = tmp_path / "environment"
    dump = f"import json, os; json.dump(dict(os.environ), open({str(out)!r}, 'w'))"
    run_until(code_of("migrate", dump, plan), "Ctrl-C")
    home = Home(plan.home)
    given = json.loads(out.read_text())
    assert given["EVERYVOICE_DATABASE__URL"] == NOWHERE
    assert given["EVERYVOICE_WEBHOOKS__IWGC_SECRETS"] == home.iwgc_secret()
    assert given["EVERYVOICE_IDENTITY__PEPPER"] == home.pepper()
    assert given["EVERYVOICE_CRYPTO__KEYS"] == home.field_keys()
    assert given["EVERYVOICE_CRYPTO__INDEX_KEY"] == home.index_key()
    assert given["EVERYVOICE_HOME"] == str(home.folder)
    assert given["EVERYVOICE_HOST"] == "127.0.0.1"
    own = replace(code_of("migrate", dump, plan), iwgc_secrets=("whsec_a", "whsec_b"), pepper="p")
    own = replace(own, field_keys=("b:x", "a:y"), index_key="i")
    run_until(own, "Ctrl-C")
    given = json.loads(out.read_text())
    assert given["EVERYVOICE_WEBHOOKS__IWGC_SECRETS"] == "whsec_a,whsec_b"
    assert given["EVERYVOICE_IDENTITY__PEPPER"] == "p"
    assert given["EVERYVOICE_CRYPTO__KEYS"] == "b:x,a:y"
    assert given["EVERYVOICE_CRYPTO__INDEX_KEY"] == "i"


@pytest.mark.parametrize("name", ["migrate", "demo", "first_key"])
def test_a_step_that_fails_ends_the_run_and_starts_no_service(
    plan: Plan, told: Path, name: str
) -> None:
    with pytest.raises(RunError, match=r"failed \(exit code 3\)"):
        run(code_of(name, "raise SystemExit(3)", plan), lambda _: None)
    assert "api" not in told.read_text()


def test_a_step_is_ended_when_the_run_is(plan: Plan, told: Path) -> None:
    started = time.monotonic()
    run_until(code_of("migrate", "import time; time.sleep(60)", plan), "Migrating")
    assert time.monotonic() - started < 5
    assert "api" not in told.read_text()


@pytest.mark.parametrize("name", ["api", "worker"])
def test_a_child_that_ends_by_itself_ends_all_and_is_named(
    plan: Plan, told: Path, name: str
) -> None:
    shown = {"api": "API", "worker": "worker"}[name]
    broken = code_of(name, "import os; os.kill(os.getpid(), 9)", plan)
    with pytest.raises(RunError, match=f"The {shown} ended by itself \\(SIGKILL\\)"):
        run(broken, lambda _: None)


def test_an_api_that_is_never_ready_is_given_up(plan: Plan, told: Path) -> None:
    refusing = code_of("api", _API.replace("200", "503"), plan)
    with pytest.raises(RunError, match="not ready within 1 s"):
        run(replace(refusing, start_within=0.6), lambda _: None)


def test_an_api_that_speaks_no_http_is_not_ready(plan: Plan, told: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            connection.recv(1000)
            connection.sendall(b"SSH-2.0-x\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        assert supervisor._ready(server.getsockname()[1]) is False
        thread.join()


def test_it_can_be_ended_while_the_api_is_not_ready(plan: Plan, told: Path) -> None:
    slow = code_of("api", _WORKER, plan)
    timer = threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    run(slow, lambda _: None)
    timer.join()


def test_a_child_deaf_to_the_end_is_killed_after_its_grace(plan: Plan, told: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + _WORKER
    started = time.monotonic()
    run_until(replace(code_of("worker", deaf, plan), grace=0.5), "Ctrl-C")
    assert time.monotonic() - started < 10


def test_a_taken_port_is_told_before_anything_starts(
    plan: Plan, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_PORT_PATIENCE", 0.2)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        taken = replace(plan, port=server.server_port)
        with pytest.raises(RunError, match=rf"Port {server.server_port} .*EVERYVOICE_PORT"):
            run(taken, lambda _: None)
    assert told.read_text() == ""
    assert not plan.home.exists()


def test_a_second_run_on_the_same_home_is_refused(plan: Plan, told: Path) -> None:
    home = Home(plan.home)
    home.open()
    with pytest.raises(BusyError):
        run(plan, lambda _: None)
    home.close()
    assert told.read_text() == ""


_RUNNER = """
import dataclasses, json, os, sys
from pathlib import Path
from app.local.supervisor import Commands, Plan, run
commands = Commands(**json.loads(sys.argv[2]))
run(Plan(home=Path(sys.argv[1]), port=0, commands=commands), lambda line: print(line, flush=True))
"""


@pytest.fixture
def started(tmp_path: Path, told: Path) -> Iterator[subprocess.Popen[str]]:
    """A run of its own, with a PostgreSQL of its own, ready."""
    process = _started(tmp_path)
    yield process
    process.kill()
    process.communicate()


def _started(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _RUNNER, str(folder / "home"), json.dumps(vars(FAKES))],
        env={**os.environ, "TOLD": str(folder / "told")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Ctrl-C" in line:
            return process
    raise AssertionError("it ended before it was ready")


def gone(data: Path, *pids: int) -> bool:
    return not residents(data) and not any(_alive(pid) for pid in pids)


def _alive(pid: int) -> bool:
    with suppress(OSError):
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def children(process: subprocess.Popen[str]) -> list[int]:
    text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in text.split()]


def until(condition: object) -> None:
    deadline = time.monotonic() + 10
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_brings_and_takes_its_own_postgresql(
    started: subprocess.Popen[str], tmp_path: Path
) -> None:
    data = tmp_path / "home" / "postgres" / "data"
    pids = children(started)
    assert len(pids) == 3
    assert residents(data)
    started.send_signal(signal.SIGTERM)
    assert started.wait(20) == 0
    assert gone(data, *pids)


def test_nothing_outlives_a_killed_run_and_the_next_start_recovers(
    started: subprocess.Popen[str], tmp_path: Path
) -> None:
    data = tmp_path / "home" / "postgres" / "data"
    pids = children(started)
    started.kill()
    started.wait()
    until(lambda: gone(data, *pids))
    again = _started(tmp_path)
    for pid in (*residents(data), *children(again), again.pid):  # now truly everything
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    again.communicate()
    third = _started(tmp_path)
    third.send_signal(signal.SIGINT)
    third.communicate(timeout=20)
    assert third.returncode == 0
    assert gone(data)


def test_a_dead_postgresql_ends_the_run_by_name(
    started: subprocess.Popen[str], tmp_path: Path
) -> None:
    data = tmp_path / "home" / "postgres" / "data"
    os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert started.wait(20) != 0
    until(lambda: gone(data))
