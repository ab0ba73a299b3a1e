"""Real PostgreSQL for every test: one cluster a run, one database a process, one outer
transaction a test. `EVERYVOICE_TEST_PG=system` takes the system's PostgreSQL."""

import asyncio
import base64
import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app import migrate
from app.core.db import create_engine
from app.core.statement import Statement
from app.domain.identity import keys
from app.local.postgres import Postgres
from app.settings import (
    Crypto,
    Database,
    Identity,
    Limits,
    Public,
    Settings,
    Submissions,
    Webhooks,
)
from tests.factories import Given

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
PEPPER = "test-pepper"
CRYPTO = Crypto(
    keys=tuple(f"{id_}:{base64.b64encode(id_.encode() * 16).decode()}" for id_ in ("k2", "k1")),
    index_key=base64.b64encode(b"ix" * 16).decode(),
)
_STACK = ExitStack()
_FAST = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}
_MEMORY, _ROOM = Path("/dev/shm"), 2 * 1024**3  # noqa: S108  the folder below it is ours alone


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster and migrate the template once, before any worker process is made."""
    if "EVERYVOICE_TEST_SERVER" in os.environ:
        return
    prefer = os.environ.get("EVERYVOICE_TEST_PG")
    # To copy a database is to make a thousand files, which takes a disk ten times as long.
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    server = _STACK.enter_context(
        Postgres.temporary(options=_FAST, prefer=prefer or None, parent=_MEMORY if roomy else None)
    )
    os.environ["EVERYVOICE_TEST_SERVER"] = server.url_of("postgres")
    asyncio.run(_execute("CREATE DATABASE ev_template"))
    migrate.upgrade(server_url("ev_template"))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep what stays to the end out of every collection of garbage, as the service does."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    _STACK.close()
    gc.freeze()  # or the interpreter looks through all of it before it ends


def server_url(database: str) -> str:
    return os.environ["EVERYVOICE_TEST_SERVER"].rsplit("/", 1)[0] + "/" + database


async def _execute(statement: str) -> None:
    connection = await asyncpg.connect(server_url("postgres"))
    await connection.execute(statement)
    await connection.close()


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A migrated database of this process's own."""
    name = f"ev_{os.getpid()}"
    asyncio.run(_execute(f"CREATE DATABASE {name} TEMPLATE ev_template"))
    yield server_url(name)
    asyncio.run(_execute(f"DROP DATABASE {name} WITH (FORCE)"))


@asynccontextmanager
async def scratch() -> AsyncIterator[str]:
    name = f"ev_scratch_{uuid4().hex}"
    await _execute(f"CREATE DATABASE {name} TEMPLATE ev_template")
    yield server_url(name)
    await _execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def scratch_url() -> AsyncIterator[str]:
    """A migrated database for a test that commits; gone afterwards."""
    async with scratch() as url:
        yield url


@pytest.fixture(scope="session")
def settings(database_url: str) -> Settings:
    return Settings(
        env="test",
        database=Database(url=database_url),
        identity=Identity(pepper=PEPPER, cache_seconds=0),
        crypto=CRYPTO,
        public=Public(cache_seconds=0),
        webhooks=Webhooks(iwgc_secrets=(SECRET,)),
        limits=Limits(per_minute=1_000_000, anonymous_per_minute=1_000_000),
        submissions=Submissions(
            cache_seconds=0, per_minute=1_000_000, per_code_per_minute=1_000_000
        ),
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> FastAPI:
    # Here, since the process that hands out the tests needs no service: it takes seconds to import.
    from app.main import create_app  # noqa: PLC0415

    return create_app(settings)


@pytest.fixture(scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Connects as the worker, whose rights hold every role's that a test needs."""
    engine = create_engine(database_url, "worker", pool=5)
    yield engine
    await engine.dispose()


class OneConnection:
    """The statement door onto the outer transaction: each statement in a savepoint of its own."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str):
        async def call(query: str, *args: object):
            async with self._connection.transaction():
                return await getattr(self._connection, name)(query, *args)

        return call


@pytest.fixture
async def sessions(engine: AsyncEngine, app: FastAPI) -> AsyncIterator[async_sessionmaker]:
    """The sessionmaker the service uses, on a transaction that is rolled back after the test."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        await connection.exec_driver_sql("SELECT 1")
        made = async_sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        raw = await connection.get_raw_connection()
        app.state.sessionmaker = made
        app.state.door = app.state.write_door = OneConnection(raw.driver_connection)
        yield made
        await outer.rollback()


@pytest.fixture
def door(app: FastAPI, sessions: async_sessionmaker) -> Statement:
    return app.state.door


@pytest.fixture
async def session(sessions: async_sessionmaker) -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


@pytest.fixture
def given(session: AsyncSession) -> Given:
    return Given(session)


@pytest.fixture
async def client(app: FastAPI, sessions: async_sessionmaker) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
def as_(given: Given):
    """Give the headers of a caller who holds these scopes: `await as_("feedback:read")`."""

    async def headers(*scopes: str, **limits: object) -> dict[str, str]:
        key = keys.make("test")
        await given.key(keys.digest(key, PEPPER), scopes=scopes, **limits)
        return {"Authorization": f"Bearer {key}"}

    return headers
