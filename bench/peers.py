"""The bare peers: Starlette and asyncpg, nothing else; what they leave out is what ours adds.

`BENCH_RESET=0` lets the pool reset nothing after a use, as the service's does; by default it is
asyncpg's own pool, as anybody would write it.
"""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

COLUMNS = (
    "id, team_id, day, source, source_review_id, location_code, experience_month,"
    " collection_point, channel, respondent_type, fft_answer, raw_answer, item_ratings,"
    " comment_good, comment_better, publication_status, consent_public, language, easy_read,"
    " version"
)
PERSON = (
    "id, name, known_as, pronouns, born_on, email, phone, address, preferred_channel, language,"
    " lived_experience, lived_experience_tags, interests, skills, pathways, availability,"
    " availability_note, asked, directorate_id, status, status_since, paused_until, lead_id,"
    " merged_into, version"
)
_TODAY = "(now() AT TIME ZONE 'Europe/London')::date"
# PostgREST reads the view; the bare handler asks for the same.
_PEOPLE = f"""
SELECT {PERSON}, coalesce(born_on > {_TODAY} - interval '18 years', false) AS safeguarding,
       ARRAY(SELECT role FROM person_role r WHERE r.person_id = person.id
                AND r.valid_from <= {_TODAY} AND (r.valid_to IS NULL OR r.valid_to > {_TODAY})
              ORDER BY role) AS roles
  FROM person WHERE merged_into IS NULL"""
PEOPLE_VIEW = f"CREATE VIEW listed_person AS {_PEOPLE}"
_PEOPLE_LIST = f"{_PEOPLE} ORDER BY id DESC LIMIT $1"
_LIST = f"SELECT {COLUMNS} FROM feedback_response ORDER BY id DESC LIMIT $1"
_ONE = f"SELECT {COLUMNS} FROM feedback_response WHERE id = $1"
_INSERT = "INSERT INTO bare_event (body) VALUES ($1)"


# The same row as the service's, with its indexes.
_SUBMIT = """
INSERT INTO inbox_event (id, source, event_id, body, body_hash, received_at, status)
VALUES ($1, 'bare', $2, $3, $4, $5, 'pending')"""

# The rows that the service inserts for a claim, in their order and nothing beside them.
_CLAIM = """
WITH key AS (
    INSERT INTO idempotency_key (principal, operation, key, fingerprint, entity_id, created_at)
    VALUES ($4, 'bare', $8, $9, $1, $10)
), acted AS (
    INSERT INTO acted_for (id, person_id, acted_by, operation, created_at, updated_at, version)
    VALUES (gen_random_uuid(), $2, $4, 'bare', $10, $10, 1)
), made AS (
    INSERT INTO claim (id, person_id, participation_id, opportunity_id, directorate_id,
                       activity_on, fees_by_voucher, total_pence, status, since, moves, round,
                       created_at, updated_at, version)
    VALUES ($1, $2, $3, $5, $6, $7, false, 1390, 'draft', $10, 1, 0, $10, $10, 1)
    RETURNING id
), begun AS (
    INSERT INTO claim_action (id, claim_id, claimant_id, number, round, act, to_status, actor_id,
                              on_behalf, created_at, updated_at, version)
    SELECT gen_random_uuid(), id, $2, 1, 0, 'make', 'draft', $4, true, $10, $10, 1 FROM made
    RETURNING claim_id
)
INSERT INTO claim_line (id, claim_id, position, kind, day, told_pence, from_place, to_place,
                        no_receipt_because, miles, vehicle, passengers, amount_pence, route,
                        explanation, created_at, updated_at, version)
SELECT gen_random_uuid(), claim_id, 1, 'public_transport', $7, 1250, 'Oxford', 'Banbury',
       'The machine gave none.', NULL, NULL, NULL, 1250, 'accounts_payable', 'As it was paid.',
       $10, $10, 1 FROM begun
UNION ALL
SELECT gen_random_uuid(), claim_id, 2, 'mileage', $7, NULL, NULL, NULL, NULL, 7, 'bicycle', 0,
       140, 'accounts_payable', '7 miles by bicycle.', $10, $10, 1 FROM begun"""

