"""PgQueuer's part of the worker: which topic goes to which handler, and what runs when."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

import structlog
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job, Schedule
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.clients.post import Post
from app.core import jobs
from app.core.jobs import QUEUE, JobEffect
from app.core.statement import open_pool
from app.domain.feedback.themes.service import RECODE
from app.domain.organisation.teams import LOCATED
from app.domain.people.messages.service import SEND
from app.domain.reimbursements.payments.telling import REMITTANCES
from app.imports.taking import KIND as IMPORT_FEEDBACK
from app.worker.topics import (
    cadence,
    digests,
    feedback_imports,
    locations,
    messages,
    moderation,
    proofs,
    reminders,
    remittances,
    retention,
    returns,
    rights,
    searches,
    themes,
)

Sessions = async_sessionmaker[AsyncSession]
InTransaction = Callable[[AsyncSession, bytes], Awaitable[None]]
Long = Callable[[UUID, Sessions], Awaitable[None]]
Ask = Callable[[Sessions, Post], Awaitable[object]]
Outbound = Callable[[bytes, Sessions, Post], Awaitable[None]]

# A short topic is one transaction, guarded by its own row; a long one sees to its own restart.
SHORT: Mapping[str, InTransaction] = {
    LOCATED: locations.handle,
    REMITTANCES: remittances.handle,
}
LONG: Mapping[str, Long] = {
    IMPORT_FEEDBACK: feedback_imports.handle,
    RECODE: themes.recode,
}
# What leaves the house; it asks for another try itself.
OUTBOUND: Mapping[str, Outbound] = {SEND: messages.handle}
# What runs when, in UTC; each sees to it that running twice is no harm.
SCHEDULES: Mapping[str, tuple[str, Callable[[Sessions], Awaitable[object]]]] = {
    "retention": ("17 3 * * *", retention.handle),
    "retention_rules": ("37 3 * * *", rights.handle),
    "cadence": ("23 6 * * *", cadence.handle),
    "remind_of_returns": ("41 6 * * *", returns.handle),
    "remind_of_escalations": ("7 * * * *", moderation.remind),
    # Mondays at 06:05 in London, in summer at 07:05.
    "send_digests": ("5 6 * * 1", digests.handle),
    "alert_searches": ("53 5 * * *", searches.handle),
    "prove_payments": ("27 4 * * *", proofs.handle),
    "remind_people": ("11 7 * * *", reminders.handle),
}
# What asks those who carry messages, every so often.
ASKING: Mapping[str, tuple[str, Ask]] = {
    "ask_for_receipts": ("*/10 * * * *", messages.ask),
}
MOST_RETRIES = 5  # of a long topic, each after twice the pause
FIRST_PAUSE = timedelta(seconds=1)
# How long a process may be silent before another goes on with its jobs.
SILENCE = timedelta(seconds=10)

log = structlog.get_logger("worker")


async def run(
    url: str,
    sessions: Sessions,
    stop: asyncio.Event,
    back_off: float,
    carriers: Post | None = None,
) -> None:
    """Serve the queue until `stop`; a lost database costs a pause and a new start."""
    while not stop.is_set():
        try:
            await _serve(url, sessions, stop, carriers)
        except Exception as error:  # noqa: BLE001  the queue outlives every fault of the database
            log.warning("queue failed", error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), back_off)


async def _serve(url: str, sessions: Sessions, stop: asyncio.Event, carriers: Post | None) -> None:
    pool = await open_pool(url, "worker", size=4, statement_ms=60_000)
    try:
        manager = build(AsyncpgPoolDriver(pool), sessions, carriers)
        ending = asyncio.create_task(_forward(stop, manager.shutdown))
        try:
            await manager.run(
                shutdown_on_listener_failure=True,
                dequeue_timeout=SILENCE / 2,
                heartbeat_timeout=SILENCE,
            )
        finally:
            ending.cancel()
    finally:
        pool.terminate()


async def _forward(stop: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stop.wait()
    shutdown.set()


def build(driver: AsyncpgPoolDriver, sessions: Sessions, carriers: Post | None = None) -> PgQueuer:
    """Give the queue's manager with every topic; what fails is held, never deleted."""
    queries = Queries(
        driver,
        QueryBuilderEnvironment(QUEUE),
        QueryQueueBuilder(QUEUE),
        QuerySchedulerBuilder(QUEUE),
    )
    manager = PgQueuer(driver, channel=QUEUE.channel, queries=queries)
    for topic, short in SHORT.items():
        manager.entrypoint(topic, on_failure="hold")(_short(topic, short, sessions))
    for topic, long in LONG.items():
        manager.entrypoint(topic, on_failure="hold", concurrency_limit=1)(_long(long, sessions))
    if carriers is not None:
        for topic, outbound in OUTBOUND.items():
            manager.entrypoint(topic, on_failure="hold", concurrency_limit=4)(
                _outbound(outbound, sessions, carriers)
            )
        for name, (cron, ask) in ASKING.items():
            manager.schedule(name, cron)(_scheduled(_asking(ask, carriers), sessions))
    for name, (cron, handle) in SCHEDULES.items():
        manager.schedule(name, cron)(_scheduled(handle, sessions))
    return manager


def _scheduled(
    handle: Callable[[Sessions], Awaitable[object]], sessions: Sessions
) -> Callable[[Schedule], Awaitable[None]]:
    async def once(_: Schedule) -> None:
        await handle(sessions)

    return once


def _asking(ask: Ask, carriers: Post) -> Callable[[Sessions], Awaitable[object]]:
    async def once(sessions: Sessions) -> object:
        return await ask(sessions, carriers)

    return once


def _short(
    topic: str, handle: InTransaction, sessions: Sessions
) -> Callable[[Job], Awaitable[None]]:
    async def once(job: Job) -> None:
        async with sessions.begin() as session:
            session.info["operation"] = topic
            if await _first_time(session, job.id):
                await handle(session, job.payload or b"")

    return once


def _outbound(
    handle: Outbound, sessions: Sessions, carriers: Post
) -> Callable[[Job], Awaitable[None]]:
    async def serve(job: Job) -> None:
        await handle(job.payload or b"", sessions, carriers)

    return serve


def _long(handle: Long, sessions: Sessions) -> Callable[[Job], Awaitable[None]]:
    async def serve(job: Job) -> None:
        job_id = UUID((job.payload or b"").decode())
        try:
            await handle(job_id, sessions)
        except Exception as error:  # noqa: BLE001  whatever it is, the job goes on or is told failed
            await _again_or_failed(job, job_id, sessions, error)

    return serve


async def _again_or_failed(
    job: Job, job_id: UUID, sessions: Sessions, error: Exception
) -> NoReturn:
    log.warning("job failed", job=str(job_id), error=type(error).__name__, tries=job.attempts + 1)
    if job.attempts < MOST_RETRIES:
        raise RetryRequested(FIRST_PAUSE * 2**job.attempts, type(error).__name__) from None
    async with sessions.begin() as session:
        await jobs.fail(session, job_id)
    raise RuntimeError(type(error).__name__) from None


async def _first_time(session: AsyncSession, queue_id: int) -> bool:
    """Claim the effect: PgQueuer marks a job done only after its transaction."""
    made = await session.scalar(
        insert(JobEffect)
        .values(queue_id=queue_id)
        .on_conflict_do_nothing()
        .returning(JobEffect.queue_id)
    )
    return made is not None
