"""Reads of posts, of their figures (measures K5a and K5b), and of where there are none."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, Text, Uuid, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.statement import Statement
from app.domain.involvement.naming import queries as naming
from app.domain.involvement.naming.queries import value
from app.domain.involvement.posts.errors import PostNotFoundError
from app.domain.involvement.posts.models import Post, PostKind
from app.domain.organisation.models import Segment

P = Post
_FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "visible": P.team_id == func.any(value("visible", ARRAY(Uuid()))),
    "kind": P.kind == value("kind"),
    "team": naming.of_team(P.team_id),
    "directorate": naming.team_in_directorate(P.team_id),
    "person": (P.person_id == value("person", Uuid())) & naming.person_in_reach(P.person_id),
    "on": naming.holding(P, value("on", Date())),
    "vacant": P.person_id.is_(None),
    "filled": P.person_id.is_not(None),
    "paid": P.paid.is_(True),
    "unpaid": P.paid.is_(False),
}
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{column.key: column for column in P.__table__.columns},
    "wte": cast(P.wte, Text),
    "person_id": naming.seen_person(P.person_id),
    "vacant": P.person_id.is_(None),
}


def _posts(using: frozenset[str]) -> Select[Any]:
    return select(P).where(*(_FILTERS[name] for name in sorted(using & _FILTERS.keys())))


POSTS: Final = JsonRows(_COLUMNS, _posts, PostNotFoundError, P.__table__.c.version)

_KINDS: Final = {
    "lived_experience": PostKind.LIVED_EXPERIENCE,
    "peer_support": PostKind.PEER_SUPPORT_WORKER,
}
_PARTS: Final = {
    "paid": "o.paid AND o.person_id IS NOT NULL",
    "unpaid": "NOT o.paid AND o.person_id IS NOT NULL",
    "vacant": "o.person_id IS NULL",
}
_SUMS: Final = ",\n".join(
    f"coalesce(sum(o.wte) FILTER (WHERE o.kind = '{kind}' AND {part}), 0) AS {name}_{word}_wte"
    for name, kind in _KINDS.items()
    for word, part in _PARTS.items()
)
_STOCKS: Final = [f"{name}_{word}_wte" for name in _KINDS for word in _PARTS]
_TOLD: Final = ", ".join(f"coalesce(s.{name}, 0)::numeric(9,2)::text AS {name}" for name in _STOCKS)
_AT: Final = "p.valid_from <= {day} AND (p.valid_to IS NULL OR p.valid_to > {day})"
_MINE: Final = "($1::uuid[] IS NULL OR {team} = ANY($1))"
_OPEN: Final = (
    "(t.opened_on IS NULL OR t.opened_on <= $2) AND (t.closed_on IS NULL OR t.closed_on > $2)"
)

# Whoever was trained for several posts was trained once: on the first of these days.
_FIGURES: Final = f"""
WITH stock AS (
    SELECT p.directorate_id, grouping(p.directorate_id) = 1 AS total, {_SUMS}
      FROM involvement_post o
      LEFT JOIN team_placement p ON p.team_id = o.team_id AND {_AT.format(day="$2")}
     WHERE o.valid_from <= $2 AND (o.valid_to IS NULL OR o.valid_to > $2)
       AND {_MINE.format(team="o.team_id")}
     GROUP BY GROUPING SETS ((p.directorate_id), ())),
trained AS (
    SELECT DISTINCT ON (person_id) team_id, trained_on FROM involvement_post
     WHERE kind = '{PostKind.PEER_SUPPORT_WORKER}' AND trained_on IS NOT NULL
     ORDER BY person_id, trained_on, id),
flow AS (
    SELECT p.directorate_id, grouping(p.directorate_id) = 1 AS total, count(*) AS people
      FROM trained o
      LEFT JOIN team_placement p ON p.team_id = o.team_id AND {_AT.format(day="o.trained_on")}
     WHERE o.trained_on BETWEEN $3 AND $4 AND {_MINE.format(team="o.team_id")}
     GROUP BY GROUPING SETS ((p.directorate_id), ())),
shown AS (
    SELECT d.code, d.name, {_TOLD}, coalesce(f.people, 0) AS peer_support_workers_trained
      FROM directorate d
      LEFT JOIN stock s ON s.directorate_id = d.id AND NOT s.total
      LEFT JOIN flow f ON f.directorate_id = d.id AND NOT f.total
     WHERE $1::uuid[] IS NULL OR EXISTS (
               SELECT FROM team_placement p WHERE p.directorate_id = d.id AND p.team_id = ANY($1))),
