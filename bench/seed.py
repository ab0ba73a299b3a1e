"""Fills a database with a trust, its teams and plausible responses, by statements over sets."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import asyncpg

from app.core.ids import uuid7
from app.domain.feedback.themes.framework import CURRENT
from app.domain.identity import keys
from bench.stand import PEPPER

FIRST, LAST = date(2025, 4, 1), date(2026, 3, 31)
READ = ("feedback:read", "feedback:read:comments")
SMALL = "feedback:read:small_numbers"

_ORGANISATION = """
INSERT INTO directorate (id, code, name, trust_code, created_at, updated_at, version)
SELECT gen_random_uuid(), 'D' || n, 'Directorate ' || n, $2, now(), now(), 1
  FROM generate_series(1, 5) n;
INSERT INTO service (id, code, name, directorate_id, created_at, updated_at, version)
SELECT gen_random_uuid(), 'S' || n, 'Service ' || n, d.id, now(), now(), 1
  FROM generate_series(1, 10) n JOIN directorate d ON d.code = 'D' || (n - 1) % 5 + 1;
INSERT INTO team (id, code, name, trust_code, created_at, updated_at, version)
SELECT gen_random_uuid(), 'T' || n, 'Team ' || n, $2, now(), now(), 1
  FROM generate_series(1, $1) n;
INSERT INTO team_placement (id, team_id, directorate_id, service_id, segment, setting,
                            fft_category, valid_from, created_at, updated_at, version)
SELECT gen_random_uuid(), t.id, s.directorate_id, s.id, 'mental_health_learning_disability',
       'community', 'mh_other', '2019-01-01', now(), now(), 1
  FROM team t JOIN service s ON s.code = 'S' || (substr(t.code, 2)::int - 1) % 10 + 1;
INSERT INTO team_location (id, team_id, source, code, valid_from, created_at, updated_at, version)
SELECT gen_random_uuid(), id, 'iwgc', 'LOC-' || code, '2000-01-01', now(), now(), 1 FROM team
"""

# The k-th made-up word: letters only, and no two alike.
WORD = "translate(to_hex({k} * 7919 % 1048573), '0123456789abcdef', 'bcdfghjklmnpaeio')"

# About two in three say something; answers as a mental health trust gets them.
_RESPONSES = """
INSERT INTO feedback_response
       (id, team_id, day, source, source_review_id, source_version, source_hash, version,
        location_code, channel, respondent_type, fft_answer, item_ratings, comment_good,
        comment_better, publication_status, consent_public, language, easy_read,
        ethnic_category, age_band, gender, carer, themes, sentiment, coded_by)
SELECT overlay(overlay(md5(n::text || 'id') placing
               lpad(to_hex(extract(epoch FROM day)::bigint * 1000), 12, '0') from 1 for 12)
               placing '7' from 13 for 1)::uuid,
       team_id, day, 'iwgc', 'review-' || n, 1, '\\x00', 1, location_code,
       (ARRAY['sms', 'online', 'tablet', 'paper'])[1 + n % 4], 'patient',
       (ARRAY['very_good', 'very_good', 'very_good', 'good', 'good', 'neither_good_nor_poor',
              'poor', 'very_poor', 'dont_know', NULL])[1 + (n * 7919) % 10],
       '[{"item": "involved", "stars": 5}, {"item": "listened", "stars": 4}]'::jsonb,
       {good},
       CASE WHEN n % 5 = 0 THEN 'The waiting room was cold and the letter came late.' END,
       'published', n % 2 = 0, 'en', false,
       (ARRAY['A', 'B', 'C', 'H', 'M', 'Z'])[1 + n % 6],
       (ARRAY['18-24', '25-34', '35-44', '45-54', '55-64', '65-74'])[1 + (n / 7) % 6],
       (ARRAY['1', '2'])[1 + n % 2], n % 10 = 0,
       CASE WHEN n % 3 > 0
            THEN ARRAY[($6::text[])[1 + n / 7 % 16], ($6::text[])[17 + n / 112 % 16]] END,
       CASE WHEN n % 3 > 0 THEN 1 + n % 5 END,
       CASE WHEN n % 3 > 0 THEN 'model' END
  FROM (SELECT n, t.id AS team_id, 'LOC-' || t.code AS location_code,
               $3::date + ((hashint8(n)::bigint + 2147483648) % ($4::date - $3::date + 1))::int
                   AS day
          FROM generate_series($1::bigint, $2::bigint) n
          JOIN team t ON t.code = 'T' || n % $5 + 1) told"""
SAME_WORDS = """
       CASE WHEN n % 3 > 0 THEN
           'Everyone was kind and took the time to explain what would happen next, number ' || n
       END"""
# 8 to 32 of 20,000 made-up words, the k-th of them used as often as 1/k (Zipf); and sentences that
# one in so many says.
MANY_WORDS = f"""
       CASE WHEN random() < 0.3 THEN 'Everyone was kind. ' ELSE '' END
       || CASE WHEN random() < 0.01 THEN 'My care plan was lost. ' ELSE '' END
       || CASE WHEN random() < 0.0001 THEN 'A blue heron stood outside. ' ELSE '' END
       || (SELECT string_agg({WORD.format(k="power(20000, random())::int")}, ' ')
             FROM generate_series(1, 8 + n % 25))"""
_SCREENED = """
INSERT INTO feedback_moderation (id, place, response_id, part, text_hash, marks, kinds, urgent,
                                 screening_version, status, version)
