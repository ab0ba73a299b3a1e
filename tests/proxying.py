"""A wire between the service and PostgreSQL that is cut once a commit went through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

_SIZE = 65_536


class Wire:
    """Passes all on; of what is asked next with the words in `armed` no answer ever arrives."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self.cuts, self.port = 0, 0
        self.armed: bytes | None = None

    @property
    def url(self) -> str:
        """Where the same database is found through the wire."""
        login, at, _ = self._url.netloc.rpartition("@")
        return self._url._replace(netloc=f"{login}{at}127.0.0.1:{self.port}").geturl()

    async def accept(self, asking: asyncio.StreamReader, here: asyncio.StreamWriter) -> None:
        answering, there = await asyncio.open_connection(self._url.hostname, self._url.port)
        muted, answered = asyncio.Event(), asyncio.Event()
        ways = (
            self._ask(asking, there, muted, answered),
            _answer(answering, here, muted, answered),
        )
        both = [asyncio.create_task(each) for each in ways]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for each in both:
            each.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        for end in (here, there):
            end.transport.abort()
            with suppress(OSError):
                await end.wait_closed()

    async def _ask(
        self,
        asking: asyncio.StreamReader,
        there: asyncio.StreamWriter,
        muted: asyncio.Event,
        answered: asyncio.Event,
    ) -> None:
        while told := await asking.read(_SIZE):
            if cutting := self.armed is not None and self.armed in told:
                self.armed = None
                muted.set()
            there.write(told)
            await there.drain()
            if cutting:
                await answered.wait()
                self.cuts += 1
                return


async def _answer(
    answering: asyncio.StreamReader,
    here: asyncio.StreamWriter,
    muted: asyncio.Event,
    answered: asyncio.Event,
) -> None:
    while told := await answering.read(_SIZE):
        if muted.is_set():
            answered.set()
        else:
            here.write(told)
            await here.drain()


@asynccontextmanager
async def wire(url: str) -> AsyncIterator[Wire]:
    """Lay a wire to a database."""
    laid = Wire(url)
    server = await asyncio.start_server(laid.accept, "127.0.0.1", 0)
    laid.port = server.sockets[0].getsockname()[1]
    yield laid
    server.close()
