"""Finds and ends the PostgreSQL that an earlier, killed run left on a data directory."""

import os
import signal
import subprocess
import time
from pathlib import Path

from app.local.errors import LocalError

PROC = Path("/proc")


class OrphanError(LocalError):
    """A process still has the data directory open and cannot be ended."""


def clear(data: Path, patience: float = 20.0) -> None:
    """End every server process of `data` and make its pid file harmless; raises OrphanError.

    To be called under the folder's lock only: whatever runs on `data` then has no owner.
    `patience` is in seconds, for a fast shutdown; harder ends get a quarter of it.
    """
    for number, wait, everyone in (
        (signal.SIGINT, patience, False),
        (signal.SIGQUIT, patience / 4, True),
        (signal.SIGKILL, patience / 4, True),
    ):
        living = residents(data)
        if not living:
            break
        first = living & {_postmaster(data)}
        _send(number, living if everyone else first)
        # Without their first process the others leave on their own, within moments.
        _wait(data, wait if first or everyone else 1.0)
    if living := residents(data):
        raise OrphanError(f"PostgreSQL processes {sorted(living)} keep {data} open")
    _disarm(data / "postmaster.pid")


def residents(data: Path) -> set[int]:
    """Return the pids of server processes whose data directory this is."""
    if not (PROC / "self" / "cwd").exists():
        return _listed_by_ps(data)
    found = set()
    for folder in PROC.glob("[0-9]*"):
        try:
            # Each of PostgreSQL's processes works in its data directory, under this name;
            # the pid alone says nothing, it may be another program's by now.
            at_home = str((folder / "cwd").readlink()) == str(data)
            if at_home and (folder / "comm").read_text().strip() == "postgres":
                found.add(int(folder.name))
        except OSError:
            continue  # ended meanwhile, or another user's
    return found


def _listed_by_ps(data: Path) -> set[int]:
    # Where there is no /proc only the first process is seen; the others end by themselves.
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,args="],  # noqa: S607  wherever the system keeps it
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = (line.split(maxsplit=2) for line in listing.splitlines())
    return {
        int(row[0])
        for row in rows
        if len(row) > 2 and row[1].endswith("/postgres") and f"-D {data} " in row[2] + " "  # noqa: PLR2004
    }


def _postmaster(data: Path) -> int:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def _send(number: signal.Signals, pids: set[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _wait(data: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and residents(data):
        time.sleep(0.02)


def _disarm(path: Path) -> None:
    """Write our own pid into a left pid file: PostgreSQL passes over its parent's pid.

    Its old pid may belong to another program now, at which PostgreSQL would refuse to start.
    The rest of the file stays, by it PostgreSQL checks that no shared memory is still in use.
    """
    if path.exists():
        _, _, rest = path.read_text().partition("\n")
        if rest:
            path.write_text(f"{os.getpid()}\n{rest}")
        else:
            path.unlink()
