"""How soon lists, searches and matches of the involvement registers are there."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack

import asyncpg

from bench import cpu, load, peers, seed, turns
from bench.effort import Effort
from bench.results import Goal, Report, percentile
from bench.stand import Stand
from bench.turns import BARE, OURS, REST, goal

TITLE = "Involvement registers: 50,000 people and 5,000 opportunities"
PEER = (
    "a limit of 50 ms; for the list of people a bare Starlette + asyncpg + orjson handler without"
    " authentication, limits and log, and PostgREST 12 with its JWT check on, the same columns"
)
DATABASE = "bench_registers"
LIMIT_MS, WARM = 50, 5
PEOPLE_VIEW = "listed_person"
SCOPES = ("registers:read", "registers:checks", "registers:opportunities")

_LEAD = """
INSERT INTO app_user (id, name, active, created_at, updated_at, version)
VALUES ('00000000-0000-7000-8000-000000000001', 'Lead', true, now(), now(), 1)"""
# Four in five are active; each has 1 to 3 of 20 pathways, skills and interests, the k-th of them
# as often as 1/k (Zipf), and some parts of the week, or none told.
_PEOPLE = """
INSERT INTO person (id, name, email, preferred_channel, language, lived_experience_tags,
                    interests, skills, pathways, availability, directorate_id, status,
                    status_since, lead_id, created_at, updated_at, version)
SELECT (lpad(to_hex(n), 8, '0') || '-0000-7000-8000-a' || lpad(to_hex(n), 11, '0'))::uuid,
       (ARRAY['Amara', 'Ben', 'Carla', 'Dev', 'Ewa', 'Femi', 'Grace', 'Hana'])[1 + n % 8]
           || ' Name' || n / 8, 'p' || n || '@example.org', 'email', 'en', '{}',
       ARRAY(SELECT DISTINCT 'interest ' || power(20, random())::int
               FROM generate_series(1, 1 + n % 3)),
       ARRAY(SELECT DISTINCT 'skill ' || power(20, random())::int
               FROM generate_series(1, 1 + (n / 3) % 3)),
       ARRAY(SELECT DISTINCT 'pathway ' || power(20, random())::int
               FROM generate_series(1, 1 + (n / 9) % 3)),
       CASE WHEN n % 4 > 0 THEN
           ARRAY(SELECT DISTINCT d || '_' || (ARRAY['morning', 'afternoon', 'evening'])
                                             [1 + (random() * 2.99)::int % 3]
                   FROM unnest(ARRAY['mon', 'tue', 'wed', 'thu', 'fri']) d
                  WHERE random() < 0.5)
            ELSE '{}' END,
       (SELECT id FROM directorate WHERE code = 'D' || n % 5 + 1),
       CASE WHEN n % 5 > 0 THEN 'active' ELSE 'paused' END, '2026-01-01',
       '00000000-0000-7000-8000-000000000001', now(), now(), 1
  FROM generate_series(1, $1::int) n"""
_COURSES = """
INSERT INTO course (id, code, kind, name, current, least, retired, created_at, updated_at, version)
SELECT md5('c' || n)::uuid, 'C' || n, 'training', 'Course ' || n, 1, 1, false, now(), now(), 1
  FROM generate_series(1, 10) n;
INSERT INTO course_version (id, course_id, number, summary, outcomes, months, created_at,
                            updated_at, version)
SELECT gen_random_uuid(), id, 1, 'x', '{}', 36, now(), now(), 1 FROM course"""
_CHECKS = """
INSERT INTO dbs_check (id, person_id, level, issued_on, expires_on, seen_by, created_at,
                       updated_at, version)
SELECT gen_random_uuid(), id, (ARRAY['basic', 'standard', 'enhanced'])[1 + (random() * 2.99)::int
       % 3], current_date - 100, current_date + (random() * 1000)::int + 1, gen_random_uuid(),
       now(), now(), 1
  FROM person WHERE random() < 0.4;
INSERT INTO course_completion (id, course_id, course_version, person_id, completed_on, expires_on,
                               recorded_by, created_at, updated_at, version)
