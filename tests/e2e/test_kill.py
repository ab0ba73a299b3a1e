"""What was acknowledged is never lost: worker and database are killed in mid-ingest."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import httpx
import pytest
from sqlalchemy.ext.asyncio import async_sessionmaker

from app import migrate
from app.core.db import create_engine
from app.local.postgres import Postgres
from tests.conftest import SECRET
from tests.e2e.serving import free_port
from tests.factories import Given, event, review, signed

KILLS = 6


class Running:
    """Database, API and worker as processes of their own, on ports that stay."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.database_port, self.port = folder, free_port(), free_port()
        self.postgres: Postgres | None = None
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def start_database(self) -> None:
        options = {"port": str(self.database_port)}
        prefer = os.environ.get("EVERYVOICE_TEST_PG") or None
        self.postgres = Postgres(self.folder, options=options, prefer=prefer).start()

    @property
    def url(self) -> str:
        start, _, name = self.postgres.url.rpartition("/")
        return f"{start.rpartition(':')[0]}:{self.database_port}/{name}"

    def start(self, command: str) -> None:
        environment = os.environ | {
            "EVERYVOICE_DATABASE__URL": self.url,
            "EVERYVOICE_PORT": str(self.port),
            "EVERYVOICE_WEBHOOKS__IWGC_SECRETS": SECRET,
        }
        program = [sys.executable, "-m", "app.cli", command]
        self.children[command] = subprocess.Popen(
            program, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self, command: str) -> None:
        child = self.children.pop(command)
        child.kill()
        child.wait()

    def kill_database(self) -> None:
        os.kill(self.postgres.pid, signal.SIGKILL)
        self.postgres.stop()

    def end(self) -> None:
        for command in list(self.children):
            self.kill(command)
        self.postgres.stop()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    service = Running(tmp_path / "home")
    service.start_database()
    try:
        migrate.upgrade(service.url)
        yield service
    finally:
        service.end()


async def prepare(url: str) -> None:
    engine = create_engine(url, "worker", pool=1)
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        await Given(session).team(iwgc=["OXH-CMHT-CITY"])
    await engine.dispose()


async def feed(client: httpx.AsyncClient, acknowledged: list[str], stop: asyncio.Event) -> None:
    """Send events as a vendor would: again and again with the same id until acknowledged."""
    while not stop.is_set():
        body = event(**review())
        event_id = signed(body, SECRET)["webhook-id"]
        while not stop.is_set():
            with suppress(httpx.HTTPError):
                headers = signed(body, SECRET, event_id=event_id)
                answer = await client.post("/v1/webhooks/iwgc", content=body, headers=headers)
                if answer.status_code == 202:
                    acknowledged.append(event_id)
                    break
                assert answer.status_code == 503, answer.text
            await asyncio.sleep(0.05)


async def settled(url: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    for _ in range(600):
        waiting = "SELECT count(*) FROM inbox_event WHERE status = 'pending'"
        if await connection.fetchval(waiting) == 0:
            break
        await asyncio.sleep(0.05)
    rows = await connection.fetch("SELECT event_id, status FROM inbox_event")
    counted = await connection.fetchval("SELECT sum(very_good) FROM feedback_daily")
    stored = await connection.fetchval("SELECT count(*) FROM feedback_response")
    await connection.close()
    assert counted == stored == len(rows)
    return rows


@pytest.mark.slow
async def test_no_acknowledged_event_is_lost_to_kill_9(running: Running) -> None:
    await prepare(running.url)
    running.start("serve")
    running.start("worker")
    acknowledged: list[str] = []
    stop = asyncio.Event()
    base = f"http://127.0.0.1:{running.port}"
    async with httpx.AsyncClient(base_url=base, timeout=10) as client:
        feeds = [asyncio.create_task(feed(client, acknowledged, stop)) for _ in range(8)]
        for number in range(KILLS):
            before = len(acknowledged)
            while len(acknowledged) < before + 100:
                await asyncio.sleep(0.02)
                assert not any(task.done() for task in feeds)
            if number % 2:
                running.kill("worker")
                running.start("worker")
            else:
                running.kill_database()
                running.start_database()
        stop.set()
        await asyncio.gather(*feeds)
    rows = await settled(running.url)
    kept = {row["event_id"]: row["status"] for row in rows}
    assert len(acknowledged) == len(set(acknowledged)) >= KILLS * 100
    assert all(kept[event_id] == "applied" for event_id in acknowledged)
