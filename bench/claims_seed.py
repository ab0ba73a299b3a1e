"""Claims as a trust has them: people, activities, budgets, and what was done with each claim."""

import asyncpg

from bench import seed

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


async def fill(connection: asyncpg.Connection, claims: int, people: int) -> None:
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
