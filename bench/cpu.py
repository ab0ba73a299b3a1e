"""Processor time of processes, which a busy machine blurs less than it does time on the clock."""

import os
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


def spent(root: int) -> dict[int, float]:
    """Give the milliseconds that a process and those below it have run so far; Linux only."""
    return {pid: _spent(pid) for pid in (root, *_below(root))} if _PROC.exists() else {}


def since(before: dict[int, float], root: int) -> float:
    """Give the milliseconds run since; processes made meanwhile count, ended ones do not."""
    return sum(now - before.get(pid, 0.0) for pid, now in spent(root).items())


def peak_mib(pid: int) -> float:
    """Give the most memory that a process has held so far; 0 where nobody tells."""
    try:
        told = (_PROC / str(pid) / "status").read_text()
    except OSError:
        return 0.0
    _, found, rest = told.partition("VmHWM:")
    return int(rest.split()[0]) / 1024 if found else 0.0


def _spent(pid: int) -> float:
    """Add up a process's time in its own code and in the system's, ended threads included."""
    try:
        told = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0  # ended in between
    return 1000 * (int(told[11]) + int(told[12])) / _TICKS


def _below(root: int) -> Iterator[int]:
    parents: dict[int, list[int]] = {}
    for file in _PROC.glob("[0-9]*/stat"):
        try:
            parent = int(file.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        parents.setdefault(parent, []).append(int(file.parent.name))
    waiting = [root]
    while waiting:
        children = parents.get(waiting.pop(), [])
        waiting += children
        yield from children