SELECT gen_random_uuid(), c.id, 1, p.id, current_date - 100,
       current_date + (random() * 1000)::int + 1, gen_random_uuid(), now(), now(), 1
  FROM person p JOIN course c ON random() < 0.15"""
_OPPORTUNITIES = """
INSERT INTO opportunity (id, kind, title, summary, easy_read, experience_relevant, co_designed,
                         co_delivered, co_evaluated, pathways, skills, interests, slots, places,
                         level, access, coordinator_id, directorate_id, required_check, status,
                         published_on, created_at, updated_at, version)
SELECT (lpad(to_hex(n), 8, '0') || '-0000-7000-8000-b' || lpad(to_hex(n), 11, '0'))::uuid,
       (ARRAY['qi_project', 'service_change', 'research', 'forum'])[1 + n % 4],
       'Opportunity ' || n, 'Redesign how people are met at place ' || n % 97, 'Help us.',
       n % 2 = 0, n % 3 = 0, false, false,
       CASE WHEN n % 4 > 0 THEN ARRAY['pathway ' || power(20, random())::int] ELSE '{}' END,
       CASE WHEN n % 3 > 0 THEN ARRAY['skill ' || power(20, random())::int] ELSE '{}' END,
       CASE WHEN n % 2 > 0 THEN ARRAY['interest ' || power(20, random())::int] ELSE '{}' END,
       CASE WHEN n % 5 > 0 THEN ARRAY['mon_morning', 'tue_evening'] ELSE '{}' END,
       5, 1 + n % 4, '{}', '00000000-0000-7000-8000-000000000001',
       (SELECT id FROM directorate WHERE code = 'D' || n % 5 + 1),
       CASE WHEN n % 6 = 0 THEN 'enhanced' END, 'published', current_date, now(), now(), 1
  FROM generate_series(1, $1::int) n"""
_REQUIRED = """
INSERT INTO opportunity_course (id, opportunity_id, course_id, created_at, updated_at, version)
SELECT gen_random_uuid(), o.id, c.id, now(), now(), 1
  FROM opportunity o JOIN course c ON random() < 0.05;
INSERT INTO opportunity_time (id, opportunity_id, starts_at, ends_at, created_at, updated_at,
                              version)
SELECT gen_random_uuid(), id, now() + n * interval '1 week',
       now() + n * interval '1 week' + interval '2 hours', now(), now(), 1
  FROM opportunity, generate_series(1, 3) n"""
# Three in five were invited to something, over two years.
_INVITED = """
INSERT INTO participation (id, opportunity_id, person_id, status, status_since, asked_at,
                           changed_by, created_at, updated_at, version)
