"""What a killed run left."""

import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from app.local import orphans
from app.local.orphans import OrphanError, clear, residents


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path


def server(data: Path, script: str) -> subprocess.Popen[bytes]:
    """Start what looks like a server: named postgres, working in the data directory."""
    program = data.parent / f"{data.name}-bin" / "postgres"
    program.parent.mkdir(exist_ok=True)
    if not program.exists():
        program.symlink_to("/bin/bash")
    process = subprocess.Popen(
        [program, "-c", script], cwd=data, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def ended(process: subprocess.Popen[bytes]) -> int:
    process.communicate(timeout=5)
    return process.returncode


def test_only_servers_of_this_data_directory_are_seen(data: Path) -> None:
    stranger = subprocess.Popen(["/bin/sleep", "60"], cwd=data)
    found = server(data, "echo; read x")
    assert residents(data) == {found.pid}
    assert residents(data.parent) == set()
    ended(found)
    stranger.kill()
    stranger.wait()


def test_the_first_process_gets_time_for_a_clean_end(data: Path) -> None:
    process = server(data, "trap 'exit 7' INT; echo; while :; do read -t 0.05 x; done")
    (data / "postmaster.pid").write_text(f"{process.pid}\nrest\n")
    _reaping(process, lambda: clear(data))
    assert ended(process) == 7


def test_left_children_without_their_first_process_are_told_to_quit(data: Path) -> None:
    process = server(
        data, "trap '' INT; trap 'exit 8' QUIT; echo; while :; do read -t 0.05 x; done"
    )
    _reaping(process, lambda: clear(data))
    assert ended(process) == 8


def test_the_deaf_are_killed(data: Path) -> None:
    process = server(data, "trap '' INT QUIT; echo; while :; do read -t 0.05 x; done")
    (data / "postmaster.pid").write_text(f"{process.pid}\nrest\n")
    _reaping(process, lambda: clear(data, patience=0.2))
    assert ended(process) == -signal.SIGKILL


def test_what_cannot_be_ended_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "residents", lambda _: {2**22 + 1})  # no such process
    with pytest.raises(OrphanError, match=str(2**22 + 1)):
        clear(data, patience=0.1)


def test_without_proc_the_first_process_is_found_by_its_arguments(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orphans, "PROC", Path("/nonexistent"))
    program = data / "postgres"
    program.symlink_to("/bin/sleep")
    process = subprocess.Popen([program, "60"])
    assert residents(data) == set()
    listing = (
        f"{process.pid} {program} -D {data} -h x\n 7 {program} -D {data}2 -h x\n 8 [kthread]\n"
    )
    monkeypatch.setattr(
        subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, listing, "")
    )
    assert residents(data) == {process.pid}
    process.kill()
    process.wait()


def _reaping(process: subprocess.Popen[bytes], action: object) -> None:
    """Act while the process, a child of ours here and of init in life, is reaped on its end."""

    def reap() -> None:
        while process.poll() is None:
            time.sleep(0.01)

    reaper = threading.Thread(target=reap)
    reaper.start()
    action()  # type: ignore[operator]
    reaper.join()
