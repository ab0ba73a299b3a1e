"""Runs the whole service on one machine: database, API and worker, and ends it as a whole."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from app.local import child
from app.local.errors import LocalError
from app.local.home import Home
from app.local.keep import keep
from app.local.postgres import Postgres

_EVERYVOICE = (sys.executable, "-m", "app.cli")
_FIRST_KEY = ("--user", "Administrator", "--role", "administrator", "--name", "first", "--quiet")
_PORT_PATIENCE = 2.0
"""Seconds in which the children of a killed run, told by the kernel, give its port back."""


class RunError(LocalError):
    """The service cannot start or go on; the message is for the person at the terminal."""


class _StoppedError(Exception):
    """Somebody asked us to end while we were still starting."""


@dataclass(frozen=True)
class Commands:
    """What the supervisor starts; `migrate`, `demo` and `first_key` end by themselves."""

    migrate: Sequence[str] = (*_EVERYVOICE, "migrate")
    demo: Sequence[str] = (*_EVERYVOICE, "demo", "--if-empty")
    first_key: Sequence[str] = (*_EVERYVOICE, "keys", "create", *_FIRST_KEY)
    api: Sequence[str] = (*_EVERYVOICE, "serve")
    worker: Sequence[str] = (*_EVERYVOICE, "worker")


@dataclass(frozen=True)
class Plan:
    """One run: its home, its port (0 takes a free one), and a database of one's own or None.

    `environment` is handed to the children beneath what the supervisor decides; `demo` is
    whether an empty database gets the demonstration trust; `grace` is in seconds.
    """

    home: Path
    port: int = 8000
    database: str | None = None
    iwgc_secrets: Sequence[str] = ()
    pepper: str = ""
    field_keys: Sequence[str] = ()
    index_key: str = ""
    demo: bool = True
    commands: Commands = field(default_factory=Commands)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    grace: float = 15.0
    start_within: float = 60.0


def run(plan: Plan, say: Callable[[str], None]) -> None:
    """Start everything, tell where it is, and return after SIGINT, SIGTERM or SIGHUP.

    Raises LocalError when something cannot start or ends of itself; whatever was started has
    ended by then.
    """
    stop = threading.Event()
    with _signals(stop), ExitStack() as ending:
        port = _port(plan.port)
        home = Home(plan.home)
        home.open()
        ending.callback(home.close)
        running = _Run(plan, home, port, stop, say, ending)
        try:
            running.start()
            running.watch()
        except _StoppedError:
            pass
        finally:
            say("Stopping.")


@dataclass
class _Run:
    plan: Plan
    home: Home
    port: int
    stop: threading.Event
    say: Callable[[str], None]
    ending: ExitStack
    postgres: Postgres | None = None
    children: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def start(self) -> None:
        plan, commands = self.plan, self.plan.commands
        database = plan.database or self._embedded()
        environment = self._environment(database)
        self.say("Migrating the database.")
        self._finish("migrate", commands.migrate, environment)
        key = self._first_key(environment)
        self.home.publish(key)
        # Both get SIGTERM before either is waited for, and before the database goes.
        self.ending.callback(self._end_children)
        for name, command in (("API", commands.api), ("worker", commands.worker)):
            self.children[name] = self._spawn(command, environment, capture=False)
        self._await_ready()
        self.say(f"Every Voice is ready: http://127.0.0.1:{self.port}/docs")
        self.say(f"Admin key: {key}  (kept in {self.home.admin_key})")
        self.say("Ctrl-C stops it.")

    def watch(self) -> None:
        while not self.stop.wait(0.1):
            self._check()

    def _embedded(self) -> str:
        self.say(f"Starting PostgreSQL in {self.home.postgres}.")
        self.postgres = Postgres(self.home.postgres)
        self.postgres.start()
        self.ending.callback(self.postgres.stop)
        return self.postgres.url

    def _environment(self, database: str) -> dict[str, str]:
        # By environment, not by argument: every user of the machine reads arguments.
        return {
            **self.plan.environment,
            "EVERYVOICE_HOME": str(self.home.folder),
            "EVERYVOICE_HOST": "127.0.0.1",
            "EVERYVOICE_PORT": str(self.port),
            "EVERYVOICE_DATABASE__URL": database,
            "EVERYVOICE_WEBHOOKS__IWGC_SECRETS": ",".join(self.plan.iwgc_secrets)
            or self.home.iwgc_secret(),
            "EVERYVOICE_IDENTITY__PEPPER": self.plan.pepper or self.home.pepper(),
            "EVERYVOICE_CRYPTO__KEYS": ",".join(self.plan.field_keys) or self.home.field_keys(),
            "EVERYVOICE_CRYPTO__INDEX_KEY": self.plan.index_key or self.home.index_key(),
        }

    def _first_key(self, environment: dict[str, str]) -> str:
        """Return the first admin key; the first start fills the database before it makes one."""
        path = self.home.first_key_of(self.plan.database)
        if path.exists():
            return path.read_text().strip()
        if self.plan.demo:
            self.say("Loading the demonstration trust (first start only).")
            self._finish("demo", self.plan.commands.demo, environment)
        key = self._finish("keys create", self.plan.commands.first_key, environment, capture=True)
        # Written last: a file says that the first start came to its end.
        return keep(path, lambda: key)

    def _spawn(
        self, command: Sequence[str], environment: dict[str, str], *, capture: bool
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603  our own commands
            child.script(signal.SIGTERM, child.SAME, Path.cwd(), list(command)),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else None,
            text=True,
            start_new_session=True,  # Ctrl-C reaches us alone; we end the others in order
        )

    def _finish(
        self,
        name: str,
        command: Sequence[str],
        environment: dict[str, str],
        *,
        capture: bool = False,
    ) -> str:
        """Run a command to its end and return what it printed, where that is captured."""
        with self._spawn(command, environment, capture=capture) as process:
            try:
                while process.poll() is None:
                    if self.stop.wait(0.02):
                        raise _StoppedError
            finally:
                _end([process], self.plan.grace)
            told = process.stdout.read() if process.stdout else ""
        if process.returncode != 0:
            raise RunError(f"`everyvoice {name}` failed ({_ended(process.returncode)}).")
        return told.strip()

    def _await_ready(self) -> None:
        deadline = time.monotonic() + self.plan.start_within
        while not _ready(self.port):
            self._check()
            if self.stop.wait(0.05):
                raise _StoppedError
            if time.monotonic() > deadline:
                raise RunError(f"The API was not ready within {self.plan.start_within:.0f} s.")

    def _check(self) -> None:
        """Refuse to go on without one of the parts: half a service hides its fault."""
        for name, process in self.children.items():
            if process.poll() is not None:
                raise RunError(f"The {name} ended by itself ({_ended(process.returncode)}).")
        if self.postgres and self.postgres.pid is None:
            raise RunError(f"PostgreSQL ended by itself; see {self.postgres.log}.")

    def _end_children(self) -> None:
        _end(self.children.values(), self.plan.grace)


def _end(processes: Iterable[subprocess.Popen[str]], grace: float) -> None:
    """Ask all to end, then wait for each, and kill what is left after `grace` seconds."""
    living = [process for process in processes if process.poll() is None]
    for process in living:
        process.terminate()
    deadline = time.monotonic() + grace
    for process in living:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ended(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _port(wanted: int) -> int:
    """Return the port when it is free, before anything is started; raises RunError."""
    deadline = time.monotonic() + _PORT_PATIENCE
    while True:
        with socket.socket() as probe:
            # As servers do, so that connections still closing do not count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
                port: int = probe.getsockname()[1]
            except OSError as error:
                if time.monotonic() > deadline:
                    raise RunError(
                        f"Port {wanted} of 127.0.0.1 cannot be used: {error.strerror}. "
                        "Stop what holds it, or set EVERYVOICE_PORT to another."
                    ) from None
            else:
                return port
        time.sleep(0.1)


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """Let SIGINT, SIGTERM and SIGHUP ask for an orderly end, whatever the caller's shell set."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup wants us to stay
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
