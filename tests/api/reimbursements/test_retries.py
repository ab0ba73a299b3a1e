"""Clients that ask again and again, and those whose answer was lost after it was committed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.clock import today
from app.core.db import create_engine
from app.domain.identity import keys
from app.main import create_app
from app.settings import Database, Settings
from tests.api.conftest import Api
from tests.api.registers.conftest import refused
from tests.api.reimbursements.conftest import CLAIMS, FARE
from tests.conftest import PEPPER
from tests.domain.reimbursements.machine import many
from tests.domain.reimbursements.machine import world as worlds
from tests.domain.reimbursements.machine.world import World
from tests.factories import Given
from tests.proxying import Wire, wire

# A claim is made by one statement that commits by itself, and tells who does what.
COMMIT, ALONE = b"COMMIT", b"make_claim:on_behalf"
RUNS = "reimbursements/payment-runs"


@asynccontextmanager
async def served(settings: Settings, url: str, pool: int = 10) -> AsyncIterator[httpx.AsyncClient]:
    """Serve the API on a database of its own, with connections of its own."""
    database = Database(url=url, pool=pool, lock_timeout_ms=20_000, statement_timeout_ms=20_000)
    app = create_app(settings.model_copy(update={"database": database}))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://test")
    async with app.router.lifespan_context(app), client:
        yield client


@pytest.fixture(autouse=True)
def consistent() -> None:
    """What is done here is committed for real, and takes longer than a transaction may idle."""


@pytest.fixture
async def filling(scratch_url: str) -> AsyncIterator[AsyncSession]:
    """A session past the service, as the worker."""
    engine = create_engine(scratch_url, "worker", pool=1)
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        yield session
    await engine.dispose()


@pytest.fixture
async def world(filling: AsyncSession) -> World:
    return await worlds.made(filling)


@pytest.fixture
async def headers(filling: AsyncSession, world: World) -> list[dict[str, str]]:
    """What each member of staff sends."""
    made = []
    for actor in world.staff:
        key = keys.make("test")
        digest = keys.digest(key, PEPPER)
        await Given(filling).key(digest, user=actor)
        made.append({"Authorization": f"Bearer {key}"})
    await filling.commit()
    return made


def asked(world: World, number: int) -> dict:
    """Give the body that claims a fare nobody else claims."""
    places = sorted(world.places)
    person, _ = place = places[number % len(places)]
    day = str(today() - timedelta(days=1 + number // len(places)))
    return {
        "person_id": str(world.people[person].id),
        "participation_id": str(world.places[place]),
        "activity_on": day,
        "lines": [FARE | {"day": day}],
    }


async def count(session: AsyncSession, what: str) -> int:
    await session.rollback()
    return (await session.scalars(text(f"SELECT count(*) FROM {what}"))).one()


@pytest.mark.parametrize("wanted", [20, pytest.param(200, marks=pytest.mark.slow)])
async def test_keys_tried_ten_times_at_once_make_one_claim_each(
    settings, scratch_url, filling, world, headers, wanted
):
    gate = asyncio.Semaphore(40)
    async with served(settings, scratch_url, pool=40) as client:
        clerk = Api(client, headers[0])

        async def ask(number: int) -> str:
            async with gate:
                body = asked(world, number)
                answer = await clerk.send("POST", CLAIMS, body, Idempotency_Key=f"k-{number}")
                assert answer.status_code == 201, answer.text
                return answer.json()["id"]

        found = await asyncio.gather(*(ask(at // 10) for at in range(wanted * 10)))
    assert set(Counter(found).values()) == {10}
    assert len(set(found)) == wanted == await count(filling, "claim")
    assert await count(filling, "claim_action") == wanted


@pytest.fixture
async def cut(settings, scratch_url, world, headers):
    """Serve behind a wire that can be cut: gives the wire, and a way to each of staff's API."""
    async with wire(scratch_url) as laid, served(settings, laid.url) as client:
        yield laid, [Api(client, each) for each in headers]


async def lost(laid: Wire, api: Api, place: str, body: object, **headers: str) -> None:
    """Send what is committed, and of which no answer comes."""
    before = laid.cuts
    laid.armed = ALONE if place == CLAIMS else COMMIT
    answer = await api.send("POST", place, body, **headers)
    assert answer.status_code >= 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert laid.cuts == before + 1


async def test_a_claim_whose_answer_was_lost_is_made_once_by_its_key(cut, world, filling):
    laid, staff = cut
    for number in range(20):
        told, key = asked(world, number), {"Idempotency_Key": f"k-{number}"}
        await lost(laid, staff[0], CLAIMS, told, **key)
        answer = await staff[0].send("POST", CLAIMS, told, **key)
        assert answer.status_code == 201, answer.text
    assert await count(filling, "claim") == 20


async def test_a_claim_whose_answer_was_lost_is_not_made_twice_without_a_key(cut, world, filling):
    laid, staff = cut
    told = asked(world, 0)
    await lost(laid, staff[0], CLAIMS, told)
    refused(await staff[0].send("POST", CLAIMS, told), 409, "claim-duplicate")
    assert await count(filling, "claim") == 1


async def test_a_run_whose_answers_were_lost_is_made_released_and_settled_once(cut, world, filling):
    laid, staff = cut
    await many.numbered(filling, world)
    await many.approved(filling, world, [420, 500], world.budgets[0])
    await filling.commit()
    told, key = {"route": "accounts_payable"}, {"Idempotency_Key": "r-1"}
    await lost(laid, staff[6], RUNS, told, **key)
    run = (await staff[6].send("POST", RUNS, told, **key)).json()
    assert (run["payments"], run["total_pence"]) == (2, 920)
    assert await count(filling, "payment_run") == 1
    refused(await staff[6].send("POST", RUNS, told), 409, "payment-run-empty")
    place, seen = f"{RUNS}/{run['id']}", {"If_Match": f'"{run["version"]}"'}
    await lost(laid, staff[7], f"{place}/release", {}, **seen)
    refused(await staff[7].send("POST", f"{place}/release", {}, **seen), 412, "precondition-failed")
    refused(await staff[7].send("POST", f"{place}/release", {}), 409, "payment-run-status")
    assert (await staff[7].get(place)).json()["status"] == "released"
    assert await count(filling, "jobs.pgqueuer WHERE entrypoint = 'remittances'") == 1
    await settled_once(laid, staff[6], place, filling)


async def settled_once(laid: Wire, api: Api, place: str, filling: AsyncSession) -> None:
    rows = ["reference,outcome,day,reason_code,amount"]
    for each in (await api.get(f"{place}/payments")).json()["items"]:
        pounds = f"{each['amount_pence'] // 100}.{each['amount_pence'] % 100:02}"
        rows.append(f"{each['reference']},paid,{today()},,{pounds}")
    file = {"file": ("r.csv", "\n".join(rows) + "\n", "text/csv")}
    laid.armed = COMMIT
    sent = {"files": file, "headers": api.headers}
    assert (await api.client.post(f"/v1/{place}/results", **sent)).status_code >= 500
    assert (await api.client.post(f"/v1/{place}/results", **sent)).json()["paid"] == 2
    assert await count(filling, "ledger_posting WHERE kind = 'payment'") == 2
    assert await count(filling, "budget WHERE spent_pence = 920 AND committed_pence = 0") == 1
