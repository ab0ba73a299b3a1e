"""The script between us and our children."""

import ctypes
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.local import child


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[object]]:
    """Calls that would end this process, recorded instead."""
    calls: list[object] = []
    monkeypatch.chdir(tmp_path)
    for name in ("execv", "setgroups", "setgid", "setuid"):
        monkeypatch.setattr(os, name, lambda *a, name=name: calls.append((name, *a)))
    yield calls
    ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)


def death_signal() -> int:
    found = ctypes.c_int()
    ctypes.CDLL(None).prctl(2, ctypes.byref(found), 0, 0, 0)
    return found.value


def arguments(account: str = child.SAME, folder: str = "/") -> list[str]:
    command = child.script(signal.SIGTERM, account, Path(folder), ["/bin/true", "-v"])
    command[command.index(str(os.getpid()))] = str(os.getppid())  # we stand in for the child
    return command[4:]


def test_it_becomes_the_program_that_dies_with_its_parent(replaced: list[object]) -> None:
    child.main(arguments())
    assert replaced == [("execv", "/bin/true", ["/bin/true", "-v"])]
    assert Path.cwd() == Path("/")
    if sys.platform == "linux":
        assert death_signal() == signal.SIGTERM


def test_as_a_script_it_reads_its_command_line(
    replaced: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["child.py", *arguments()])
    runpy.run_path(child.__file__, run_name="__main__")
    assert replaced == [("execv", "/bin/true", ["/bin/true", "-v"])]


def test_elsewhere_than_on_linux_it_asks_for_no_signal(
    replaced: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    child.main(arguments())
    assert len(replaced) == 1
    assert death_signal() == 0


def test_it_drops_groups_then_group_then_user(replaced: list[object]) -> None:
    child.take("7:8")
    assert replaced == [("setgroups", []), ("setgid", 8), ("setuid", 7)]


def test_it_does_not_begin_when_the_parent_has_ended(replaced: list[object]) -> None:
    late = ["1234567", *arguments()[1:]]
    with pytest.raises(SystemExit, match="parent ended"):
        child.main(late)
    assert replaced == []


def test_a_namespace_is_mapped_group_first(
    replaced: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Libc:
        def unshare(self, flags: int) -> int:
            replaced.append(("unshare", flags))
            return 0

    def write(path: Path, text: str) -> None:
        replaced.append((path.name, text.split(maxsplit=1)[0]))

    monkeypatch.setattr(child, "_libc", Libc)
    monkeypatch.setattr(Path, "write_text", write)
    child.take(child.USERNS)
    assert replaced == [
        ("unshare", 0x10000000),
        ("setgroups", "deny"),
        ("gid_map", "65534"),
        ("uid_map", "65534"),
    ]


def test_what_the_kernel_refuses_is_an_error(replaced: list[object]) -> None:
    with pytest.raises(OSError, match="Invalid argument"):
        child._checked(ctypes.CDLL(None, use_errno=True).prctl(1, 999, 0, 0, 0))


def test_the_program_ends_when_its_parent_is_killed() -> None:
    code = (
        "import subprocess, time, signal; from pathlib import Path;"
        "from app.local import child;"
        "c = child.script(signal.SIGTERM, child.SAME, Path('/'), ['/bin/sleep', '60']);"
        "print(subprocess.Popen(c).pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pid = _line(parent)
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}/comm").read_text() != "sleep\n":
        assert time.monotonic() < deadline
    parent.kill()
    parent.communicate()
    while Path(f"/proc/{pid}").exists() and "Z" not in _state(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _line(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1][:3]
    except OSError:
        return "Z"
