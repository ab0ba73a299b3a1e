"""How soon claims are listed and summed, how long a run takes, and what submitting one costs."""

import itertools
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Final

import asyncpg
import httpx
import orjson

from bench import load, seed
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

_WORLD = """
SET session_replication_role = replica;
INSERT INTO app_user (id, name, active, created_at, updated_at, version)
VALUES ('00000000-0000-7000-8000-000000000001', 'Lead', true, now(), now(), 1);
UPDATE rate_card SET status = 'active', source_confirmed = true, proposed_by = gen_random_uuid(),
       proposed_on = valid_from, activated_by = gen_random_uuid(), activated_on = valid_from
 WHERE status = 'draft' AND scheme IN ('trust', 'ppv', 'afc');
UPDATE rate_card SET valid_from = '2010-01-01' WHERE scheme = 'trust';
INSERT INTO cost_centre (id, code, name, created_at, updated_at, version)
VALUES ('00000000-0000-7000-8000-00000000cc01', 'CC1', 'Involvement', now(), now(), 1);
INSERT INTO budget_account (id, cost_centre_id, line_kind, gl_account, created_at, updated_at,
                            version)
SELECT gen_random_uuid(), '00000000-0000-7000-8000-00000000cc01', kind, '6100', now(), now(), 1
  FROM unnest(ARRAY['public_transport', 'mileage', 'involvement_fee']) kind;
INSERT INTO budget (id, cost_centre_id, name, starts_on, ends_on, amount_pence, created_at,
                    updated_at, version)
VALUES ('00000000-0000-7000-8000-00000000bb01', '00000000-0000-7000-8000-00000000cc01', 'All',
        '2020-01-01', '2040-01-01', 9000000000, now(), now(), 1);
INSERT INTO opportunity (id, kind, title, summary, easy_read, experience_relevant, co_designed,
                         co_delivered, co_evaluated, pathways, skills, interests, slots, places,
                         level, access, coordinator_id, directorate_id, status, published_on,
                         created_at, updated_at, version)
SELECT md5('o' || n)::uuid, 'qi_project', 'Project ' || n, 'x', 'x', true, false, false, false,
       '{}', '{}', '{}', '{}', 1000, 4, '{}', '00000000-0000-7000-8000-000000000001',
       (SELECT id FROM directorate WHERE code = 'D' || n % 5 + 1), 'published', current_date,
       now(), now(), 1
  FROM generate_series(1, 50) n"""
_REGISTER = """
INSERT INTO person (id, name, email, preferred_channel, language, lived_experience_tags,
                    interests, skills, pathways, availability, status, status_since, lead_id,
                    created_at, updated_at, version)
SELECT md5('p' || n)::uuid, 'Person ' || n, 'p' || n || '@example.org', 'email', 'en', '{}', '{}',
       '{}', '{}', '{}', 'active', '2026-01-01', '00000000-0000-7000-8000-000000000001', now(),
       now(), 1
  FROM generate_series(1, $1::int) n"""
_PAYEES = """
INSERT INTO payee (id, person_id, payroll_number, supplier_number, prefers, set_by, confirmed_by,
                   confirmed_on, created_at, updated_at, version)
SELECT gen_random_uuid(), id, 'P' || left(id::text, 6), 'S' || left(id::text, 6),
       'supplier_number', gen_random_uuid(), gen_random_uuid(), current_date, now(), now(), 1
  FROM person"""
_CAME = """
INSERT INTO participation (id, opportunity_id, person_id, status, status_since, changed_by,
                           created_at, updated_at, version)
SELECT md5('a' || p || ' ' || o)::uuid, md5('o' || o)::uuid, md5('p' || p)::uuid, 'attended',
       current_date - 400, gen_random_uuid(), now(), now(), 1
  FROM generate_series(1, $1::int) p, generate_series(1, 11) o"""
