"""How soon the figures of a year are there, however many responses stand behind them."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

import asyncpg

from bench import load, seed
from bench.effort import Effort
from bench.results import Goal, Report, percentile
from bench.stand import Stand

TITLE = "Summary: figures of a year"
PEER = "itself over a hundredth of the responses: history must not be scanned"
YEAR, SMALL, WIDE, REGION = "bench_year", "bench_small", "bench_wide", "bench_region"
_RANGE = f"from={seed.FIRST}&to={seed.LAST}"
DIRECTORATES = f"by=directorate&per=month&{_RANGE}"
_TEAMS = f"by=team&per=month&{_RANGE}"
_BY_TRUST = f"by=trust&per=month&{_RANGE}"

# A region's roll-ups as they come from its trusts: counts, no responses.
_REGION = """
INSERT INTO trust (code, name) SELECT 'R' || lpad(n::text, 3, '0'), 'Trust ' || n
  FROM generate_series(1, $1::int) n;
INSERT INTO team (id, code, name, trust_code, created_at, updated_at, version)
SELECT gen_random_uuid(), t.code || '-' || n, 'Team ' || n, t.code, now(), now(), 1
  FROM trust t, generate_series(1, 40) n WHERE t.code LIKE 'R%';
INSERT INTO feedback_monthly
       (team_id, dimension, month, value, trust, very_good, good, neither_good_nor_poor, poor,
        very_poor, dont_know, unanswered)
SELECT t.id, d.dimension, m::date, d.dimension || n, t.trust_code, 50 + n, 30, 8, 5, 4, 3, 2
  FROM team t,
       (VALUES ('all', 1), ('source', 2), ('channel', 8), ('ethnic_category', 17),
               ('age_band', 9), ('gender', 3), ('disability', 9)) d (dimension, most),
       generate_series(1, d.most) n,
       generate_series('2025-04-01'::date, '2026-03-01', interval '1 month') m
 ORDER BY 1, 2, 3, 4
"""

Latencies = dict[str, list[float]]


async def run(stand: Stand, effort: Effort) -> Report:
    await year(stand, YEAR, 40, effort.year)
    await year(stand, SMALL, 40, effort.year // 100)
    await year(stand, WIDE, 400, effort.year // 10)
    await _region(stand, effort.trusts)
    async with AsyncExitStack() as stack:
        asked: dict[str, tuple[load.Connection, bytes]] = {}
        for database, questions in (
            (YEAR, {"40 teams": DIRECTORATES}),
            (SMALL, {"40 teams, a hundredth": DIRECTORATES}),
            (WIDE, {"400 teams": DIRECTORATES, "400 teams, by team": _TEAMS}),
            (REGION, {f"{effort.trusts} trusts": _BY_TRUST}),
        ):
            port, _ = await stack.enter_async_context(stand.service(database))
            readers = await keys(stand, database)
            for name, question in questions.items():
                for reader, key in readers.items():
                    connection = await load.connect(port)
                    stack.callback(connection.close)
                    asked[f"{name}, {reader}"] = connection, _request(question, key)
        found = await turns(asked, effort)
    for database in (SMALL, WIDE, REGION):
        await stand.drop(database)
    return _report(found, effort)


async def year(stand: Stand, database: str, teams: int, responses: int) -> None:
    """Make a year of responses and count them, unless they stand from before: many take long."""
    await stand.database(database, keep=True)
    connection = await stand.connect(database)
    if await _counted(connection) != responses:
        await connection.close()
        await stand.database(database)
        connection = await stand.connect(database)
        await seed.organisation(connection, teams)
        again = await seed.without_indexes(connection)
        await seed.responses(connection, teams, responses)
        await connection.execute("SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
        for statement in again:
            if "USING gin" not in statement:  # of words, which no figure needs
                await connection.execute(statement)
        await seed.recount(connection)
        await connection.execute("VACUUM ANALYZE")
        if (counted := await _counted(connection)) != responses:
            raise load.LoadError(f"{counted} of {responses} responses are counted")
    await connection.close()


async def _counted(connection: asyncpg.Connection) -> int:
    counted = await connection.fetchval(
        "SELECT sum(very_good + good + neither_good_nor_poor + poor + very_poor + dont_know"
        " + unanswered) FROM feedback_monthly WHERE dimension = 'all'"
    )
    return int(counted or 0)


async def _region(stand: Stand, trusts: int) -> None:
    await stand.database(REGION)
    connection = await stand.connect(REGION)
    for statement in _REGION.split(";"):
        await connection.execute(statement, *([trusts] if "$1" in statement else []))
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def keys(stand: Stand, database: str) -> Mapping[str, str]:
    """Make one who sees small numbers and one for whom they are hidden."""
    connection = await stand.connect(database)
    found = {
        "all shown": await seed.key(connection, "feedback:read", seed.SMALL),
        "small numbers hidden": await seed.key(connection, "feedback:read"),
    }
    await connection.close()
    return found


def _request(question: str, key: str) -> bytes:
    return load.request(
        "GET", f"/v1/feedback/summary?{question}", [("Authorization", f"Bearer {key}")]
    )


async def turns(asked: Mapping[str, tuple[load.Connection, bytes]], effort: Effort) -> Latencies:
    """Ask one after the other, in turns, so that whatever disturbs one disturbs all."""
    found: Latencies = {name: [] for name in asked}
    for number in range(effort.asked + 10):
        for name, (connection, sending) in asked.items():
            began = time.perf_counter()
            status = await asyncio.wait_for(connection.ask(sending), 30)
            if status != 200:
                raise load.LoadError(f"{name}: {status}")
            if number >= 10:  # the first ones warm up
                found[name].append((time.perf_counter() - began) * 1000)
    return found


def _report(found: Latencies, effort: Effort) -> Report:
    p95 = {name: percentile(ms, 0.95) for name, ms in found.items()}
    rows = [
        (name, *(f"{percentile(ms, share):.1f}" for share in (0.5, 0.95)), f"{max(ms):.1f}")
        for name, ms in found.items()
    ]
    goals = []
    for reader in ("all shown", "small numbers hidden"):
        share = p95[f"40 teams, {reader}"] / p95[f"40 teams, a hundredth, {reader}"]
        goals.append(
            Goal(
                f"p95 over {effort.year:,} by that over a hundredth, {reader}",
                "<= 1.5",
                f"{share:.2f}",
                share <= 1.5,
            )
        )
        for name, most in (("40 teams", 50), ("400 teams", 50), (f"{effort.trusts} trusts", 200)):
            goals.append(_goal(f"{name}, {reader}", p95, most))
    return Report(
        TITLE,
        PEER,
        ("Asked for, a group a month", "p50 (ms)", "p95 (ms)", "Longest (ms)"),
        rows,
        goals,
        _notes(effort),
    )


def _goal(name: str, p95: Mapping[str, float], most: float) -> Goal:
    return Goal(f"p95 of {name}", f"<= {most} ms", f"{p95[name]:.1f} ms", p95[name] <= most)


def _notes(effort: Effort) -> Sequence[str]:
    built_how = (
        f"One trust of 40 teams and {effort.year:,} responses of one year, 400 teams and"
        f" {effort.year // 10:,}: written by INSERT ... SELECT with triggers off, the indexes but"
        " the one of words"
        " made afterwards, then counted by `feedback_recount`, which took {built:.0f} s for the"
        f" largest. {effort.trusts} trusts of 40 teams: roll-up rows only, every margin, as a"
        " region reads them."
    )
    return built_how, "By HTTP with a key, one request at a time, all kinds in turns."
