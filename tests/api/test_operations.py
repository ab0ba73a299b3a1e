import asyncio
import gc

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from app.api import health
from app.core import jobs
from app.core.inbox import InboxEvent
from app.domain.identity import keys
from app.main import create_app
from app.settings import Cors, Database, Identity, Settings
from tests.conftest import PEPPER
from tests.factories import Given

GAUGE = "everyvoice_backlog"


@pytest.fixture
async def scrape(client, as_):
    headers = await as_("metrics:read")

    async def read() -> dict[str, float]:
        answer = await client.get("/metrics", headers=headers)
        assert answer.status_code == 200, answer.text
        lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (x.rpartition(" ") for x in lines)}

    return read


async def test_metrics_need_their_scope(client, as_):
    assert (await client.get("/metrics")).status_code == 401
    assert (await client.get("/metrics", headers=await as_("bi:read"))).status_code == 403


async def test_what_waits_is_shown(scrape, session):
    before = await scrape()
    assert before["everyvoice_backlog_read"] == 1
    assert before["everyvoice_inbox_oldest_seconds"] == 0
    for number, status in enumerate(["pending", "pending", "waiting", "dead", "applied"]):
        session.add(
            InboxEvent(source="s", event_id=str(number), body=b"", body_hash=b"", status=status)
        )
    await session.flush()
    await session.execute(
        text("UPDATE inbox_event SET received_at = received_at - interval '1 hour'")
    )
    await jobs.put(session, "topic", b"")
    await jobs.put(session, "topic", b"")
    await session.execute(text("UPDATE jobs.pgqueuer SET status = 'failed' WHERE id % 2 = 0"))
    await session.commit()
    shown = await scrape()
    counts = {
        "inbox_pending": 2,
        "inbox_waiting": 1,
        "inbox_dead": 1,
        "jobs_queued": 1,
        "jobs_held": 1,
    }
    for kind, count in counts.items():
        assert shown[f'{GAUGE}{{kind="{kind}"}}'] == count
    # The test's own key and user are changes that nobody has put in order.
    assert shown[f'{GAUGE}{{kind="changes_pending"}}'] > 0
    assert 3600 <= shown["everyvoice_inbox_oldest_seconds"] < 3700


async def test_a_backlog_that_cannot_be_read_does_not_fail_the_scrape(scrape, session):
    await scrape()
    await session.execute(text("SET LOCAL ROLE NONE"))
    await session.execute(text("ALTER VIEW backlog RENAME TO elsewhere"))
    await session.commit()
    shown = await scrape()
    assert shown["everyvoice_backlog_read"] == 0
    assert not [name for name in shown if name.startswith(f"{GAUGE}{{")]
    assert str(shown["everyvoice_inbox_oldest_seconds"]) == "nan"
    assert any(name.startswith("everyvoice_answers_total") for name in shown)


async def test_a_backlog_that_takes_too_long_is_left_out(app, scrape, monkeypatch):
    monkeypatch.setattr(health, "SCRAPE_SECONDS", 0.05)
    door = app.state.door

    class Slow:
        def __getattr__(self, name: str):
            async def call(query: str, *args: object):
                if "backlog" in query:
                    await asyncio.sleep(5)
                return await getattr(door, name)(query, *args)

            return call

    monkeypatch.setattr(app.state, "door", Slow())
    assert (await scrape())["everyvoice_backlog_read"] == 0


async def test_the_process_lives_whatever_the_database_does(client, session):
    await session.execute(text("SET LOCAL ROLE NONE"))
    await session.execute(text("ALTER TABLE alembic_version RENAME TO elsewhere"))
    await session.commit()
    assert (await client.get("/livez")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).status_code >= 500


async def test_the_service_is_ready_with_its_own_schema_only(client, session):
    assert (await client.get("/readyz")).json() == {"status": "ok"}
    await session.execute(text("SET LOCAL ROLE NONE"))
    await session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    await session.commit()
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/not-ready")
    assert answer.headers["retry-after"] == "1"


@pytest.fixture
def garbage():
    """The collector as it was: the service settles it for its own process."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


async def test_the_service_starts_on_its_own_pools_and_drops_a_revoked_key_at_once(
    scratch_url, garbage
):
    """With the roles of a real process: the statement door is the reader's."""
    settings = Settings(
        env="test",
        database=Database(url=scratch_url, pool=2, statement_pool=2),
        identity=Identity(pepper=PEPPER, cache_seconds=600),
    )
    app = create_app(settings)
    key = keys.make("test")
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        async with app.state.sessionmaker() as session:
            given = Given(session)
            await given.key(keys.digest(key, PEPPER), scopes=["metrics:read", "bi:read"])
        client.headers = {"Authorization": f"Bearer {key}"}
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/v1/bi/changes")).json()["items"] == []
        metrics = (await client.get("/metrics")).text
        assert "everyvoice_backlog_read 1.0" in metrics
        assert 'everyvoice_backlog{kind="changes_pending"} 4.0' in metrics
        connection = await asyncpg.connect(scratch_url)
        await connection.execute("UPDATE api_key SET revoked_at = now()")
        await connection.close()
        async with asyncio.timeout(5):
            while (await client.get("/v1/bi/changes")).status_code != 401:
                await asyncio.sleep(0.01)


async def test_front_ends_of_known_origins_may_ask(serve):
    async with serve(cors=Cors(origins=("https://front.example",))) as client:
        answer = await client.get("/livez", headers={"Origin": "https://front.example"})
        assert answer.headers["access-control-allow-origin"] == "https://front.example"
        other = await client.get("/livez", headers={"Origin": "https://other.example"})
        assert "access-control-allow-origin" not in other.headers


@pytest.fixture
def telemetry(monkeypatch):
    """The service's telemetry settings in an environment."""

    def configured(**environment: str) -> dict:
        for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "FASTAPI_OTEL_AUTO_CONFIGURE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        app = create_app(Settings(env="test"))
        assert not app._native_telemetry.enabled()  # nothing is set up before the start
        return app._telemetry

    return configured


PARTS = ("auto_configure", "tracing", "metrics", "logs", "operation_spans")


@pytest.mark.parametrize("environment", [{}, {"FASTAPI_OTEL_AUTO_CONFIGURE": "true"}])
def test_telemetry_is_off_unless_an_endpoint_is_set(telemetry, environment):
    assert [telemetry(**environment)[part] for part in PARTS] == [False] * 5


def test_an_endpoint_turns_on_traces_and_metrics_and_never_errors_texts(telemetry):
    found = telemetry(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318")
    assert [found[part] for part in PARTS] == [True, True, True, False, False]
