"""Locks that end with their process: the kernel drops a flock, so none is ever stale."""

import fcntl
import os
from pathlib import Path

from app.local.errors import LocalError


class LockedError(LocalError):
    """Another living process holds the lock; `holder` is its pid as it wrote it, or empty."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"{path} is held by process {holder or 'unknown'}")
        self.path = path
        self.holder = holder


class Lock:
    """An exclusive lock on a file; the file stays, only the lock on it counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None

    def take(self) -> None:
        """Lock or raise LockedError at once; never waits."""
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(fd, 32).decode(errors="replace").strip()
            os.close(fd)
            raise LockedError(self.path, holder) from None
        os.ftruncate(fd, 0)
        os.write(fd, f"{os.getpid()}\n".encode())
        self._fd = fd

    def release(self) -> None:
        """Unlock; harmless when it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
