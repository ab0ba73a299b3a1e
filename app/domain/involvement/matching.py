"""Who fits an opportunity, and why; who has not been asked for longest comes first."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.statement import within
from app.domain.involvement.checks.models import SUFFICES, DbsLevel
from app.domain.involvement.opportunities.errors import OpportunityNotFoundError

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

# A tag that half of all people have is found by turn, a rare one by its index: which of them holds
# is seen from the values alone, so each is planned for itself. One page is no work for two.
_PLAN: Final = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('max_parallel_workers_per_gather', '0', true)"
)
_WANTED: Final = """
SELECT o.pathways, o.skills, o.interests, o.slots, o.required_check,
       ARRAY(SELECT course_id FROM opportunity_course WHERE opportunity_id = o.id) AS courses
  FROM opportunity o
 WHERE o.id = $1
   AND ($2::uuid[] IS NULL OR o.status IN ('published', 'closed')
        OR o.directorate_id = ANY($2) OR o.team_id = ANY($3))"""

# The fixed part; what an opportunity asks for is added only where it does, so that PostgreSQL sees
# which index serves. Places of parameters: 1 opportunity, 2 directorates, 3 and 4 the page behind,
# 5 limit, 6 day, 7 pathways, 8 skills, 9 interests, 10 slots, 11 levels, 12 courses.
_FOUND: Final = """
WITH fits AS (
    SELECT t.asked_at, t.person_id
      FROM involvement_turn t JOIN person p ON p.id = t.person_id
     WHERE p.status = 'active' AND p.merged_into IS NULL
       AND ($2::uuid[] IS NULL OR p.directorate_id IS NULL OR p.directorate_id = ANY($2))
       AND (t.asked_at, t.person_id) > ($3, $4){wanted}),
found AS (
    SELECT f.asked_at, f.person_id FROM fits f
     WHERE NOT EXISTS (SELECT FROM participation a
                        WHERE a.opportunity_id = $1 AND a.person_id = f.person_id){gates}
     ORDER BY f.asked_at, f.person_id LIMIT $5 + 1)
SELECT row_to_json(told)::text AS item, f.asked_at, f.person_id,
       $6::date AS day, $11::text[] AS levels, $12::uuid[] AS courses
  FROM found f JOIN person p ON p.id = f.person_id, LATERAL (
       SELECT p.id AS person_id, p.name, p.preferred_channel,
              CASE WHEN f.asked_at > '1970-01-01T00:00:00Z'
                   THEN to_char(f.asked_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END AS asked_at,
              ARRAY(SELECT unnest(p.pathways) INTERSECT SELECT unnest($7::text[]) ORDER BY 1)
                  AS pathways,
              ARRAY(SELECT unnest(p.skills) INTERSECT SELECT unnest($8::text[]) ORDER BY 1)
                  AS skills,
              ARRAY(SELECT unnest(p.interests) INTERSECT SELECT unnest($9::text[]) ORDER BY 1)
                  AS interests,
              ARRAY(SELECT s FROM unnest($10::text[]) WITH ORDINALITY u (s, at)
                     WHERE s = ANY(p.availability) ORDER BY at) AS availability,
              p.availability = '{{}}' AS availability_unknown) told
 ORDER BY f.asked_at, f.person_id"""
_PATHWAYS: Final = " AND p.pathways && $7::text[]"
_TALENTS: Final = {
    (True, False): " AND p.skills && $8::text[]",
    (False, True): " AND p.interests && $9::text[]",
    (True, True): " AND (p.skills && $8::text[] OR p.interests && $9::text[])",
}
_SLOTS: Final = " AND (p.availability = '{}' OR p.availability && $10::text[])"
# Whoever has what is asked for is found first and put in order, which costs little and ever the
# same. By turn it may take all of the register, where the first fifty are thought to come soon.
_IN_ORDER: Final = " ORDER BY t.asked_at, t.person_id OFFSET 0"
# Gates are asked of one person after another until a page is full; as joins they would be of all.
_CHECK: Final = """
       AND (SELECT true FROM dbs_check c
             WHERE c.person_id = f.person_id AND c.level = ANY($11::text[])
               AND c.expires_on > $6::date LIMIT 1)"""
_COURSES: Final = """
       AND (SELECT count(DISTINCT d.course_id)
              FROM course_completion d JOIN course n ON n.id = d.course_id
             WHERE d.person_id = f.person_id AND d.course_id = ANY($12::uuid[])
               AND d.course_version >= n.least
               AND (d.expires_on IS NULL OR d.expires_on > $6::date)) = cardinality($12::uuid[])"""


class Place(NamedTuple):
    """Where a page of people begins: behind this one."""

    asked_at: datetime
    person_id: UUID


_START: Final = Place(NEVER, UUID(int=0))


async def find(
    session: AsyncSession, opportunity_id: UUID, after: Place | None, limit: int, *, to: Actor
) -> tuple[str, Place | None]:
    """Give who fits an opportunity as the inside of a JSON array, and where the page behind begins.

    Who fits is active, was neither asked nor applied, has what its gates require, shares one of
    the pathways and one of the skills or interests where it names any, and can come to one of its
    times or told no availability. Raises OpportunityNotFoundError.
    """
    await session.execute(_PLAN)
    door = await within(session)
    own = None if to.teams is None else list(to.directorates or ())
    wanted = await door.fetchrow(_WANTED, opportunity_id, own, list(to.teams or ()))
    if wanted is None:
        raise OpportunityNotFoundError
    level = wanted["required_check"]
    rows = await door.fetch(
        _asked(wanted),
        opportunity_id,
        own,
        *(after or _START),
        limit,
        today(),
        *(wanted[name] for name in ("pathways", "skills", "interests", "slots")),
        [] if level is None else list(SUFFICES[DbsLevel(level)]),
        wanted["courses"],
    )
    return _page(rows, limit)


def _asked(wanted: Any) -> str:
    """Write what an opportunity asks for, and nothing else, so that few texts are ever made."""
    talents = _TALENTS.get((bool(wanted["skills"]), bool(wanted["interests"])), "")
    told = (_PATHWAYS if wanted["pathways"] else "") + talents
    told += _SLOTS if wanted["slots"] else ""
    gates = (_CHECK if wanted["required_check"] else "") + (_COURSES if wanted["courses"] else "")
    return _FOUND.format(wanted=told and told + _IN_ORDER, gates=gates)


def _page(rows: Sequence[Any], limit: int) -> tuple[str, Place | None]:
    items = ",\n".join(row["item"] for row in rows[:limit])
    if len(rows) <= limit:
        return items, None
    last = rows[limit - 1]
    return items, Place(last["asked_at"], last["person_id"])
