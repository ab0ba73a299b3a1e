"""What ends soon or has ended, of checks and courses, and was not done again."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.core.actor import Actor
from app.core.clock import today
from app.core.statement import Statement
from app.domain.involvement.checks.models import DbsLevel
from app.domain.involvement.renewal import STEPS

_MANY: Final = 500
_RANKS: Final = "ARRAY[" + ", ".join(f"'{level}'" for level in DbsLevel) + "]"
_STEP: Final = "CASE " + " ".join(
    f"WHEN e.expires_on <= $2::date + {most} THEN '{step}'" for most, step in STEPS
)

# Only the last that counts is told: a check of the same or a higher level that ends later, and a
# later completion of the same course, stand for the earlier one. Who left is warned no more.
# Each kind is read in order of its own index, and no further than the page goes.
_PAGE: Final = """
       AND ($4::date IS NULL OR ({it}.expires_on, {it}.id) > ($4, $5::uuid))
     ORDER BY {it}.expires_on, {it}.id LIMIT $6 + 1"""
_PERSON: Final = """
       AND p.status <> 'left'
       AND ($3::uuid[] IS NULL OR p.directorate_id IS NULL OR p.directorate_id = ANY($3))"""
_LATER: Final = """
       AND NOT EXISTS (SELECT FROM course_completion n
                        WHERE n.course_id = d.course_id AND n.{who} = d.{who}
                          AND (coalesce(n.expires_on, 'infinity'), n.id) > (d.expires_on, d.id))"""
_TEXT: Final = f"""
WITH checks AS (
    SELECT c.id, 'check' AS kind, c.level AS what, NULL::uuid AS course_id, c.person_id,
           NULL::uuid AS user_id, p.name, c.expires_on
      FROM dbs_check c JOIN person p ON p.id = c.person_id
     WHERE c.expires_on <= $1{_PERSON}
       AND NOT EXISTS (SELECT FROM dbs_check n
                        WHERE n.person_id = c.person_id AND (n.expires_on, n.id) >
                              (c.expires_on, c.id)
                          AND array_position({_RANKS}, n.level::text)
                              >= array_position({_RANKS}, c.level::text)){_PAGE.format(it="c")}),
peoples AS (
    SELECT d.id, 'course', k.name, d.course_id, d.person_id, d.user_id, p.name, d.expires_on
      FROM course_completion d JOIN course k ON k.id = d.course_id AND NOT k.retired
      JOIN person p ON p.id = d.person_id
     WHERE d.expires_on <= $1{_PERSON}{_LATER.format(who="person_id")}{_PAGE.format(it="d")}),
staffs AS (
    SELECT d.id, 'course', k.name, d.course_id, d.person_id, d.user_id, u.name, d.expires_on
      FROM course_completion d JOIN course k ON k.id = d.course_id AND NOT k.retired
      JOIN app_user u ON u.id = d.user_id AND u.active
     WHERE d.expires_on <= $1{_LATER.format(who="user_id")}{_PAGE.format(it="d")}),
shown AS (
    SELECT e.*, e.expires_on - $2::date AS days_left, {_STEP} END AS warning
      FROM (TABLE checks UNION ALL TABLE peoples UNION ALL TABLE staffs) e
     ORDER BY e.expires_on, e.id LIMIT $6 + 1)
SELECT row_to_json(shown)::text AS item, expires_on, id FROM shown ORDER BY expires_on, id"""


class Place(NamedTuple):
    """Where a page of what ends begins: behind this one."""

    expires_on: date
    id: UUID


async def find(
    door: Statement, within: int, after: Place | None, limit: int, *, to: Actor
) -> tuple[str, Place | None]:
    """Give what ends within so many days or has ended, next first, as the inside of a JSON array.

    With it goes where the page behind begins, if there is one.
    """
    seen = None if to.teams is None else list(to.directorates or ())
    rows = await _rows(door, within, after, limit, seen)
    more = len(rows) > limit
    items = ",\n".join(row["item"] for row in rows[:limit])
    last = rows[limit - 1] if more else None
    return items, None if last is None else Place(last["expires_on"], last["id"])


async def warned(door: Statement, within: int) -> AsyncIterator[Mapping[str, Any]]:
    """Give all that ends within so many days or has ended, as the list tells it."""
    after: Place | None = None
    while rows := await _rows(door, within, after, _MANY, None):
        for row in rows:
            yield json.loads(row["item"])
        after = Place(rows[-1]["expires_on"], rows[-1]["id"])


async def _rows(
    door: Statement, within: int, after: Place | None, limit: int, seen: Sequence[UUID] | None
) -> list[Any]:
    day = today()
    place = after or (None, None)
    return await door.fetch(_TEXT, day + timedelta(within), day, seen, *place, limit)
