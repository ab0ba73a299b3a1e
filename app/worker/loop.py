"""The one process behind the API: drains the inbox, orders the change log, runs the jobs."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.clients.post import Post
from app.core import changes
from app.core.db import create_engine
from app.domain.feedback import intake
from app.worker import feeds, queue, subscribers
from app.worker.feeds import Feed
from app.worker.subscribers import SUBSCRIBERS

Sessions = async_sessionmaker[AsyncSession]
Step = Callable[[Sessions], Awaitable[int]]

IDLE_SECONDS = 0.1
BACK_OFF_SECONDS = 1.0
FEW = intake.BATCH // 8  # fewer events than this wait for company: a batch has a price
DRAINS = 2  # one reads events while the other's are written
_STATEMENT_MS = 120_000  # a batch is no request: it may take its time,
LOCK_MS = 60_000  # and waits in line for the pen while others write their batches

log = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between looks at a table that held little, and after a failure."""

    idle: float = IDLE_SECONDS
    back_off: float = BACK_OFF_SECONDS


async def run(
    url: str,
    stop: asyncio.Event,
    pace: Pace | None = None,
    *,
    carriers: Post | None = None,
    polled: Sequence[Feed] = (),
) -> None:
    """Work until `stop` is set; what is under way is finished, or rolled back by its deadline.

    Without `carriers` messages wait for a worker that has them.
    """
    pace = pace or Pace()
    engine = create_engine(
        url,
        "worker",
        pool=6 + len(SUBSCRIBERS) + len(polled),
        statement_ms=_STATEMENT_MS,
        lock_ms=LOCK_MS,
    )
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    try:
        await asyncio.gather(
            *(repeat(drain, sessions, stop, pace, FEW) for _ in range(DRAINS)),
            repeat(sequence, sessions, stop, pace),
            *(repeat(subscribed(name), sessions, stop, pace) for name in SUBSCRIBERS),
            *(repeat(polling(feed), sessions, stop, pace) for feed in polled),
            queue.run(url, sessions, stop, pace.back_off, carriers),
        )
    finally:
        await engine.dispose()


async def repeat(
    step: Step, sessions: Sessions, stop: asyncio.Event, pace: Pace, enough: int = 1
) -> None:
    """Do a step again at once while it finds enough; a failure costs a pause, never the loop."""
    while not stop.is_set():
        try:
            found = await step(sessions)
        except Exception as error:  # noqa: BLE001  the loop outlives every fault of the database
            log.warning("step failed", step=step.__name__, error=type(error).__name__)
            await wait(stop, pace.back_off)
        else:
            if found < enough:
                await wait(stop, pace.idle)


async def drain(sessions: Sessions) -> int:
    """Settle a batch of the inbox.

    Where a batch fails by its content it is tried in ever smaller parts, and the one event that
    fails alone is put aside, so that it holds up nobody.
    """
    size = intake.BATCH
    while True:
        try:
            async with sessions.begin() as session:
                session.info["operation"] = "drain_inbox"
                return await intake.drain(session, size)
        except intake.CONTENT_ERRORS as error:
            if size == 1:
                async with sessions.begin() as session:
                    why = getattr(error, "orig", None) or error
                    return await intake.put_aside(session, type(why).__name__)
            size = max(1, size // 8)


async def sequence(sessions: Sessions) -> int:
    """Move a batch of changes into the log."""
    async with sessions.begin() as session:
        return await changes.sequence(session)


def subscribed(name: str) -> Step:
    """Give the step that does one batch of a subscriber."""

    async def step(sessions: Sessions) -> int:
        return await subscribers.step(name, SUBSCRIBERS[name], sessions)

    step.__name__ = name
    return step


def polling(feed: Feed) -> Step:
    """Give the step that polls a feed where it is due."""

    async def step(sessions: Sessions) -> int:
        return min(0, await feeds.poll(feed, sessions))  # what it told is no sign of more

    step.__name__ = feed.name
    return step


async def wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
