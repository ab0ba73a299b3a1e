"""The schema that migrations make is the one that the models describe, and each step goes back."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from app import migrate
from tests.conftest import _execute, server_url

# All that a migration makes: relations, columns, constraints, functions, triggers, rights.
SCHEMA = """
SELECT concat_ws(' ', 'column', table_schema, table_name, column_name, data_type, is_nullable,
                 column_default) AS line
  FROM information_schema.columns WHERE table_schema IN ('public', 'jobs', 'reporting')
UNION ALL
SELECT concat_ws(' ', 'relation', c.oid::regclass, c.relkind, c.relpersistence,
                 pg_get_userbyid(c.relowner),
                 ARRAY(SELECT acl::text FROM unnest(coalesce(c.relacl, acldefault(
                           CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) acl
                        ORDER BY 1))
  FROM pg_class c
 WHERE c.relnamespace::regnamespace::text IN ('public', 'jobs', 'reporting')
UNION ALL
SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
  FROM pg_constraint WHERE connamespace::regnamespace::text IN ('public', 'jobs')
UNION ALL
SELECT concat_ws(' ', 'index', indexdef) FROM pg_indexes WHERE schemaname IN ('public', 'jobs')
UNION ALL
SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT concat_ws(' ', 'function', oid::regprocedure, prosrc,
                 ARRAY(SELECT acl::text FROM unnest(coalesce(proacl, acldefault('f', proowner))) acl
                        ORDER BY 1))
  FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT concat_ws(' ', 'default', defaclrole::regrole, defaclobjtype, acl)
  FROM pg_default_acl, unnest(defaclacl) acl WHERE acl::text NOT LIKE 'everyvoice_owner=%'
UNION ALL
SELECT concat_ws(' ', 'schema', nspname, acl)
  FROM pg_namespace, unnest(coalesce(nspacl, acldefault('n', nspowner))) acl
 WHERE nspname IN ('public', 'jobs', 'reporting')
ORDER BY 1"""

# Two months of a team, before they were told by mode and language.
BEFORE_DIMENSIONS = """
INSERT INTO trust (code, name) VALUES ('RNU', 'Trust');
INSERT INTO team (id, code, name, trust_code, created_at, updated_at, version)
VALUES (gen_random_uuid(), 'T', 'T', 'RNU', now(), now(), 1);
INSERT INTO feedback_response (id, team_id, day, source, source_review_id, source_version,
                               source_hash, version, location_code, fft_answer, channel, language)
SELECT gen_random_uuid(), id, day, 'iwgc', day::text, 1, '', 1, 'T', 'good', channel, language
  FROM team, (VALUES (date '2026-03-01', 'sms', 'EN'), ('2026-04-02', NULL, NULL))
       AS told (day, channel, language)"""


# Of 45 pounds a claim accounted for 15 before the ledger knew of them.
PAID_BEFORE = """
SET session_replication_role = replica;
INSERT INTO person (id, name, email, preferred_channel, language, lived_experience_tags, interests,
                    skills, pathways, availability, status, status_since, lead_id, created_at,
                    updated_at, version)
VALUES ('00000000-0000-7000-8000-000000000001', 'P', 'p@example.org', 'email', 'en', '{}', '{}',
        '{}', '{}', '{}', 'active', '2026-01-01', gen_random_uuid(), now(), now(), 1);
INSERT INTO advance (id, person_id, participation_id, opportunity_id, kind, pence, status, asked_by,
                     on_behalf, decided_by, decided_on, done_by, done_on, reference, settled_pence,
                     created_at, updated_at, version)
VALUES (gen_random_uuid(), '00000000-0000-7000-8000-000000000001', gen_random_uuid(),
        gen_random_uuid(), 'advance', 4500, 'paid', gen_random_uuid(), false, gen_random_uuid(),
        '2026-01-02', gen_random_uuid(), '2026-01-03', 'R', 1500, now(), now(), 1);
SET session_replication_role = origin"""


@pytest.fixture
async def empty_url():
    """A database with the owner's rights and nothing else."""
    name = f"ev_empty_{uuid4().hex}"
    await _execute(f"CREATE DATABASE {name}")
    await run(server_url(name), lambda config: command.upgrade(config, "base"))
    yield server_url(name)
    await _execute(f"DROP DATABASE {name} WITH (FORCE)")


async def schema(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    found = [row[0] for row in await connection.fetch(SCHEMA)]
    await connection.close()
    return [line for line in found if "alembic_version" not in line]


async def run(url: str, action) -> None:
    await asyncio.to_thread(migrate.run, url, action)


def revisions() -> list[str]:
    """From the first to the head."""
    walked = ScriptDirectory.from_config(migrate.config()).walk_revisions()
    return [script.revision for script in walked][::-1]


def test_there_is_one_line_of_migrations_and_its_end_is_told():
    script = ScriptDirectory.from_config(migrate.config())
    assert script.get_heads() == [(migrate.FOLDER / "HEAD").read_text().strip()]
    assert all(each.nextrev == set() or len(each.nextrev) == 1 for each in script.walk_revisions())
    assert not any(each.is_merge_point for each in script.walk_revisions())


async def test_the_migrated_schema_is_that_of_the_models(scratch_url):
    await run(scratch_url, command.check)


@pytest.mark.slow
async def test_each_step_goes_up_and_down_and_the_whole_up_again(empty_url):
    passed = [("base", await schema(empty_url))]
    for revision in revisions():
        await run(empty_url, lambda config, to=revision: command.upgrade(config, to))
        passed.append((revision, await schema(empty_url)))
    _, head = passed.pop()
    for revision, before in reversed(passed):
        await run(empty_url, lambda config: command.downgrade(config, "-1"))
        assert await schema(empty_url) == before, revision
    await run(empty_url, lambda config: command.upgrade(config, "head"))
    assert await schema(empty_url) == head


async def test_migrating_twice_changes_nothing(scratch_url):
    before = await schema(scratch_url)
    await asyncio.to_thread(migrate.upgrade, scratch_url)
    assert await schema(scratch_url) == before


async def test_the_trust_is_named_once(scratch_url):
    for name in ("First", "Second"):
        await asyncio.to_thread(migrate.name_trust, scratch_url, "RNU", name)
    connection = await asyncpg.connect(scratch_url)
    rows = await connection.fetch("SELECT code, name FROM trust")
    await connection.close()
    assert [tuple(row) for row in rows] == [("RNU", "First")]


async def test_what_was_counted_before_is_counted_by_new_dimensions_too(scratch_url):
    await run(scratch_url, lambda config: command.downgrade(config, "0009"))
    connection = await asyncpg.connect(scratch_url)
    await connection.execute(BEFORE_DIMENSIONS)
    await run(scratch_url, lambda config: command.upgrade(config, "0010"))
    counted = "SELECT * FROM feedback_monthly ORDER BY team_id, dimension, month, value"
    backfilled = await connection.fetch(counted)
    assert {row["dimension"] for row in backfilled} >= {"mode", "language"}
    await connection.execute("SELECT feedback_recount('2000-01-01', '2999-12-31')")
    assert await connection.fetch(counted) == backfilled
    await connection.close()


OWN = """
INSERT INTO feedback_response (id, team_id, day, source, source_review_id, source_version,
                               source_hash, version, location_code, answers)
SELECT gen_random_uuid(), id, '2026-03-01', source, source, 1, '', 1, 'T', answers::jsonb
  FROM team, (VALUES ('survey', '{"by": "bus", "more": "Words."}'),
                     ('care_opinion', '{"progress": "change made"}')) AS told (source, answers)"""
OWN_TEXTS = "SELECT source, answers, texts FROM feedback_response ORDER BY source DESC LIMIT 2"


async def test_texts_of_surveys_move_to_their_own_column_and_back(scratch_url):
    await run(scratch_url, lambda config: command.downgrade(config, "0022"))
    connection = await asyncpg.connect(scratch_url)
    await connection.execute(
        BEFORE_DIMENSIONS.split(";\nINSERT INTO feedback_response", maxsplit=1)[0]
    )
    await connection.execute(OWN)
    before = await connection.fetch("SELECT id, answers FROM feedback_response ORDER BY id")
    await run(scratch_url, lambda config: command.upgrade(config, "head"))
    assert [tuple(row) for row in await connection.fetch(OWN_TEXTS)] == [
        ("survey", '{"by": "bus"}', '{"more": "Words."}'),
        ("care_opinion", '{"progress": "change made"}', None),
    ]
    await run(scratch_url, lambda config: command.downgrade(config, "0022"))
    after = await connection.fetch("SELECT id, answers FROM feedback_response ORDER BY id")
    assert after == before
    await connection.close()


async def test_what_was_paid_in_advance_before_is_owed_in_the_ledger(scratch_url):
    await run(scratch_url, lambda config: command.downgrade(config, "0047"))
    connection = await asyncpg.connect(scratch_url)
    await connection.execute(PAID_BEFORE)
    await run(scratch_url, lambda config: command.upgrade(config, "0048"))
    told = "SELECT account, person_id IS NOT NULL, amount_pence FROM ledger_entry ORDER BY account"
    rows = await connection.fetch(told)
    await connection.close()
    assert [tuple(row) for row in rows] == [("advances", True, 3_000), ("bank", False, -3_000)]
