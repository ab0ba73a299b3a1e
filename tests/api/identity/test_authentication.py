"""Credentials: what is refused before the database, what is remembered, and for how long."""

import asyncio
from datetime import timedelta
from inspect import isawaitable

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import async_sessionmaker
from structlog.testing import capture_logs

from app.api.authentication import CHANNEL, AnyOf, ApiKeys
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import create_engine
from app.core.notices import listening
from app.domain.identity import keys
from app.domain.identity.models import KeyUse
from app.main import create_app
from app.settings import Database, Identity, Settings
from tests.conftest import CRYPTO, PEPPER
from tests.factories import Given


class Counting:
    """The statement door, with a count of what went through it."""

    def __init__(self, door) -> None:
        self.door, self.statements = door, 0

    def __getattr__(self, name: str):
        self.statements += 1
        return getattr(self.door, name)


@pytest.fixture
def counting(door) -> Counting:
    return Counting(door)


def remembering(door, seconds: float = 5.0, clock=lambda: 0.0) -> ApiKeys:
    return ApiKeys(lambda: door, PEPPER, seconds, clock)


@pytest.fixture
async def key(given) -> str:
    made = keys.make("test")
    await given.key(keys.digest(made, PEPPER), scopes=["feedback:read"])
    return made


def mistyped(key: str) -> str:
    return key[:-1] + ("0" if key[-1] != "0" else "1")


async def test_a_mistyped_key_is_refused_before_the_database(counting, key):
    found = remembering(counting)
    for wrong in (mistyped(key), key[:-1], key + "0", "ev_", "ev_test_", "ev_téßt_" + key[8:]):
        assert await found.find(wrong) is None
    assert counting.statements == 0
    assert await found.find(key) is not None
    assert counting.statements > 0


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Basic am86am8=",
        "Bearer ev_test_8JDTBuFO7LuONkJZgZPoym1ofFkKAg43lwP1",
        "Bearer " + "e" * 10_000,
        b"Bearer ev_test_\xff\xfe",
    ],
)
async def test_whatever_is_no_live_key_is_401(client, header):
    answer = await client.get("/v1/me", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthenticated")


async def test_the_word_bearer_may_be_written_in_any_case(client, key):
    answer = await client.get("/v1/me", headers={"Authorization": f"bEARER  {key} "})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "ended", [{"revoked_at": now()}, {"expires_at": now() - timedelta(seconds=1)}]
)
async def test_a_key_that_ended_is_401(client, as_, ended):
    headers = await as_("feedback:read", **ended)
    assert (await client.get("/v1/me", headers=headers)).status_code == 401


async def test_a_refused_key_is_logged_without_the_key_and_not_stored(client, key, session):
    unknown = keys.make("test")
    with capture_logs() as logs:
        await client.get("/v1/me", headers={"Authorization": f"Bearer {unknown}"})
    (line,) = [line for line in logs if line["event"] == "credential refused"]
    assert line == {"event": "credential refused", "operation": "get_me", "log_level": "warning"}
    assert unknown[8:] not in str(logs)
    assert (await session.scalars(select(KeyUse))).all() == []


async def test_who_was_found_is_remembered_for_a_few_seconds(counting, key):
    time = 0.0
    found = remembering(counting, 5.0, lambda: time)
    first = await found.find(key)
    asked = counting.statements
    time = 4.9
    assert await found.find(key) is first
    assert counting.statements == asked
    time = 5.1
    assert await found.find(key) == first
    assert counting.statements > asked


async def test_who_was_not_found_is_not_remembered(counting, given):
    found, late = remembering(counting), keys.make("test")
    assert await found.find(late) is None
    await given.key(keys.digest(late, PEPPER))
    assert await found.find(late) is not None


async def test_no_more_is_remembered_than_memory_allows(door, given, monkeypatch):
    monkeypatch.setattr("app.api.authentication._MOST", 2)
    found = remembering(door)
    for _ in range(3):
        made = keys.make("test")
        await given.key(keys.digest(made, PEPPER))
        await found.find(made)
    assert len(found._found) == 1


async def test_an_answer_that_a_revocation_overtook_is_not_remembered(door, key):
    class Slow(Counting):
        async def execute(self, *_: object) -> None:
            found.forget()  # told between the question and its answer

    slow = Slow(door)
    found = remembering(slow)
    assert await found.find(key) is not None
    assert found._found == {}


async def test_a_use_is_written_at_most_once_a_minute(door, key, session):
    found, used = remembering(door, seconds=0), select(KeyUse.last_used_at)
    await found.find(key)
    first = (await session.scalars(used)).one()
    await found.find(key)
    assert (await session.scalars(used)).one() == first
    use = (await session.scalars(select(KeyUse))).one()
    use.last_used_at = first - timedelta(seconds=61)
    await session.commit()
    await found.find(key)
    assert (await session.scalars(used)).one() > first


