"""The service as a process of its own, on a database that a test may fill."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import httpx
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.db import create_engine
from tests.conftest import CRYPTO, PEPPER, SECRET


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unmeasured() -> dict[str, str]:
    """The environment of a process whose coverage is not taken, which would halve its speed."""
    return {name: told for name, told in os.environ.items() if not name.startswith("COVERAGE_")}


@contextmanager
def serving(database_url: str) -> Iterator[str]:
    """Serve the API on this database; gives its address once it is ready."""
    port = free_port()
    environment = unmeasured() | {
        "EVERYVOICE_DATABASE__URL": database_url,
        "EVERYVOICE_PORT": str(port),
        "EVERYVOICE_IDENTITY__PEPPER": PEPPER,
        "EVERYVOICE_CRYPTO__KEYS": ",".join(CRYPTO.keys),
        "EVERYVOICE_CRYPTO__INDEX_KEY": CRYPTO.index_key,
        "EVERYVOICE_WEBHOOKS__IWGC_SECRETS": SECRET,
        "EVERYVOICE_LIMITS__PER_MINUTE": "1000000",
        "EVERYVOICE_LIMITS__ANONYMOUS_PER_MINUTE": "1000000",
        "EVERYVOICE_LOG_LEVEL": "error",
    }
    program = [sys.executable, "-m", "app.cli", "serve"]
    process = subprocess.Popen(program, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        await_ready(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def await_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    with httpx.Client(base_url=address) as client:
        for _ in range(600):
            assert process.poll() is None, "the server ended before it was ready"
            with suppress(httpx.TransportError):
                if client.get("/readyz").status_code == 200:
                    return
            time.sleep(0.05)
    raise TimeoutError(address)


@asynccontextmanager
async def filling(database_url: str) -> AsyncIterator[AsyncSession]:
    """Give a session that commits what a served database starts with."""
    engine = create_engine(database_url, "worker", pool=1)
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        yield session
    await engine.dispose()


async def running(script: str, **environment: str) -> tuple[int | None, str]:
    """Run the commands of a page in bash; gives the exit code and all that was told."""
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-euo",
        "pipefail",
        "-c",
        script,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(120):
        told, _ = await process.communicate()
    return process.returncode, told.decode()
