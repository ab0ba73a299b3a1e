"""A payment run whose service is killed in the middle: paid once, and never lost."""

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.clock import today
from app.core.db import sqlalchemy_url
from app.domain.identity import keys
from tests.conftest import CRYPTO, PEPPER
from tests.domain.reimbursements.machine import many
from tests.domain.reimbursements.machine import world as worlds
from tests.domain.reimbursements.machine.facts import facts
from tests.e2e.serving import await_ready, filling, free_port, unmeasured
from tests.factories import Given

pytestmark = pytest.mark.slow

RUNS = "/v1/reimbursements/payment-runs"
TOLD = {"route": "accounts_payable"}
PENCE = [420, 500, 600]
HERE = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
HANGING = f"{HERE} AND wait_event_type = 'Lock'"
WORKING = f"{HERE} AND state <> 'idle' AND pid <> pg_backend_pid()"


class Service:
    """The API as a process that is killed and started again, at an address that stays."""

    def __init__(self, url: str) -> None:
        self.port = free_port()
        self.environment = unmeasured() | {
            "EVERYVOICE_DATABASE__URL": url,
            "EVERYVOICE_DATABASE__LOCK_TIMEOUT_MS": "60000",
            "EVERYVOICE_DATABASE__STATEMENT_TIMEOUT_MS": "60000",
            "EVERYVOICE_PORT": str(self.port),
            "EVERYVOICE_IDENTITY__PEPPER": PEPPER,
            "EVERYVOICE_CRYPTO__KEYS": ",".join(CRYPTO.keys),
            "EVERYVOICE_CRYPTO__INDEX_KEY": CRYPTO.index_key,
            "EVERYVOICE_LOG_LEVEL": "error",
        }
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = [sys.executable, "-m", "app.cli", "serve"]
        self.process = subprocess.Popen(program, env=self.environment)
        await_ready(self.address, self.process)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def service(scratch_url: str) -> Iterator[Service]:
    made = Service(scratch_url)
    made.start()
    yield made
    made.kill()


@pytest.fixture
async def staff(scratch_url: str) -> list[dict[str, str]]:
    """Three claims that wait to be paid; gives what each member of staff sends."""
    async with filling(scratch_url) as session:
        world = await worlds.made(session)
        await many.numbered(session, world)
        await many.approved(session, world, PENCE, world.budgets[0])
        headers = []
        for actor in world.staff:
            key = keys.make("test")
            await Given(session).key(keys.digest(key, PEPPER), user=actor)
            headers.append({"Authorization": f"Bearer {key}", "If-Match": "*"})
        await session.commit()
    return headers


class Finance:
    """What finance asks for, and what the books say past the service."""

    def __init__(self, service: Service, url: str, staff: list[dict[str, str]]) -> None:
        self.service, self.url, self.staff = service, url, staff

    async def ask(self, method: str, place: str, who: int, **sent: object) -> httpx.Response:
        told = {"headers": self.staff[who] | sent.pop("headers", {}), **sent}
        async with httpx.AsyncClient(base_url=self.service.address, timeout=60) as client:
            return await client.request(method, RUNS + place, **told)

    async def made(self, key: str = "r-1") -> dict:
        answer = await self.ask("POST", "", 6, json=TOLD, headers={"Idempotency-Key": key})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def released(self, run: dict) -> httpx.Response:
        return await self.ask("POST", f"/{run['id']}/release", 7, json={})

    async def results(self, run: dict, outcome: str = "paid") -> httpx.Response:
        rows = ["reference,outcome,day,reason_code,amount"]
        for each in (await self.ask("GET", f"/{run['id']}/payments", 6)).json()["items"]:
            pounds = f"{each['amount_pence'] // 100}.{each['amount_pence'] % 100:02}"
            rows.append(f"{each['reference']},{outcome},{today()},,{pounds}")
        file = {"file": ("r.csv", "\n".join(rows) + "\n", "text/csv")}
        return await self.ask("POST", f"/{run['id']}/results", 6, files=file)

    async def value(self, query: str) -> object:
        connection = await asyncpg.connect(self.url)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    async def killed_while(self, asking: object) -> None:
        """Kill the service as soon as what is asked for hangs; no answer comes of it."""
        task = asyncio.create_task(asking)
        while not await self.value(HANGING):
            assert not task.done(), task.result().text
            await asyncio.sleep(0.02)
        await asyncio.to_thread(self.service.kill)
        with pytest.raises(httpx.TransportError):
            await task

    @asynccontextmanager
    async def hanging(self, table: str) -> AsyncIterator[None]:
        """Let whoever writes to a table hang there, and start the service anew afterwards."""
        connection = await asyncpg.connect(self.url)
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN SHARE MODE")
            yield
        await connection.close()
        # What hung goes on for a client that is dead, and then its transaction ends.
        while await self.value(WORKING):
            await asyncio.sleep(0.02)
        await asyncio.to_thread(self.service.start)

    async def paid_once(self) -> None:
        """Hold that each claim was paid once, whatever happened on the way."""
        assert await self.value("SELECT count(*) FROM claim WHERE status = 'paid'") == len(PENCE)
        spent = "SELECT sum(spent_pence)::int FROM budget"
        assert await self.value(spent) == sum(PENCE)
        assert await self.value("SELECT sum(committed_pence)::int FROM budget") == 0
        live = "SELECT sum(amount_pence)::int FROM claim_payment WHERE status <> 'void'"
        assert await self.value(live) == sum(PENCE)
        engine = create_async_engine(sqlalchemy_url(self.url))
        async with engine.connect() as connection:
            await facts(connection, [], None)
        await engine.dispose()