# The same for a claim that is handed in, with what the checks of it find.
_HAND_IN = """
WITH acted AS (
    INSERT INTO acted_for (id, person_id, acted_by, operation, created_at, updated_at, version)
    VALUES (gen_random_uuid(), $2, $3, 'bare', $4, $4, 1)
), turned AS (
    UPDATE claim SET status = 'submitted', since = $4, moves = 2, round = 1, updated_at = $4,
                     version = version + 1
     WHERE id = $1
    RETURNING id
), action AS (
    INSERT INTO claim_action (id, claim_id, claimant_id, number, round, act, from_status,
                              to_status, actor_id, on_behalf, reason, created_at, updated_at,
                              version)
    SELECT gen_random_uuid(), id, $2, 2, 1, 'submit', 'draft', 'submitted', $3, true,
           'In hospital.', $4, $4, 1
      FROM turned
)
INSERT INTO claim_flag (id, claim_id, round, code, level, about_ids, explanation, created_at,
                        updated_at, version)
SELECT gen_random_uuid(), id, 1, code, 'none', '{}', 'Nothing of that kind was found.', $4, $4, 1
  FROM turned, unnest($5::text[]) code"""


async def _nothing(_: asyncpg.Connection) -> None:
    """Leave a connection as it is."""


async def _jsonb(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=str, decoder=orjson.Fragment
    )


@asynccontextmanager
async def _pool(app: Starlette) -> AsyncIterator[None]:
    kept = {} if os.environ.get("BENCH_RESET") != "0" else {"reset": _nothing}
    async with asyncpg.create_pool(
        os.environ["BENCH_DATABASE"], min_size=10, max_size=10, init=_jsonb, **kept
    ) as pool:
        app.state.pool = pool
        yield


async def _ready(_: Request) -> Response:
    return Response()


async def _event(request: Request) -> Response:
    await request.app.state.pool.execute(_INSERT, await request.body())
    return Response(b'{"status":"stored"}', 202, media_type="application/json")


async def _submission(request: Request) -> Response:
    body = await request.body()
    day = datetime.combine(datetime.now(UTC).date(), time(), UTC)  # noqa: TID251  no service
    digest = hashlib.sha256(body).digest()
    await request.app.state.pool.execute(_SUBMIT, uuid4(), os.urandom(32).hex(), body, digest, day)
    return Response(b'{"status":"stored"}', 202, media_type="application/json")


async def _claim(request: Request) -> Response:
    told, body = orjson.loads(await request.body()), await request.body()
    await request.app.state.pool.execute(
        _CLAIM,
        uuid4(),
        *(UUID(told[name]) for name in ("person_id", "participation_id", "by")),
        UUID(told["opportunity_id"]),
        UUID(told["directorate_id"]),
        date.fromisoformat(told["activity_on"]),
        request.headers["idempotency-key"],
        hashlib.sha256(body).digest(),
        datetime.now(UTC),  # noqa: TID251  no service
    )
    return Response(b'{"status":"stored"}', 201, media_type="application/json")


async def _handed_in(request: Request) -> Response:
    told = orjson.loads(await request.body())
    await request.app.state.pool.execute(
        _HAND_IN,
        *(UUID(told[name]) for name in ("id", "person_id")),
        uuid4(),
        datetime.now(UTC),  # noqa: TID251  no service
        told["checks"],
    )
    return Response(b'{"status":"stored"}', media_type="application/json")


async def _people(request: Request) -> Response:
    return await _listed(request, _PEOPLE_LIST)


async def _many(request: Request) -> Response:
    return await _listed(request, _LIST)


async def _listed(request: Request, query: str) -> Response:
    limit = int(request.query_params.get("limit", "50"))
    rows = await request.app.state.pool.fetch(query, limit)
    body = orjson.dumps({"items": [dict(row) for row in rows]}, default=str)
    return Response(body, media_type="application/json")


async def _one(request: Request) -> Response:
    row = await request.app.state.pool.fetchrow(_ONE, UUID(request.path_params["id"]))
    return Response(orjson.dumps(dict(row), default=str), media_type="application/json")


events = Starlette(
    routes=[Route("/ready", _ready), Route("/events", _event, methods=["POST"])], lifespan=_pool
)
submissions = Starlette(
    routes=[
        Route("/ready", _ready),
        Route("/submissions", _submission, methods=["POST"]),
    ],
    lifespan=_pool,
)
claims = Starlette(
    routes=[
        Route("/ready", _ready),
        Route("/claims", _claim, methods=["POST"]),
        Route("/submissions", _handed_in, methods=["POST"]),
    ],
    lifespan=_pool,
)
lists = Starlette(
    routes=[
        Route("/ready", _ready),
        Route("/people", _people),
        Route("/responses", _many),
        Route("/responses/{id}", _one),
    ],
    lifespan=_pool,
)
