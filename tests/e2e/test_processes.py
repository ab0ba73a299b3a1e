"""The commands as processes: they end cleanly under load, and their logs quote nobody."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.db import create_engine
from app.domain.identity import keys
from app.domain.identity.scopes import SCOPES
from tests.conftest import PEPPER, SECRET, _execute, server_url
from tests.e2e.serving import free_port, unmeasured
from tests.factories import Given, event, review, signed

CANARY = "Canary"
JSON = {"Content-Type": "application/json"}
RATE = 50  # requests a second


class Process:
    """One command of the service, its log in a file."""

    def __init__(self, command: str, url: str, log: Path, *, measured: bool) -> None:
        self.port, self.log = free_port(), log
        environment = (dict(os.environ) if measured else unmeasured()) | {
            "EVERYVOICE_DATABASE__URL": url,
            "EVERYVOICE_PORT": str(self.port),
            "EVERYVOICE_LOG_LEVEL": "debug",
            "EVERYVOICE_IDENTITY__PEPPER": PEPPER,
            "EVERYVOICE_WEBHOOKS__IWGC_SECRETS": SECRET,
        }
        with log.open("wb") as output:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "app.cli", command],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    async def end(self) -> tuple[int, float]:
        """Ask it to end; gives its exit code and how many seconds it took."""
        began = time.monotonic()
        self.child.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(self.child.wait, 30)
        return code, time.monotonic() - began

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()


@pytest.fixture
def start(scratch_url, tmp_path):
    started: list[Process] = []

    def begin(command: str, url: str = scratch_url, *, measured: bool = True) -> Process:
        log = tmp_path / f"{command}.log"
        started.append(Process(command, url, log, measured=measured))
        return started[-1]

    yield begin
    for process in started:
        process.kill()


@asynccontextmanager
async def ready(process: Process) -> AsyncIterator[httpx.AsyncClient]:
    base = f"http://127.0.0.1:{process.port}"
    async with httpx.AsyncClient(base_url=base, timeout=20) as client:
        async with asyncio.timeout(60):
            while True:
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        yield client


async def key(url: str, *scopes: str) -> dict[str, str]:
    made = keys.make("test")
    engine = create_engine(url, "worker", pool=1)
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        given = Given(session)
        await given.key(keys.digest(made, PEPPER), scopes=scopes)
        await given.team(iwgc=["OXH-CMHT-CITY"])
    await engine.dispose()
    return {"Authorization": f"Bearer {made}"}


async def count(url: str, what: str) -> int:
    connection = await asyncpg.connect(url)
    found = await connection.fetchval(f"SELECT count(*) FROM {what}")
    await connection.close()
    return found


async def deliver(port: int, taken: list[bytes], *, pause: float = 0.0) -> int:
    """Send an event in parts on a connection of its own; noted in `taken` once it is asked for.

    The service asks for the body first: before that the request may still wait for a busy process
    to take it, and nobody has it yet.
    """
    body = event("ping", note="x" * 1000)
    told = {"Host": "test", "Expect": "100-continue", "Content-Length": str(len(body))}
    lines = ["POST /v1/webhooks/iwgc HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in (told | signed(body, SECRET)).items()]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode())
        asked = await reader.readuntil(b"\r\n\r\n")
        assert asked.startswith(b"HTTP/1.1 100 "), asked
        taken.append(body)
        for at in range(0, len(body), 100):
            writer.write(body[at : at + 100])
            await asyncio.sleep(pause)
        return int((await reader.readuntil(b"\r\n")).split()[1])
    finally:
        writer.close()


class Load:
    """Delivers again and again, and notes what became of each event."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.statuses: list[int] = []
        self.cut = 0  # taken, and not answered
        self.turned_away_at: list[float] = []

    async def keep(self, seconds: float) -> None:
        tasks = []
        for _ in range(int(seconds * RATE)):
            tasks.append(asyncio.create_task(self._deliver()))
            await asyncio.sleep(1 / RATE)
        await asyncio.gather(*tasks)

    async def _deliver(self) -> None:
        taken: list[bytes] = []
        try:
            self.statuses.append(await deliver(self.port, taken))
        except (OSError, EOFError):
            self.cut += len(taken)
            if not taken:
                self.turned_away_at.append(time.monotonic())


async def test_no_request_in_flight_fails_when_the_service_is_told_to_end(start, scratch_url):
    process = start("serve", measured=False)  # measured, it is too slow for this load
    load = Load(process.port)
    async with ready(process):
        asking = asyncio.create_task(load.keep(2))
        flying: list[bytes] = []
        slow = [asyncio.create_task(deliver(process.port, flying, pause=0.2)) for _ in range(20)]
        async with asyncio.timeout(20):
            while len(flying) < 20 or len(load.statuses) < RATE / 2:
                await asyncio.sleep(0.02)
        told = time.monotonic()
        code, took = await process.end()
        assert await asyncio.gather(*slow) == [202] * 20
        await asking
    assert (set(load.statuses), load.cut) == ({202}, 0)
    # Whoever came as the door closed is turned away and tries elsewhere; nobody before that.
    assert all(at > told for at in load.turned_away_at)
    assert await count(scratch_url, "inbox_event") == 20 + len(load.statuses)
    assert (code, took < 15) == (0, True)


