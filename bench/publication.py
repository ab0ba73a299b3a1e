"""How soon a month is there for the open web, suppressed as a whole."""

import asyncio
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from bench import cpu, load, seed
from bench.effort import Effort
from bench.results import Goal, Report, percentile
from bench.stand import Stand

TITLE = "Publication: a month of 2,000 teams with every step of suppression"
PEER = "none: no system we know of publishes by these rules on request"
DATABASE, TEAMS, SERVICES = "bench_publication", 2_000, 100
MONTHS = (date(2026, 2, 1), date(2026, 3, 1))
ANSWERS, WEIGHTS = 6, (55, 25, 8, 5, 4, 3)
PAIRS = {
    "sms:not_recorded": 30,
    "online:not_recorded": 20,
    "tablet:before_or_at_discharge": 15,
    "paper:before_or_at_discharge": 15,
    "paper:after_discharge": 8,
    "telephone:not_recorded": 5,
    "tablet:not_recorded": 5,
    "not_recorded:not_recorded": 2,
}
WARM, MOST = 5, 100
ASKED = {
    "strict": "month=2026-03&service=mental_health&rule=strict",
    "national": "month=2026-03&service=mental_health&rule=national",
}
_MORE_SERVICES = """
INSERT INTO service (id, code, name, directorate_id, created_at, updated_at, version)
SELECT gen_random_uuid(), 'S' || n, 'Service ' || n, d.id, now(), now(), 1
  FROM generate_series(11, $1::int) n JOIN directorate d ON d.code = 'D' || (n - 1) % 5 + 1"""
_SPREAD = """
UPDATE team_placement p SET service_id = s.id, directorate_id = s.directorate_id
  FROM team t, service s
 WHERE t.id = p.team_id AND s.code = 'S' || (substr(t.code, 2)::int - 1) % $1::int + 1"""


async def run(stand: Stand, effort: Effort) -> Report:
    await stand.database(DATABASE)
    connection = await stand.connect(DATABASE)
    await _fill(connection)
    key = await seed.key(connection, "feedback:read")
    await connection.close()
    async with AsyncExitStack() as stack:
        port, pid = await stack.enter_async_context(stand.service(DATABASE))
        asking = await load.connect(port)
        stack.callback(asking.close)
        before = cpu.spent(pid)
        found = await _turns(asking, key, effort)
        busy = cpu.since(before, pid) / (2 * (min(effort.asked, MOST) + WARM))
    await stand.drop(DATABASE)
    return _report(found, busy)


async def _fill(connection: asyncpg.Connection) -> None:
    """Make the trust and its roll-ups: counts alone, since nothing else is read."""
    await seed.organisation(connection, TEAMS)
    await connection.execute(_MORE_SERVICES, SERVICES)
    await connection.execute(_SPREAD, SERVICES)
    ids = [row["id"] for row in await connection.fetch("SELECT id FROM team ORDER BY code")]
    columns = ("team_id", "dimension", "month", "value", "trust", *seed_names())
    await connection.copy_records_to_table(
        "feedback_monthly", records=list(_rows(ids)), columns=columns
    )
    await connection.execute("VACUUM ANALYZE")


def seed_names() -> tuple[str, ...]:
    answers = ("very_good", "good", "neither_good_nor_poor", "poor", "very_poor", "dont_know")
    return (*answers, "unanswered")


def _rows(ids: list[UUID]) -> Iterator[tuple[Any, ...]]:
    """Give teams of 15 answers a month on average, most of them of fewer."""
    spread = random.Random(42)  # noqa: S311  figures, no secrets
    for team in ids:
        for month in MONTHS:
            by_pair = {pair: [0] * ANSWERS for pair in PAIRS}
            for _ in range(int(spread.expovariate(1 / 15))):
                (pair,) = spread.choices(list(PAIRS), list(PAIRS.values()))
                (answer,) = spread.choices(range(ANSWERS), WEIGHTS)
                by_pair[pair][answer] += 1
            counted = {pair: counts for pair, counts in by_pair.items() if any(counts)}
            for pair, counts in counted.items():
                yield team, "mode", month, pair, "RNU", *counts, 0
            if counted:
                whole = map(sum, zip(*counted.values(), strict=True))
                yield team, "all", month, "all", "RNU", *whole, 0


async def _turns(asking: load.Connection, key: str, effort: Effort) -> Mapping[str, list[float]]:
    found: dict[str, list[float]] = {rule: [] for rule in ASKED}
    for number in range(min(effort.asked, MOST) + WARM):
        for rule, question in ASKED.items():
            place = f"/v1/feedback/publication?{question}"
            sending = load.request("GET", place, [("Authorization", f"Bearer {key}")])
            began = time.perf_counter()
            status = await asyncio.wait_for(asking.ask(sending), 30)
            if status != 200:
                raise load.LoadError(f"{rule}: {status}")
            if number >= WARM:  # the first ones warm up
                found[rule].append((time.perf_counter() - began) * 1000)
    return found


def _report(found: Mapping[str, list[float]], busy: float) -> Report:
    rows = [
        (rule, *(f"{percentile(ms, share):.0f}" for share in (0.5, 0.95)), f"{max(ms):.0f}")
        for rule, ms in found.items()
    ]
    goals = []
    for rule, ms in found.items():
        taken = percentile(ms, 0.5)
        goals.append(Goal(f"p50, {rule}", "< 200 ms", f"{taken:.0f} ms", taken < 200))
    notes = [
        (
            f"{TEAMS:,} teams in {SERVICES} services of 5 directorates, each with answers by up to"
            f" {len(PAIRS)} channels and points; the month and the month before are read,"
            " suppressed and written in each request, by HTTP with a key, one at a time. The"
            f" service's own processor time was {busy:.0f} ms a request."
        )
    ]
    header = ("Rule", "p50 (ms)", "p95 (ms)", "Longest (ms)")
    return Report(TITLE, PEER, header, rows, goals, notes)