SELECT gen_random_uuid(), o.id, p.id, 'invited', current_date,
       now() - random() * interval '2 years', gen_random_uuid(), now(), now(), 1
  FROM (SELECT id, row_number() OVER (ORDER BY random()) AS at FROM person
         WHERE status = 'active' AND random() < 0.75) p
  JOIN (SELECT id, row_number() OVER (ORDER BY id) AS at FROM opportunity) o
    ON o.at = 1 + p.at % (SELECT count(*) FROM opportunity)"""

LISTS = {
    "people, newest": "people?limit=100",
    "opportunities, newest": "opportunities?limit=100",
    "participations, newest": "participations?limit=100",
    "what ends within 60 days": "expiring?limit=100",
}
SEARCHES = {
    "people by name": "people?name=ama%20name12",
    "people by pathway and skill": "people?pathway=pathway%207&skill=skill%203",
    "people by interest, rare": "people?interest=interest%2019&availability=mon_morning",
    "opportunities by words": "opportunities?search=place%2013",
    "opportunities by pathway": "opportunities?pathway=pathway%209&co_produced=true",
}


async def run(stand: Stand, effort: Effort) -> Report:
    await stand.database(DATABASE)
    connection = await stand.connect(DATABASE)
    await _fill(connection, effort)
    key = await seed.key(connection, *SCOPES)
    await connection.execute(peers.PEOPLE_VIEW)
    await turns.granted(connection, PEOPLE_VIEW)
    rows = await connection.fetch("SELECT id FROM opportunity ORDER BY md5(id::text) LIMIT 100")
    await connection.close()
    asked = {
        **{name: [f"/v1/registers/{place}"] for name, place in (LISTS | SEARCHES).items()},
        "matches of an opportunity": [
            f"/v1/registers/opportunities/{row['id']}/matches" for row in rows
        ],
    }
    async with AsyncExitStack() as stack:
        port, pid = await stack.enter_async_context(stand.service(DATABASE))
        asking = await load.connect(port)
        stack.callback(asking.close)
        before = cpu.spent(pid)
        found = {name: await ask(asking, key, places, effort) for name, places in asked.items()}
        busy = cpu.since(before, pid) / (len(asked) * (effort.asked + WARM))
    async with AsyncExitStack() as stack:
        start = stack.enter_async_context
        rest = await start(stand.postgrest(DATABASE, turns.READER))
        servers = {
            OURS: turns.ours(await start(stand.service(DATABASE)), "/v1/registers/people", key),
            BARE: turns.bare(await start(stand.peer("lists", DATABASE)), "/people"),
            REST: turns.postgrest(rest, PEOPLE_VIEW, f"{peers.PERSON},safeguarding,roles"),
        }
        await turns.same(servers)
        listed = await turns.turns(stand, servers, (), effort)
    await stand.drop(DATABASE)
    return _report(found, listed, busy, effort)


async def _fill(connection: asyncpg.Connection, effort: Effort) -> None:
    await seed.organisation(connection, 10)
    await connection.execute("SELECT setseed(0.5)")
    await connection.execute(_LEAD)
    await connection.execute(_PEOPLE, effort.people)
    await connection.execute(_COURSES)
    await connection.execute(_CHECKS)
    await connection.execute(_OPPORTUNITIES, effort.people // 10)
    await connection.execute(_REQUIRED)
    await connection.execute(_INVITED)
    await connection.execute("VACUUM ANALYZE")


async def ask(asking: load.Connection, key: str, places: list[str], effort: Effort) -> list[float]:
    """Ask for each place in turns, one at a time; the first ones warm up."""
    taken = []
    for number in range(effort.asked + WARM):
        place = places[number % len(places)]
        sending = load.request("GET", place, [("Authorization", f"Bearer {key}")])
        began = time.perf_counter()
        status = await asyncio.wait_for(asking.ask(sending), 30)
        if status != 200:
            raise load.LoadError(f"{place}: {status}")
        if number >= WARM:
            taken.append((time.perf_counter() - began) * 1000)
    return taken


def _report(
    found: Mapping[str, list[float]], listed: turns.Measured, busy: float, effort: Effort
) -> Report:
    rows = [
        (name, *(f"{percentile(ms, share):.1f}" for share in (0.5, 0.95)), f"{max(ms):.1f}")
        for name, ms in found.items()
    ]
    goals = [goal("list of 100 people", listed, REST, 1.0)]
    for name, ms in found.items():
        taken = percentile(ms, 0.95)
        goals.append(Goal(f"p95, {name}", f"< {LIMIT_MS} ms", f"{taken:.1f} ms", taken < LIMIT_MS))
    note = (
        f"{effort.people:,} people, four in five of them active, and {effort.people // 10:,}"
        " published opportunities; tags by Zipf. Lists of 100, searches and matches of 50, by HTTP"
        f" with a key, one at a time, {effort.asked} times each; matches of 100 opportunities in"
        f" turns. The service's own processor time was {busy:.1f} ms a request."
    )
    rates = "; ".join(
        f"{name} {rate} at {server} + {database} ms, of which ours is {share or 1}"
        for _, name, rate, share, server, database in turns.rows("", listed)
    )
    header = ("Asked for", "p50 (ms)", "p95 (ms)", "Longest (ms)")
    return Report(
        TITLE,
        PEER,
        header,
        rows,
        goals,
        [note, f"Lists of 100 people a second: {rates}. {turns.NOTE}"],
    )
