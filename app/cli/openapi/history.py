"""Which earlier contract a new one is held against, as git remembers it."""

import json
import subprocess
from pathlib import Path
from typing import Any

Document = dict[str, Any]


class UnknownBaseError(Exception):
    """The branch or commit to compare with is not known here."""


def earlier(path: Path, now: str, base: str | None = None) -> Document | None:
    """Give the contract that clients hold, or None before the first one.

    That is the one where this branch left `base`; without a base the newest committed one that
    says something else than `now`, so that a check after the commit finds what one before it
    finds. Without git it is the file itself. Raises UnknownBaseError.
    """
    if _git(path, "rev-parse", "HEAD") is None:
        return _read(path.read_text()) if path.exists() else None
    if base is not None:
        left = _git(path, "merge-base", base, "HEAD")
        if left is None:
            raise UnknownBaseError(base)
        return _read(_at(path, left))
    changes = _git(path, "log", "-2", "--format=%H", "--", path.name) or ""
    for commit in changes.split():
        text = _at(path, commit)
        if text is not None and text != now:
            return _read(text)
    return None


def _at(path: Path, commit: str) -> str | None:
    return _git(path, "show", f"{commit.strip()}:./{path.name}")


def _read(text: str | None) -> Document | None:
    document: Document | None = None if text is None else json.loads(text)
    return document


def _git(path: Path, *arguments: str) -> str | None:
    """Give what git prints, or None where it is absent or refuses."""
    try:
        done = subprocess.run(  # noqa: S603  arguments are ours, the base is the developer's
            ["git", *arguments],  # noqa: S607  whichever git the developer uses
            cwd=path.parent,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return None if done.returncode else done.stdout
