"""How soon claims are listed and summed, how long a run takes, and what submitting one costs."""

import itertools
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Final

import asyncpg
import httpx
import orjson

from bench import claims_seed, load, seed
from bench.effort import Effort
from bench.registers import ask
from bench.results import Goal, Report, Spread, percentile, ratio
from bench.stand import WORK, Stand

TITLE = "Reimbursements: 10,000 claims, and a run of half of them"
PEER = (
    "limits of 50 ms and 5 s; for claims made, a bare Starlette + asyncpg handler under uvicorn"
    " that inserts the same rows into the same tables in one statement: nothing is read, checked,"
    " priced or logged"
)
DATABASE = "bench_reimbursements"
SCOPES = ("claims:read", "claims:write", "payments:create", "payments:read", "registers:read")
LIMIT_MS, RUN_SECONDS, SHARE = 50, 5, 0.5
OURS, BARE, ONE = "Every Voice", "bare, the same rows", "bare, one row"
_PEOPLE: Final = 1_000
_NUMBERS = itertools.count(1)

ASKED = {
    "claims, newest": "claims?limit=100",
    "claims that an approver has": "claims?held_by=approver&limit=100",
    "claims of a directorate, submitted": "claims?status=submitted&limit=100",
    "claims of one person": "claims?person={person}",
    "claims of a quarter above 13 pounds": "claims?first=2026-01-01&at_least=1300&limit=100",
    "sums by status": "claims/summary",
    "sums by status, of who approves": "claims/summary?held_by=approver",
}


