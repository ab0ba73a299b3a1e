"""How soon claims are listed and summed, how long a run takes, and what to claim costs."""

import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Final

import httpx

from bench import claiming, claims_seed, load, seed
from bench.effort import Effort
from bench.registers import ask
from bench.results import Goal, Report, percentile
from bench.stand import Stand

TITLE = "Reimbursements: 10,000 claims, and a run of half of them"
PEER = (
    "limits of 50 ms and 5 s; for claims made and handed in, a bare Starlette + asyncpg handler"
    " under uvicorn that writes the same rows of the same tables in one statement: nothing is read,"
    " checked, priced or logged"
)
DATABASE = "bench_reimbursements"
SCOPES = ("claims:read", "claims:write", "payments:create", "payments:read", "registers:read")
LIMIT_MS, RUN_SECONDS = 50, 5
_PEOPLE: Final = 1_000

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
    claimed = await claiming.measure(stand, DATABASE, connection, key, effort)
    await connection.close()
    await stand.drop(DATABASE)
    return _report(found, (seconds, payments), claimed, claims)


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


def _report(
    found: Mapping[str, list[float]],
    run: tuple[float, int],
    claimed: claiming.Measured,
    claims: int,
) -> Report:
    rows = [
        (name, *(f"{percentile(ms, share):.1f}" for share in (0.5, 0.95)), f"{max(ms):.1f}")
        for name, ms in found.items()
    ]
    seconds, payments = run
    rows.append((f"a run of {payments:,} claims with its file (s)", f"{seconds:.2f}", "", ""))
    rows += claiming.rows(claimed)
    goals = []
    for name, ms in found.items():
        taken = percentile(ms, 0.95)
        goals.append(Goal(f"p95, {name}", f"< {LIMIT_MS} ms", f"{taken:.1f} ms", taken < LIMIT_MS))
    told = f"{seconds:.2f} s for {payments:,}"
    goals.append(Goal("a run with its file", f"< {RUN_SECONDS} s", told, seconds < RUN_SECONDS))
    goals += claiming.goals(claimed)
    note = (
        f"{claims:,} claims of two lines, half of them approved. Lists of 100 and sums by HTTP with"
        f" a key, one at a time. {claiming.note(claimed)}"
    )
    header = ("Asked for", "p50 (ms)", "p95 (ms)", "Longest (ms)")
    return Report(TITLE, PEER, header, rows, goals, [note])