class Tokens:
    """Another kind of credential, as OIDC tokens would be one."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.forgot = actor, 0

    def knows(self, token: str) -> bool:
        return token.startswith("eyJ")

    async def find(self, token: str) -> Actor | None:
        return self.actor if token == "eyJ.good" else None

    def forget(self) -> None:
        self.forgot += 1


async def test_another_kind_of_credential_joins_without_a_change_to_routes(
    settings, app, door, given, key
):
    user = await given.user(name="By Token")
    tokens = Tokens(Actor(id=user.id, name=user.name, scopes=frozenset({"keys:read"})))
    joined = create_app(settings)
    joined.state.sessionmaker, joined.state.door = app.state.sessionmaker, door
    joined.state.authenticator = AnyOf(remembering(door), tokens)
    async with client_of(joined) as client:
        answer = await get(client, "/v1/me", "eyJ.good")
        assert (answer.json()["user"]["name"], answer.json()["key"]) == ("By Token", None)
        assert (await get(client, "/v1/admin/keys", "eyJ.good")).status_code == 200
        for token, status in (("eyJ.bad", 401), ("other", 401), (key, 200)):
            assert (await get(client, "/v1/me", token)).status_code == status
    joined.state.authenticator.forget()
    assert tokens.forgot == 1


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def get(client: httpx.AsyncClient, path: str, token: str) -> httpx.Response:
    return await client.get(path, headers={"Authorization": f"Bearer {token}"})


async def eventually(check) -> None:
    async with asyncio.timeout(10):
        while not (await found if isawaitable(found := check()) else found):
            await asyncio.sleep(0.02)


@pytest.fixture
async def committed(scratch_url):
    """Sessions that commit, on a database of the test's own."""
    engine = create_engine(scratch_url, "app", pool=3)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


def service(url: str) -> FastAPI:
    """One process's service; what it found it would remember for an hour."""
    identity = Identity(pepper=PEPPER, cache_seconds=3600)
    return create_app(Settings(env="test", database=Database(url=url), identity=identity))


async def test_a_revocation_is_told_to_every_process(scratch_url, committed):
    admin, other = keys.make("test"), keys.make("test")
    async with committed() as session:
        given = Given(session)
        scopes = ["keys:manage", "keys:read", "feedback:read"]
        await given.key(keys.digest(admin, PEPPER), scopes=scopes)
        revoked = await given.key(keys.digest(other, PEPPER), scopes=["feedback:read"])
    here, there = service(scratch_url), service(scratch_url)

    async def status(at: httpx.AsyncClient, key: str) -> int:
        return (await get(at, "/v1/me", key)).status_code

    async with (
        here.router.lifespan_context(here),
        there.router.lifespan_context(there),
        client_of(here) as at_here,
        client_of(there) as at_there,
    ):
        await eventually(lambda: listening_are(scratch_url, 2))
        assert await status(at_here, other) == await status(at_there, other) == 200
        answer = await at_here.delete(
            f"/v1/admin/keys/{revoked.id}", headers={"Authorization": f"Bearer {admin}"}
        )
        assert answer.status_code == 204

        async def refused() -> bool:
            return [await status(at, other) for at in (at_here, at_there)] == [401, 401]

        await eventually(refused)


LISTENING = """
    SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1
       AND state = 'idle' AND query LIKE 'LISTEN%'"""


async def listeners(url: str, then: str = "pid") -> int:
    """Count the connections that have come to rest after their LISTEN, as a superuser."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(LISTENING.replace("pid", then, 1), f"everyvoice-{CHANNEL}")
    await connection.close()
    return len(rows)


async def listening_are(url: str, count: int) -> bool:
    return await listeners(url) == count


CHANGES = {
    "a revocation": "UPDATE api_key SET revoked_at = now()",
    "an expiry": "UPDATE api_key SET expires_at = now() + interval '1 hour'",
    "a key's end": "DELETE FROM api_key",
    "a deactivation": "UPDATE app_user SET active = false",
    "a role taken": "DELETE FROM user_role",
    "a role's scopes": "UPDATE role SET scopes = '{}' WHERE code = 'made'",
}


@pytest.mark.parametrize("change", CHANGES)
async def test_each_change_that_matters_to_a_key_is_told_when_it_is_committed(
    scratch_url, committed, change
):
    heard = asyncio.Event()
    async with listening(scratch_url, CHANNEL, heard.set):
        await asyncio.wait_for(heard.wait(), 10)
        heard.clear()
        async with committed() as session:
            await session.execute(text(CHANGES[change]))
            await asyncio.sleep(0.1)
            assert not heard.is_set()
            await session.commit()
        await asyncio.wait_for(heard.wait(), 10)


async def test_a_listener_that_was_cut_off_comes_back_and_forgets(scratch_url, committed):
    heard = 0

    def hear() -> None:
        nonlocal heard
        heard += 1

    async with listening(scratch_url, CHANNEL, hear, pause=0.01):
        await eventually(lambda: listening_are(scratch_url, 1))
        assert heard == 1
        await listeners(scratch_url, "pg_terminate_backend(pid)")
        await eventually(lambda: heard >= 3)
        await eventually(lambda: listening_are(scratch_url, 1))
        before = heard
        async with committed.begin() as session:
            await session.execute(text("SELECT pg_notify(:name, '')"), {"name": CHANNEL})
        await eventually(lambda: heard == before + 1)
    await eventually(lambda: listening_are(scratch_url, 0))


def test_what_is_live_does_not_start_without_a_pepper(monkeypatch):
    monkeypatch.setenv("EVERYVOICE_DATABASE__URL", "postgresql://u:hidden@h/d")
    with pytest.raises(ValidationError, match="EVERYVOICE_IDENTITY__PEPPER") as refused:
        Settings(env="live")
    assert "hidden" not in str(refused.value)
    with pytest.raises(ValidationError, match="EVERYVOICE_CRYPTO__KEYS"):
        Settings(env="live", identity=Identity(pepper="x"))
    whole = Settings(env="live", identity=Identity(pepper="x"), crypto=CRYPTO)
    assert whole.identity.pepper == "x"
    assert CRYPTO.index_key not in repr(whole)
    assert not [key for key in CRYPTO.keys if key in repr(whole)]


def test_elsewhere_a_missing_pepper_is_told():
    for pepper, told in (("", True), ("x", False)):
        with capture_logs() as logs:
            create_app(Settings(env="dev", identity=Identity(pepper=pepper)))
        assert ("no pepper: keys are hashed without a secret" in str(logs)) is told