async def test_the_worker_ends_cleanly_in_the_middle_of_its_work(start, scratch_url):
    await key(scratch_url)
    connection = await asyncpg.connect(scratch_url)
    await connection.execute(
        "INSERT INTO inbox_event (id, source, event_id, body, body_hash, received_at, status)"
        " SELECT gen_random_uuid(), 'iwgc', n::text,"
        "        convert_to(replace($1, 'iwgc-x', 'iwgc-' || n), 'UTF8'), '', now(), 'pending'"
        "   FROM generate_series(1, 20000) n",
        event(**review(source_review_id="iwgc-x")).decode(),
    )
    process = start("worker")
    async with asyncio.timeout(60):
        while await connection.fetchval("SELECT count(*) FROM feedback_response") == 0:
            await asyncio.sleep(0.01)
    code, took = await process.end()
    applied = await connection.fetchval("SELECT count(*) FROM inbox_event WHERE status = 'applied'")
    stored = await connection.fetchval("SELECT count(*) FROM feedback_response")
    counted = await connection.fetchval("SELECT sum(very_good) FROM feedback_daily")
    await connection.close()
    assert (code, took < 15) == (0, True)
    assert applied == stored == counted > 0


async def test_no_log_line_quotes_a_person_or_a_key(start, scratch_url):
    """On the paths where things go wrong, at the level that tells most."""
    headers = await key(scratch_url, *SCOPES)
    secret = headers["Authorization"].removeprefix("Bearer ")
    process, worker = start("serve"), start("worker")
    connection = await asyncpg.connect(scratch_url)
    async with ready(process) as client:
        for body in (event(**review(comment_good=CANARY)), CANARY.encode(), event(CANARY)):
            answer = await client.post(
                "/v1/webhooks/iwgc", content=body, headers=signed(body, SECRET)
            )
            assert answer.status_code == 202
        forged = {"webhook-signature": f"v1,{CANARY}", "webhook-id": CANARY}
        wrong = [
            client.post("/v1/webhooks/iwgc", content=CANARY, headers=forged),
            client.get("/v1/feedback/responses", headers={"Authorization": f"Bearer {secret}x"}),
            client.get(f"/v1/feedback/responses?search={CANARY}", headers=headers),
            client.get(f"/v1/feedback/responses?team={CANARY}&{CANARY}=1", headers=headers),
            client.get(f"/v1/feedback/responses/{CANARY}", headers=headers),
            client.get(f"/{CANARY}", headers=headers),
            client.post("/v1/webhooks/replays", content=f'{{"{CANARY}"', headers=headers | JSON),
            client.post("/v1/webhooks/replays", json={"status": CANARY}, headers=headers),
        ]
        statuses = [(await each).status_code for each in wrong]
        assert statuses == [401, 401, 200, 422, 422, 404, 400, 422]
        async with asyncio.timeout(30):
            while await connection.fetchval(
                "SELECT count(*) FROM inbox_event WHERE status = 'pending'"
            ):
                await asyncio.sleep(0.02)
        # A fault that nobody planned, in the API and in the worker.
        await connection.execute("ALTER TABLE feedback_response RENAME comment_good TO elsewhere")
        broken = await client.get(f"/v1/feedback/responses?search={CANARY}", headers=headers)
        assert (broken.status_code, CANARY in broken.text) == (500, False)
        body = event(**review(comment_good=CANARY))
        await client.post("/v1/webhooks/iwgc", content=body, headers=signed(body, SECRET))
        async with asyncio.timeout(30):
            while "step failed" not in worker.log.read_text():
                await asyncio.sleep(0.02)
    await connection.close()
    assert (await process.end())[0] == (await worker.end())[0] == 0
    told = process.log.read_text() + worker.log.read_text()
    assert told.count("crashed") == 1
    for secret_part in (CANARY, secret, secret[8:38], SECRET, PEPPER):
        assert secret_part not in told
    assert all(json.loads(line) for line in told.splitlines())


async def test_migrate_brings_an_empty_database_to_the_newest_schema_and_names_its_trust(start):
    name = f"ev_migrated_{uuid4().hex}"
    await _execute(f"CREATE DATABASE {name}")
    url = server_url(name)
    try:
        process = start("migrate", url)
        assert await asyncio.to_thread(process.child.wait, 60) == 0, process.log.read_text()
        assert await count(url, "trust WHERE code = 'RNU'") == 1
    finally:
        await _execute(f"DROP DATABASE {name} WITH (FORCE)")
