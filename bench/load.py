"""Makes load: wrk for as much as goes, an open loop for a fixed rate."""

import asyncio
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 16
_SCRIPT = Path(__file__).with_name("requests.lua")
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_P99 = re.compile(r"99%\s+([\d.]+)(us|ms|s)")
_REFUSED = re.compile(r"Non-2xx or 3xx responses: (\d+)")
_BROKEN = re.compile(r"Socket errors: (.*)")
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class LoadError(Exception):
    """The load could not be made, or was not answered as it should."""


@dataclass(frozen=True, slots=True)
class Wrk:
    """What wrk told of a round."""

    rate: float
    p99_ms: float


def need_wrk() -> str:
    found = shutil.which("wrk")
    if found is None:
        raise LoadError("wrk is missing: apt-get install wrk (Debian, Ubuntu) or brew install wrk")
    return found


def understood(told: str) -> Wrk:
    """Read wrk's own report; raises LoadError where an answer was no success."""
    if refused := _REFUSED.search(told):
        raise LoadError(f"{refused[1]} answers were refusals")
    if broken := _BROKEN.search(told):
        raise LoadError(f"connections broke: {broken[1]}")
    rate, p99 = _RATE.search(told), _P99.search(told)
    if rate is None or p99 is None:
        raise LoadError(f"wrk was not understood: {told[-500:]}")
    return Wrk(float(rate[1]), float(p99[1]) * _UNITS[p99[2]])


async def wrk(url: str, seconds: int, requests: Path, *, again: bool = True) -> Wrk:
    """Send the requests of a file as fast as they are answered, over 16 connections.

    `again` starts over at the file's end; else that is an error, for each may be sent once only.
    """
    process = await asyncio.create_subprocess_exec(
        *(need_wrk(), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"),
        *("-s", str(_SCRIPT), url, "--", str(requests), "again" if again else "once"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return understood(told.decode())


def request(
    method: str, path: str, headers: Sequence[tuple[str, str]] = (), body: bytes = b""
) -> bytes:
    """Write a request as it goes over the wire."""
    told = [("Host", "127.0.0.1"), *headers]
    if body:
        told.append(("Content-Length", str(len(body))))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told)]
    return "\r\n".join([*lines, "", ""]).encode() + body


def write(file: Path, requests: Sequence[bytes]) -> Path:
    """Keep requests for wrk: each behind its length in a line."""
    with file.open("wb") as to:
        for each in requests:
            to.write(b"%d\n" % len(each))
            to.write(each)
    return file


@dataclass(slots=True)
class Paced:
    """Latencies of an open loop, each from the moment at which its request was due."""

    ms: list[float] = field(default_factory=list)
    refused: int = 0


async def paced(port: int, rate: float, requests: Iterator[bytes], seconds: float) -> Paced:
    """Send at a fixed rate whatever the answers do, over as many connections as that takes.

    A request that waits for a connection, or for this very loop, waits in its latency: nothing is
    left out because the service was slow.
    """
    found, free = Paced(), list[Connection]()
    running: set[asyncio.Task[None]] = set()
    start, sent = time.perf_counter(), 0

    async def one(due: float, sending: bytes) -> None:
        connection = free.pop() if free else await connect(port)
        status = await connection.ask(sending)
        found.ms.append((time.perf_counter() - due) * 1000)
        found.refused += status // 100 != 2
        free.append(connection)

    while sent < rate * seconds:
        due = start + sent / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        task = asyncio.create_task(one(due, next(requests)))
        running.add(task)
        task.add_done_callback(running.discard)
        sent += 1
    await asyncio.gather(*running)
    for connection in free:
        connection.close()
    return found


class Connection(asyncio.Protocol):
    """One request at a time; knows of an answer its status and its end."""

    def __init__(self) -> None:
        self._read = b""
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end or self._answer is None:
            return
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        if length is not None and len(body) >= int(length[1]):
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    async def ask(self, sending: bytes) -> int:
        assert self._transport is not None
        self._read, self._answer = b"", asyncio.get_running_loop().create_future()
        self._transport.write(sending)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def connect(port: int) -> Connection:
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_connection(Connection, "127.0.0.1", port)
    return protocol
