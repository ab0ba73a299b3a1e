"""Processor time of processes, which a busy machine blurs less than it does time on the clock."""

from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def spent(root: int) -> dict[int, float]:
    """Give the milliseconds that a process and those below it have run so far; Linux only."""
    return {pid: _spent(pid) for pid in (root, *_below(root))} if _PROC.exists() else {}


def since(before: dict[int, float], root: int) -> float:
    """Give the milliseconds run since; processes made meanwhile count, ended ones do not."""
    return sum(now - before.get(pid, 0.0) for pid, now in spent(root).items())


def _spent(pid: int) -> float:
    total = 0
    for file in _PROC.glob(f"{pid}/task/*/schedstat"):
        try:
            total += int(file.read_text().split()[0])
        except (OSError, IndexError):
            continue  # ended in between
    return total / 1e6


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
