"""How many events a second go from the inbox to the summary."""

import asyncio
import hashlib
import os
import time
from datetime import UTC, datetime
from subprocess import Popen
from typing import NamedTuple

import asyncpg

from app.core.ids import uuid7
from bench import cpu, load, seed
from bench.effort import Effort
from bench.results import Goal, Report, Spread
from bench.stand import Stand
from bench.webhook import event

TITLE = "Worker: events counted"
PEER = "none: the goal is a rate"
DATABASE = "bench_worker"
_COLUMNS = ("id", "source", "event_id", "body", "body_hash", "received_at", "status")
_COUNTED = "SELECT coalesce(sum(very_good + good + poor), 0)::bigint FROM feedback_daily"
_LOOK = 0.02  # seconds between two looks at what is counted
_PATIENCE = 300.0


class Drained(NamedTuple):
    """Events a second, and the processor's microseconds for one: the worker's, the database's."""

    rate: float
    worker_us: float
    database_us: float


async def run(stand: Stand, effort: Effort) -> Report:
    await stand.database(DATABASE)
    connection = await stand.connect(DATABASE)
    await seed.organisation(connection, 40)
    drained, logged = [], []
    for number in range(max(1, effort.rounds // 3)):
        await _fill(connection, number * effort.events, effort.events)
        with stand.worker(DATABASE) as worker:
            drained.append(await _drained(stand, connection, worker, (number + 1) * effort.events))
            logged.append(await _sequenced(connection, worker))
    await connection.close()
    return _report(drained, logged, effort)


async def _fill(connection: asyncpg.Connection, first: int, count: int) -> None:
    """Put events into the inbox as the webhook leaves them, each a review of its own."""
    at = datetime.now(UTC)  # noqa: TID251  no rule of the service hangs on it
    for start in range(first, first + count, 10_000):
        records = [
            (
                uuid7(),
                "iwgc",
                f"event-{number}",
                body := event(number),
                hashlib.sha256(body).digest(),
                at,
                "pending",
            )
            for number in range(start, min(start + 10_000, first + count))
        ]
        await connection.copy_records_to_table("inbox_event", records=records, columns=_COLUMNS)
    await connection.execute("VACUUM ANALYZE inbox_event, feedback_response")


async def _drained(
    stand: Stand, connection: asyncpg.Connection, worker: "Popen[bytes]", upto: int
) -> Drained:
    """Time from the first batch seen in the summary's table to the last.

    So the worker's start does not count, and neither do the events of its first batch.
    """
    before = await connection.fetchval(_COUNTED)
    own, database = cpu.spent(worker.pid), cpu.spent(stand.pid)
    first, since, deadline = before, 0.0, time.perf_counter() + _PATIENCE
    while (counted := await connection.fetchval(_COUNTED)) < upto:
        if first == before and counted > before:
            first, since = counted, time.perf_counter()
            own, database = cpu.spent(worker.pid), cpu.spent(stand.pid)
        if worker.poll() is not None or time.perf_counter() > deadline:
            raise load.LoadError(f"the worker stopped at {counted} of {upto} events")
        await asyncio.sleep(_LOOK)
    events = upto - first
    return Drained(
        events / (time.perf_counter() - since),
        1000 * cpu.since(own, worker.pid) / events,
        1000 * cpu.since(database, stand.pid) / events,
    )


async def _sequenced(connection: asyncpg.Connection, worker: "Popen[bytes]") -> float:
    """Give the seconds until every change stands in the log too."""
    began = time.perf_counter()
    while await connection.fetchval("SELECT EXISTS (SELECT FROM change_pending)"):
        if worker.poll() is not None or time.perf_counter() > began + _PATIENCE:
            raise load.LoadError("the change log was not brought into order")
        await asyncio.sleep(_LOOK)
    return time.perf_counter() - began


def _report(drained: list[Drained], logged: list[float], effort: Effort) -> Report:
    rate, worker, database = (Spread.of(values) for values in zip(*drained, strict=True))
    together = (worker.median + database.median) / (os.cpu_count() or 1)
    most = 1e6 / max(together, worker.median)
    rows = [
        ("events/s from inbox to summary", rate.shown(",.0f")),
        ("processor time of an event, the worker's (us)", worker.shown(".0f")),
        ("processor time of an event, the database's (us)", database.shown(".0f")),
        ("events/s that this allows on a machine left alone", f"{most:,.0f}"),
        ("seconds until the change log has caught up, afterwards", Spread.of(logged).shown()),
    ]
    return Report(
        TITLE,
        PEER,
        ("Measure", "Median (least to most)"),
        rows,
        [Goal("events/s", ">= 8,000", rate.shown(",.0f"), rate.median >= 8_000)],
        (f"{effort.events:,} new reviews a round; triggers, change log and sequencer on.",),
    )