summed AS (
    SELECT {_TOLD}, f.people AS peer_support_workers_trained
      FROM stock s, flow f WHERE s.total AND f.total)
SELECT json_build_object(
    'on', $2::date, 'from', $3::date, 'to', $4::date,
    'total', (SELECT row_to_json(summed) FROM summed),
    'directorates', coalesce((SELECT json_agg(row_to_json(shown) ORDER BY code) FROM shown), '[]')
)::text"""

_FILLED: Final = (
    "EXISTS (SELECT FROM involvement_post o JOIN team_placement q ON q.team_id = o.team_id"
    "         AND q.valid_from <= $2 AND (q.valid_to IS NULL OR q.valid_to > $2)"
    " WHERE o.kind = '{kind}' AND o.person_id IS NOT NULL AND o.valid_from <= $2"
    "   AND (o.valid_to IS NULL OR o.valid_to > $2) AND {place})"
)
_COVERAGE: Final = f"""
WITH placed AS (
    SELECT t.id, t.code, t.name, p.service_id, p.segment, d.code AS directorate
      FROM team t JOIN team_placement p ON p.team_id = t.id AND {_AT.format(day="$2")}
      JOIN directorate d ON d.id = p.directorate_id
     WHERE {_OPEN} AND {_MINE.format(team="t.id")}),
services AS (
    SELECT DISTINCT s.id, s.code, s.name, d.code AS directorate,
           {_FILLED.format(kind=PostKind.LIVED_EXPERIENCE, place="q.service_id = s.id")} AS filled
      FROM placed JOIN service s ON s.id = placed.service_id
      JOIN directorate d ON d.id = s.directorate_id),
teams AS (
    SELECT id, code, name, directorate,
           {_FILLED.format(kind=PostKind.PEER_SUPPORT_WORKER, place="q.team_id = placed.id")}
           AS filled
      FROM placed WHERE segment = '{Segment.MENTAL_HEALTH_LEARNING_DISABILITY}')
SELECT json_build_object(
    'on', $2::date,
    'services', (SELECT count(*) FROM services),
    'services_without', coalesce((
        SELECT json_agg(json_build_object('id', id, 'code', code, 'name', name,
                                          'directorate', directorate) ORDER BY code)
          FROM services WHERE NOT filled), '[]'),
    'mental_health_teams', (SELECT count(*) FROM teams),
    'mental_health_teams_without', coalesce((
        SELECT json_agg(json_build_object('id', id, 'code', code, 'name', name,
                                          'directorate', directorate) ORDER BY code)
          FROM teams WHERE NOT filled), '[]'))::text"""


async def find(
    door: Statement, fields: tuple[str, ...], page: Page, filters: Mapping[str, Any], *, to: Actor
) -> bytes:
    """Give a page of posts as JSON; `vacant` and `paid` among the filters are true or false."""
    chosen = {**filters, **_seen_by(to)}
    for name, other in (("vacant", "filled"), ("paid", "unpaid")):
        if name in chosen:
            chosen[name if chosen.pop(name) else other] = True
    return await POSTS.page(door, fields, page, chosen)


async def show(
    door: Statement, fields: tuple[str, ...], id_: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one post as JSON, and its version."""
    return await POSTS.one(door, fields, id_, _seen_by(to))


async def get(session: AsyncSession, id_: UUID, *, to: Actor) -> Post:
    """Load a post of a team that is the caller's; raises PostNotFoundError."""
    found = await session.get(Post, id_)
    if found is None or (to.teams is not None and found.team_id not in to.teams):
        raise PostNotFoundError
    return found


async def others_of(session: AsyncSession, person_id: UUID | None, post: Post) -> Sequence[Post]:
    """Load what other posts a person holds, held and will hold."""
    found = select(P).where(P.person_id == person_id, P.id != post.id)
    return (await session.scalars(found)).all()


async def figures(door: Statement, day: date, year: int, *, to: Actor) -> bytes:
    """Give WTE on a day and people trained in a financial year, by directorate and in all.

    K5a is the paid WTE of lived-experience roles, K5b the peer support workers trained.
    """
    first, last = naming.days_of_year(year)
    found: str = await door.fetchval(_FIGURES, naming.teams_of(to), day, first, last)
    return found.encode()


async def coverage(door: Statement, day: date, *, to: Actor) -> bytes:
    """Give services without a lived-experience role and mental health teams without a peer."""
    found: str = await door.fetchval(_COVERAGE, naming.teams_of(to), day)
    return found.encode()


def _seen_by(to: Actor) -> dict[str, Any]:
    return {**naming.in_own_teams(to), "reach": naming.reach(to), "today": today()}
