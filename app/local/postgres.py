"""Runs a real PostgreSQL of our own: made once, started in moments, gone with its parent."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from app.local import child, orphans
from app.local.account import Seat, seat
from app.local.binaries import NoPostgresError, Source, find_binaries, version
from app.local.errors import LocalError
from app.local.keep import keep
from app.local.lock import Lock

__all__ = ["NoPostgresError", "Postgres", "PostgresError", "find_binaries"]

USER = "everyvoice"
DATABASE = "everyvoice"
DEFAULTS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failed statement's message, text and row may hold personal data. The client gets them;
    # the log gets what concerns the server itself.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
}
_SOCKET_BYTES = 107
_LOG_BYTES = 8 * 1024 * 1024
# What may be otherwise a moment later: another program took the port, or the last process of a
# killed server has not left its shared memory yet.
_PASSING = ("could not bind", "pre-existing shared memory block")


class PostgresError(LocalError):
    """PostgreSQL could not be made or started; the message ends with what it said itself."""


class Postgres:
    """One cluster in `folder` (made when absent), on a free port of 127.0.0.1.

    `options` are server settings over DEFAULTS; `prefer` as in `find_binaries`; `timeout` is in
    seconds, for the start and for the stop. Start it from a thread that lives as long as it
    should: on Linux it ends with that thread, however that ends.
    """

    def __init__(
        self,
        folder: Path,
        *,
        options: Mapping[str, str] | None = None,
        prefer: Source | None = None,
        timeout: float = 60.0,
    ) -> None:
        self.folder = folder.resolve()
        self.options = {**DEFAULTS, **(options or {})}
        self.port = 0
        self._prefer = prefer
        self._timeout = timeout
        self._lock = Lock(self.folder / "lock")
        self._process: subprocess.Popen[bytes] | None = None
        self._password = ""

    @classmethod
    @contextmanager
    def temporary(
        cls,
        *,
        options: Mapping[str, str] | None = None,
        prefer: Source | None = None,
        parent: Path | None = None,
    ) -> Iterator[Self]:
        """Yield a started cluster that leaves nothing behind in `parent`, or in the usual place."""
        folder = Path(tempfile.mkdtemp(prefix="ev-pg-", dir=parent))
        try:
            with cls(folder, options=options, prefer=prefer) as postgres:
                yield postgres
        finally:
            if (folder / "data").is_symlink():
                shutil.rmtree((folder / "data").resolve().parent)
            shutil.rmtree(folder)

    @property
    def url(self) -> str:
        """`postgresql://user:password@127.0.0.1:port/everyvoice`, a superuser's."""
        return self.url_of(DATABASE)

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def log(self) -> Path:
        """Where the server writes its log."""
        return self.folder / "log"

    def url_of(self, database: str) -> str:
        """Return the address of another database of this cluster."""
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> Self:
        """Make the cluster where it is missing, clear what a killed run left, and start it.

        Returns when it takes connections. Raises LocalError: PostgresError, NoPostgresError,
        AccountError, OrphanError, or LockedError when another process runs this cluster.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.take()
        try:
            self._password = keep(self.folder / "password", lambda: secrets.token_urlsafe(24))
            sitting = seat(self.folder, self._binaries())
            orphans.clear(sitting.area / "data")
            if not (sitting.area / "data" / "PG_VERSION").exists():
                self._create(sitting)
            self._launch(sitting)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Shut down fast but cleanly, harder when that takes too long; harmless when stopped."""
        if self._process:
            harder = iter((signal.SIGINT, signal.SIGQUIT))
            while self._process.poll() is None:
                self._process.send_signal(next(harder, signal.SIGKILL))
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(self._timeout)
            self._process = None
        self._lock.release()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _binaries(self) -> Path:
        made_by = self.folder / "data" / "PG_VERSION"
        major = int(made_by.read_text()) if made_by.exists() else None
        return find_binaries(self._prefer, major=major)

    def _create(self, sitting: Seat) -> None:
        """Build aside and rename when whole, so that an interrupted attempt leaves no cluster."""
        for left in sitting.area.glob("new-*"):
            orphans.clear(left / "data")  # initdb's own server may outlive it by a moment
            shutil.rmtree(left, ignore_errors=True)
        building = Path(tempfile.mkdtemp(prefix="new-", dir=sitting.area))
        password = building / "password"
        password.write_text(self._password)
        sitting.give(building, password)
        # Before 17 the C library's C.UTF-8; from then on the same order on every system.
        locale = ["--locale-provider=builtin"] if version(sitting.binaries) >= 17 else []  # noqa: PLR2004
        data = building / "data"
        program = ["initdb", "-D", str(data), "-U", USER, "-E", "UTF8", *locale]
        program += ["--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password}"]
        program += ["--data-checksums", "--no-instructions"]
        if self.options["fsync"] == "off":
            program.append("--no-sync")
        self._run(sitting, program)
        fsync = f"fsync={self.options['fsync']}"
        told = self._run(
            sitting,
            ["postgres", "--single", "-D", str(data), "-c", fsync, "postgres"],
            f"CREATE DATABASE {DATABASE}\n",
        )
        if "ERROR:" in told:
            raise PostgresError(f"The database could not be made.\n{told}")
        data.rename(sitting.area / "data")
        shutil.rmtree(building)
        if sitting.area != self.folder:
            (self.folder / "data").unlink(missing_ok=True)
            (self.folder / "data").symlink_to(sitting.area / "data")

    def _run(self, sitting: Seat, program: list[str], text: str = "") -> str:
        done = subprocess.run(  # noqa: S603  a program we found by its name
            self._command(sitting, signal.SIGKILL, program),
            input=text,
            capture_output=True,
            text=True,
            env=_environment(),
            check=False,
        )
        if done.returncode != 0:
            raise PostgresError(f"{program[0]} failed.\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
        return done.stderr

    def _command(self, sitting: Seat, die_by: signal.Signals, program: list[str]) -> list[str]:
        name, *arguments = program
        path = str(sitting.binaries / name)
        return child.script(die_by, sitting.account, sitting.area, [path, *arguments])

    def _launch(self, sitting: Seat) -> None:
        deadline = time.monotonic() + self._timeout
        while True:
            for left in sitting.area.glob(".s.PGSQL.*"):
                left.unlink()
            said = self._attempt(sitting, deadline)
            if said is None:
                return
            if time.monotonic() >= deadline or not any(phrase in said for phrase in _PASSING):
                raise PostgresError(f"PostgreSQL did not start; {self.log} ends with:\n{said}")
            time.sleep(0.2)

    def _attempt(self, sitting: Seat, deadline: float) -> str | None:
        """Start once; None when it is ready, else what it logged."""
        self.port = _free_port()
        data = sitting.area / "data"
        room = len(os.fsencode(sitting.area / ".s.PGSQL.65535")) <= _SOCKET_BYTES
        program = ["postgres", "-D", str(data), "-h", "127.0.0.1", "-p", str(self.port)]
        program += ["-k", str(sitting.area) if room else ""]
        for name, value in self.options.items():
            program += ["-c", f"{name}={value}"]
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_suffix(".1"))
        with self.log.open("ab") as log:
            begin = log.tell()
            self._process = subprocess.Popen(  # noqa: S603  a program we found by its name
                self._command(sitting, signal.SIGINT, program),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for us; we end it when its users have ended
            )
        while self._process.poll() is None and time.monotonic() < deadline:
            if _ready(data / "postmaster.pid", self._process.pid):
                return None
            time.sleep(0.01)
        return self.log.read_bytes()[begin:][-3000:].decode(errors="replace")


def _ready(pid_file: Path, pid: int) -> bool:
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    # Line 1 is the pid, line 8 the state; a left file has another pid.
    return lines[:1] == [str(pid)] and lines[7:8] == ["ready   "]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment() -> dict[str, str]:
    """Drop what would steer PostgreSQL from outside: its own variables and the locale."""
    steering = ("PG", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    return {**kept, "LC_ALL": "C"}