SELECT made.id, made.id, r.id, c.part, sha256(convert_to(c.words, 'UTF8')), '[]', '{}', false,
       1, 'released', 1
  FROM feedback_response r
 CROSS JOIN LATERAL (VALUES ('good', r.comment_good), ('better', r.comment_better)) c (part, words)
 CROSS JOIN LATERAL (SELECT md5(r.id::text || c.part)::uuid AS id) made
 WHERE c.words IS NOT NULL ORDER BY r.id, c.part"""
_INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made,
       pg_get_constraintdef(c.oid) AS held
  FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
 WHERE i.indrelid = 'feedback_response'::regclass"""

_REFERRING = """
SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS held
  FROM pg_constraint WHERE contype = 'f' AND confrelid = 'feedback_response'::regclass"""


async def organisation(connection: asyncpg.Connection, teams: int, trust: str = "RNU") -> None:
    """Make a trust of 5 directorates and 10 services with this many teams, `T1` and so on."""
    for statement in _ORGANISATION.split(";"):
        used = [value for place, value in (("$1", teams), ("$2", trust)) if place in statement]
        await connection.execute(
            statement if "$1" in statement else statement.replace("$2", "$1"), *used
        )


async def responses(
    connection: asyncpg.Connection,
    teams: int,
    count: int,
    *,
    first: int = 1,
    good: str = SAME_WORDS,
) -> None:
    """Add responses over a year by triggers' leave; two in three are coded, by two themes each.

    The triggers are off meanwhile, as they are for no one else; `recount` is the same rule.
    """
    await connection.execute("SET session_replication_role = replica")
    for start in range(first, first + count, 1_000_000):
        until = min(start + 999_999, first + count - 1)
        values = (start, until, FIRST, LAST, teams, list(CURRENT.codes))
        await connection.execute(_RESPONSES.replace("{good}", good), *values)
    await connection.execute("SET session_replication_role = origin")


async def screened(connection: asyncpg.Connection) -> None:
    """Let every comment be screened and nothing in it be marked, as in most of them."""
    await connection.execute(_SCREENED)


async def recount(connection: asyncpg.Connection) -> None:
    await connection.execute("SELECT feedback_recount($1, $2)", FIRST, LAST)
    await connection.execute("VACUUM ANALYZE")


async def without_indexes(connection: asyncpg.Connection) -> list[str]:
    """Drop the indexes of the responses for a bulk load; gives what makes them again."""
    again: list[str] = []
    referring = await connection.fetch(_REFERRING)
    for row in referring:
        await connection.execute(f"ALTER TABLE {row['table']} DROP CONSTRAINT {row['name']}")
    for row in await connection.fetch(_INDEXES):
        if row["held"]:
            name = row["name"]
            await connection.execute(f"ALTER TABLE feedback_response DROP CONSTRAINT {name}")
            again.append(f"ALTER TABLE feedback_response ADD CONSTRAINT {name} {row['held']}")
        else:
            await connection.execute(f"DROP INDEX {row['name']}")
            again.append(row["made"])
    return again + [
        f"ALTER TABLE {row['table']} ADD CONSTRAINT {row['name']} {row['held']}"
        for row in referring
    ]


async def key(connection: asyncpg.Connection, *scopes: str) -> str:
    """Make a user with these scopes; gives the key."""
    made, user, role = keys.make("dev"), uuid7(), uuid7()
    await connection.execute(
        "INSERT INTO app_user (id, name, active, created_at, updated_at, version)"
        " VALUES ($1, 'Bench', true, now(), now(), 1)",
        user,
    )
    await connection.execute(
        "INSERT INTO role (id, code, name, scopes, created_at, updated_at, version)"
        " VALUES ($1, $2, 'Bench', $3, now(), now(), 1)",
        role,
        f"bench-{uuid4()}",
        list(scopes),
    )
    await connection.execute("INSERT INTO user_role VALUES ($1, $2)", user, role)
    await connection.execute(
        "INSERT INTO api_key (id, user_id, name, hint, hash, created_at, updated_at, version)"
        " VALUES ($1, $2, 'bench', 'ev_dev_...', $3, now(), now(), 1)",
        uuid7(),
        user,
        keys.digest(made, PEPPER),
    )
    return made


async def ids(connection: asyncpg.Connection, most: int) -> Sequence[UUID]:
    """Give the ids of some responses, spread over the table."""
    rows = await connection.fetch(
        "SELECT id FROM feedback_response ORDER BY md5(id::text) LIMIT $1", most
    )
    return [row["id"] for row in rows]