@pytest.fixture
def finance(service: Service, scratch_url: str, staff: list[dict[str, str]]) -> Finance:
    return Finance(service, scratch_url, staff)


async def settled(finance: Finance, run: dict) -> None:
    """Go on with a run to its end, as if nothing had been."""
    assert (await finance.released(run)).json()["status"] == "released"
    assert (await finance.results(run)).json() == {"paid": 3, "returned": 0, "unknown": 0}
    await finance.paid_once()


async def test_a_run_that_was_not_committed_never_was(finance):
    async with finance.hanging("claim_action"):
        await finance.killed_while(finance.made())
    assert await finance.value("SELECT count(*) FROM payment_run") == 0
    assert await finance.value("SELECT count(*) FROM claim WHERE status = 'approved'") == 3
    run = await finance.made()
    assert (run["payments"], run["total_pence"]) == (3, sum(PENCE))
    await settled(finance, run)


async def test_a_run_that_was_committed_is_found_by_its_key(finance):
    lost = asyncio.create_task(finance.made())
    while not await finance.value("SELECT count(*) FROM payment_run"):
        await asyncio.sleep(0.001)
    finance.service.kill()
    await asyncio.gather(lost, return_exceptions=True)
    finance.service.start()
    run = await finance.made()
    assert await finance.value("SELECT count(*) FROM payment_run") == 1
    answer = await finance.ask("POST", "", 6, json=TOLD)
    assert answer.json()["type"] == "/problems/payment-run-empty"
    await settled(finance, run)


async def test_a_release_that_was_not_committed_is_done_again(finance):
    run = await finance.made()
    async with finance.hanging("claim_action"):
        await finance.killed_while(finance.released(run))
    assert (await finance.ask("GET", f"/{run['id']}", 6)).json()["status"] == "made"
    assert await finance.value("SELECT count(*) FROM claim WHERE status = 'in_run'") == 3
    sent = "SELECT count(*) FROM jobs.pgqueuer WHERE entrypoint = 'remittances'"
    assert await finance.value(sent) == 0
    await settled(finance, run)
    assert await finance.value(sent) == 1
    assert (await finance.released(run)).json()["type"] == "/problems/payment-run-status"


async def test_results_that_were_half_taken_are_taken_whole_the_next_time(finance):
    run = await finance.made()
    await finance.released(run)
    async with finance.hanging("claim_action"):
        await finance.killed_while(finance.results(run))
    assert await finance.value("SELECT count(*) FROM claim_payment WHERE status = 'sent'") == 3
    assert await finance.value("SELECT count(*) FROM ledger_posting WHERE kind = 'payment'") == 0
    for _ in range(2):
        answer = await finance.results(run)
        assert answer.json() == {"paid": 3, "returned": 0, "unknown": 0}
    await finance.paid_once()


async def test_a_file_is_the_same_after_a_download_that_was_cut_off(finance):
    run = await finance.made()
    place = f"/{run['id']}/file"
    async with finance.hanging("payment_file_read"):
        await finance.killed_while(finance.ask("GET", place, 6))
    assert await finance.value("SELECT count(*) FROM payment_file_read") == 0
    first = await finance.ask("GET", place, 6)
    finance.service.kill()
    finance.service.start()
    again = await finance.ask("GET", place, 6)
    assert first.content == again.content
    assert hashlib.sha256(again.content).hexdigest() == run["file_sha256"]
    assert await finance.value("SELECT count(*) FROM payment_file_read") == 2
    await settled(finance, run)