# Half of them approved, the others as they come; each has a fare and a journey by car.
_CLAIMS = """
INSERT INTO claim (id, number, person_id, participation_id, opportunity_id, directorate_id,
                   activity_on, fees_by_voucher, budget_id, total_pence, status, since, moves,
                   round, created_at, updated_at, version)
SELECT (lpad(to_hex(n), 8, '0') || '-0000-7000-8000-c' || lpad(to_hex(n), 11, '0'))::uuid, n,
       md5('p' || 1 + n % $2)::uuid, md5('a' || 1 + n % $2 || ' ' || 1 + n / $2)::uuid,
       md5('o' || 1 + n / $2)::uuid, (SELECT id FROM directorate WHERE code = 'D' || n % 5 + 1),
       current_date - n % 300, false,
       CASE WHEN n % 2 = 0 THEN '00000000-0000-7000-8000-00000000bb01'::uuid END, 1000 + n % 500,
       CASE WHEN n % 2 = 0 THEN 'approved'
            ELSE (ARRAY['draft', 'submitted', 'certified', 'sent_back', 'rejected'])
                 [1 + (n / 2) % 5] END,
       now() - n % 90 * interval '1 day', 1, 1, now(), now(), 1
  FROM generate_series(1, $1::int) n"""
_ACTS = """
INSERT INTO claim_action (id, claim_id, claimant_id, number, round, act, from_status, to_status,
                          actor_id, on_behalf, reason, created_at, updated_at, version)
SELECT gen_random_uuid(), c.id, c.person_id, step.number, least(step.number - 1, 1), step.act,
       step.before, step.after, gen_random_uuid(), false, step.reason, now(), now(), 1
  FROM claim c
  JOIN (VALUES (1, 'make', NULL, 'draft', NULL, '{}'::text[]),
               (2, 'submit', 'draft', 'submitted', NULL, '{draft}'),
               (3, 'certify', 'submitted', 'certified', NULL,
                '{draft,submitted,sent_back,rejected}'),
               (4, 'approve', 'certified', 'approved', NULL,
                '{draft,submitted,certified,sent_back,rejected}'),
               (3, 'send_back', 'submitted', 'sent_back', 'x',
                '{draft,submitted,certified,approved,rejected}'),
               (3, 'reject', 'submitted', 'rejected', 'x',
                '{draft,submitted,certified,approved,sent_back}'))
       AS step (number, act, before, after, reason, never) ON c.status <> ALL(step.never);
SELECT setval('claim_number', (SELECT max(number) FROM claim));
UPDATE claim c SET moves = (SELECT max(number) FROM claim_action a WHERE a.claim_id = c.id)"""
_LINES = """
INSERT INTO claim_line (id, claim_id, position, kind, day, told_pence, amount_pence, route,
                        explanation, created_at, updated_at, version)
SELECT gen_random_uuid(), id, 1, 'public_transport', activity_on, total_pence - 500,
       total_pence - 500, 'accounts_payable', 'As it was paid.', now(), now(), 1
  FROM claim;
INSERT INTO claim_line (id, claim_id, position, kind, day, miles, vehicle, passengers,
                        amount_pence, route, explanation, created_at, updated_at, version)
SELECT gen_random_uuid(), id, 2, 'mileage', activity_on, 10, 'car', 0, 500, 'accounts_payable',
       '10 miles.', now(), now(), 1
  FROM claim"""
_COMMITTED = """
UPDATE budget SET committed_pence =
       (SELECT sum(total_pence) FROM claim WHERE status = 'approved')"""

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
    await _fill(connection, claims, people)
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


async def _fill(connection: asyncpg.Connection, claims: int, people: int) -> None:
    await seed.organisation(connection, 10)
    await connection.execute(_WORLD)
    await connection.execute(_REGISTER, people)
    await connection.execute(_PAYEES)
    await connection.execute(_CAME, people)
    await connection.execute(_CLAIMS, claims, people)
    await connection.execute(_ACTS)
    await connection.execute(_LINES)
    await connection.execute(_COMMITTED)
    await connection.execute("SET session_replication_role = origin")
    await connection.execute("VACUUM ANALYZE")


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
