"""Keeps a secret in a file that only its owner reads, made once whoever comes first."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def keep(path: Path, make: Callable[[], str]) -> str:
    """Return what the file says; without one, make it, whole and mode 0600 from its first instant.

    Two processes at once get the same answer: linking refuses where renaming would overwrite.
    """
    if path.exists():
        return path.read_text().strip()
    fd, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(fd, "w") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(fd)
        with suppress(FileExistsError):  # the other process was first, its value counts
            os.link(name, path)
    finally:
        Path(name).unlink()
    return path.read_text().strip()