async def run(stand: Stand, effort: Effort) -> Report:
    claims = effort.people // 5
    people = min(_PEOPLE, max(claims // 10, 1))
    await stand.database(DATABASE)
    connection = await stand.connect(DATABASE)
    await claims_seed.fill(connection, claims, people)
    key = await seed.key(connection, *SCOPES)
    person = await connection.fetchval("SELECT person_id::text FROM claim LIMIT 1")
    async with AsyncExitStack() as stack:
        port, _ = await stack.enter_async_context(stand.service(DATABASE))
        asking = await load.connect(port)
        stack.callback(asking.close)
        found = {
            name: await ask(
                asking, key, [f"/v1/reimbursements/{place.format(person=person)}"], effort
            )
            for name, place in ASKED.items()
        }
        seconds, payments = await _run(port, key)
    submitted = await _submit(stand, connection, key, effort)
    await connection.close()
    await stand.drop(DATABASE)
    return _report(found, (seconds, payments), submitted, claims)


async def _run(port: int, key: str) -> tuple[float, int]:
    """Make a run of every claim that is approved, with its file; gives seconds and payments."""
    base, headers = f"http://127.0.0.1:{port}/v1/reimbursements", {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(timeout=60) as client:
        began = time.perf_counter()
        told = {"route": "accounts_payable"}
        answer = await client.post(f"{base}/payment-runs", json=told, headers=headers)
        taken = time.perf_counter() - began
    if answer.status_code != 201:
        raise load.LoadError(f"run: {answer.status_code} {answer.text[:200]}")
    return taken, answer.json()["payments"]


async def _submit(
    stand: Stand, connection: asyncpg.Connection, key: str, effort: Effort
) -> Mapping[str, list[float]]:
    """Let new claims be made, in turns with peers that insert the same rows, and only one."""
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS bare_event (id bigint GENERATED ALWAYS AS"
        " IDENTITY PRIMARY KEY, body bytea NOT NULL)"
    )
    rows = await connection.fetch(
        "SELECT a.id::text AS participation_id, a.person_id::text, a.opportunity_id::text,"
        "       o.directorate_id::text, gen_random_uuid()::text AS by"
        "  FROM participation a JOIN opportunity o ON o.id = a.opportunity_id"
        " ORDER BY md5(a.id::text)"
    )
    activities = itertools.cycle(rows)
    found: dict[str, list[float]] = {OURS: [], BARE: [], ONE: []}
    async with AsyncExitStack() as stack:
        port, _ = await stack.enter_async_context(stand.service(DATABASE))
        bare, _ = await stack.enter_async_context(stand.peer("claims", DATABASE))
        one, _ = await stack.enter_async_context(stand.peer("events", DATABASE))
        turns = (
            (OURS, port, "/v1/reimbursements/claims"),
            (BARE, bare, "/claims"),
            (ONE, one, "/events"),
        )
        for number in range(effort.rounds + 1):
            for name, at, path in turns:
                most = (12_000 if name == ONE else 2_500) * effort.seconds
                sent = [_claim(path, key, next(activities)) for _ in range(most)]
                file = load.write(WORK / "claims.bin", sent)
                url = f"http://127.0.0.1:{at}"
                rate = (await load.wrk(url, effort.seconds, file, again=False)).rate
                if number:  # the first round warms up
                    found[name].append(rate)
    return found


def _claim(path: str, key: str, activity: asyncpg.Record) -> bytes:
    """Make a request for a claim of its own day, so that none is a duplicate."""
    number = next(_NUMBERS)
    day = f"{2012 + number // 10_000 % 13}-{1 + number // 28 % 12:02}-{1 + number % 28:02}"
    body = {
        "person_id": activity["person_id"],
        "participation_id": activity["participation_id"],
        "activity_on": day,
        "lines": [
            {
                "kind": "public_transport",
                "day": day,
                "amount_pence": 1250,
                "from_place": "Oxford",
                "to_place": "Banbury",
                "no_receipt_because": "The machine gave none.",
            },
            {"kind": "mileage", "day": day, "vehicle": "bicycle", "miles": "7"},
        ],
    }
    if path == "/claims":
        body |= {name: activity[name] for name in ("opportunity_id", "directorate_id", "by")}
    headers = (
        ("content-type", "application/json"),
        ("Authorization", f"Bearer {key}"),
        ("Idempotency-Key", f"{path}-{number}"),
    )
    return load.request("POST", path, headers, orjson.dumps(body))


def _report(
    found: Mapping[str, list[float]],
    run: tuple[float, int],
    submitted: Mapping[str, list[float]],
    claims: int,
) -> Report:
    rows = [
        (name, *(f"{percentile(ms, share):.1f}" for share in (0.5, 0.95)), f"{max(ms):.1f}")
        for name, ms in found.items()
    ]
    seconds, payments = run
    rows.append((f"a run of {payments:,} claims with its file (s)", f"{seconds:.2f}", "", ""))
    for name, rates in submitted.items():
        rows.append(
            (
                f"{name}: claims made or rows inserted a second",
                Spread.of(rates).shown(",.0f"),
                "",
                "",
            )
        )
    goals = []
    for name, ms in found.items():
        taken = percentile(ms, 0.95)
        goals.append(Goal(f"p95, {name}", f"< {LIMIT_MS} ms", f"{taken:.1f} ms", taken < LIMIT_MS))
    told = f"{seconds:.2f} s for {payments:,}"
    goals.append(Goal("a run with its file", f"< {RUN_SECONDS} s", told, seconds < RUN_SECONDS))
    share = ratio(submitted[OURS], submitted[BARE])
    goals.append(
        Goal(
            "claims made, share of bare, the same rows",
            f">= {SHARE}",
            share.shown(),
            share.median >= SHARE,
        )
    )
    note = (
        f"{claims:,} claims of two lines, half of them approved. Lists of 100 and sums by HTTP with"
        " a key, one at a time. A claim of a fare and a journey is made whole, once per key: found"
        " to be the person's own activity, priced by the cards of its day, and kept with its lines,"
        " what it stands for and who made it. The rate of a handler that inserts one"
        " row of one column shows what the rows of a claim, their indexes and constraints cost by"
        f" themselves; ours is {ratio(submitted[OURS], submitted[ONE]).shown()} of it."
    )
    header = ("Asked for", "p50 (ms)", "p95 (ms)", "Longest (ms)")
    return Report(TITLE, PEER, header, rows, goals, [note])
