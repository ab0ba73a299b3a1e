"""What one process tells the others by PostgreSQL's NOTIFY."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import asyncpg

from app.core.db import asyncpg_dsn

PAUSE = 0.5
_AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


@asynccontextmanager
async def listening(
    url: str, channel: str, heard: Callable[[], None], pause: float = PAUSE
) -> AsyncIterator[None]:
    """Call `heard` at every notice, for as long as the context is open.

    The connection comes back, after `pause` seconds between tries, when it is lost; `heard` is
    called then too, since nobody knows what was told meanwhile.
    """
    task = asyncio.create_task(_listen_on(url, channel, heard, pause))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _listen_on(url: str, channel: str, heard: Callable[[], None], pause: float) -> None:
    while True:
        with suppress(*_AWAY):
            await _listen(url, channel, heard)
        await asyncio.sleep(pause)


async def _listen(url: str, channel: str, heard: Callable[[], None]) -> None:
    """Listen until the connection is lost."""
    lost = asyncio.Event()
    connection = await asyncpg.connect(
        asyncpg_dsn(url), server_settings={"application_name": f"everyvoice-{channel}"}
    )
    try:
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(channel, lambda *_: heard())
        heard()
        await lost.wait()
        heard()
    finally:
        await connection.close(timeout=2)
