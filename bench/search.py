"""How soon a page of a search is there, over 5,000,000 comments, for words of every frequency."""

import asyncio
import time
from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

import asyncpg

from app.domain.feedback.queries import COMMENTS
from app.domain.identity import keys
from bench import load, seed
from bench.effort import Effort
from bench.results import Goal, Report, percentile
from bench.stand import PEPPER, Stand

TITLE = "Search in comments"
PEER = "none: a limit of 300 ms"
DATABASE = "bench_search"
LIMIT_MS = 300
TEAMS = 40
_DIGITS = str.maketrans("0123456789abcdef", "bcdfghjklmnpaeio")


def word(rank: int) -> str:
    """Give the word that is the rank-th in frequency, as bench/seed.py makes it."""
    return f"{rank * 7919 % 1048573:x}".translate(_DIGITS)


# By how many comments in a hundred they are found in, about; the goal is held over all of them.
CLASSES: Mapping[str, tuple[str, ...]] = {
    "common words (a tenth and more)": ("kind", word(1), word(2), word(3)),
    "middling words (0.3 to 5 %)": ("lost", *(word(r) for r in (10, 30, 60, 100, 200))),
    "rare words (under 0.3 %)": ("heron", *(word(r) for r in (500, 2_000, 8_000, 19_000))),
    "two words": ("kind lost", f"{word(30)} {word(100)}", f"{word(3)} {word(2000)}"),
    "phrases": ('"care plan"', '"blue heron"', '"waiting room"', '"everyone was kind"'),
    "phrases of common words": (f'"{word(1)} {word(2)}"', f'"{word(5)} {word(20)}"'),
    "words that nobody used": ("xyzzyq", "xyzzyq kind"),
}
# Told, and outside the goal: what no index of words can answer.
HARD: Mapping[str, tuple[str, ...]] = {
    "prefixes": ("wait*", "ler*"),
    "two common words that never stand so": ('"plan care"',),
}


async def run(stand: Stand, effort: Effort) -> Report:
    await _fill(stand, effort.searched)
    connection = await stand.connect(DATABASE)
    one = await connection.fetchval("SELECT id FROM team WHERE code = 'T5'")
    some = [r["id"] for r in await connection.fetch("SELECT id FROM team ORDER BY code LIMIT 3")]
    whole = await _key(connection)
    readers: dict[str, tuple[str, dict[str, str]]] = {
        "whole trust": (whole, {}),
        "one team of 40": (whole, {"team": str(one)}),
        "a key of 3 teams": (await _key(connection, some), {}),
        "a month": (whole, {"from": "2025-06-01", "to": "2025-06-30"}),
    }
    await connection.close()
    async with stand.service(DATABASE) as served:
        client = await load.connect(served.port)
        found = {
            (reader, name): await _ask(client, key, filters, searches, effort.searches)
            for reader, (key, filters) in readers.items()
            for name, searches in {**CLASSES, **HARD}.items()
        }
        client.close()
    return _report(found, effort)


async def _fill(stand: Stand, count: int) -> None:
    """Make the comments, unless they stand from before: they take minutes."""
    await stand.database(DATABASE, keep=True)
    connection = await stand.connect(DATABASE)
    if await connection.fetchval("SELECT count(*) FROM feedback_response") != count:
        await stand.database(DATABASE)
        connection = await stand.connect(DATABASE)
        await seed.organisation(connection, TEAMS)
        again = await seed.without_indexes(connection)
        await connection.execute("SELECT setseed(0.5)")
        await seed.responses(connection, TEAMS, count, good=seed.MANY_WORDS)
        await connection.execute("SET maintenance_work_mem = '1GB'")
        for statement in again:
            await connection.execute(statement)
        await seed.screened(connection)
        await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def _key(connection: asyncpg.Connection, teams: list[UUID] | None = None) -> str:
    made = await seed.key(connection, "feedback:read", seed.SMALL, COMMENTS)
    digest = keys.digest(made, PEPPER)
    await connection.execute("UPDATE api_key SET teams = $1 WHERE hash = $2", teams, digest)
    return made


async def _ask(
    client: load.Connection,
    key: str,
    filters: dict[str, str],
    searches: tuple[str, ...],
    times: int,
) -> list[float]:
    """Ask for the first page of each search in turns, the first time as well."""
    taken = []
    for _ in range(times):
        for search in searches:
            query = urlencode({"search": search, **filters})
            asked = load.request(
                "GET", f"/v1/feedback/responses?{query}", [("Authorization", f"Bearer {key}")]
            )
            began = time.perf_counter()
            status = await asyncio.wait_for(client.ask(asked), 30)
            if status != 200 and not any(search in hard for hard in HARD.values()):
                raise load.LoadError(f"{search}: {status}")
            taken.append((time.perf_counter() - began) * 1000)
    return taken


def _report(found: Mapping[tuple[str, str], list[float]], effort: Effort) -> Report:
    rows = [
        (reader, name, *(f"{percentile(ms, p):.0f}" for p in (0.5, 0.95)), f"{max(ms):.0f}")
        for (reader, name), ms in found.items()
    ]
    goals = []
    for reader in dict.fromkeys(reader for reader, _ in found):
        every = [
            ms
            for (who, name), all_ in found.items()
            if who == reader and name in CLASSES
            for ms in all_
        ]
        p95 = percentile(every, 0.95)
        goals.append(Goal(f"p95, {reader}", f"< {LIMIT_MS} ms", f"{p95:.0f} ms", p95 < LIMIT_MS))
    return Report(
        TITLE,
        PEER,
        ("Who or where", "Searched for", "p50 (ms)", "p95 (ms)", "Longest (ms)"),
        rows,
        goals,
        (
            (
                f"{effort.searched:,} comments of 8 to 32 of 20,000 made-up words (Zipf) and some"
                " sentences, over 40 teams and a year. First pages of 50 by HTTP, highlights"
                f" included, one at a time; each search {effort.searches} times. Prefixes, and"
                " phrases whose words are common and never stand so, are told and outside the"
                " goal: the index holds no order of words, so that each candidate is read."
                " Where a statement takes more than five seconds, the answer is a 503."
            ),
        ),
    )
