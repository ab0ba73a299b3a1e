"""Responses that nobody has answered or acted on in the time the trust allows itself.

A response asks for it where its author wants to be contacted, or rated poor or very poor. It has
been seen to once a reply to it is out, or an action that was not withdrawn answers it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from app.core.actor import Actor
from app.core.clock import today
from app.core.paging import Page
from app.core.statement import Statement

_FILTERS: Final[Mapping[str, str]] = {
    "visible": "r.team_id = ANY({visible}::uuid[])",
    "team": "r.team_id = (SELECT id FROM team WHERE {team}::text IN (code, id::text))",
    "directorate": """EXISTS (
        SELECT FROM team_placement p
         WHERE p.team_id = r.team_id AND p.valid_from <= r.day
           AND (p.valid_to IS NULL OR p.valid_to > r.day)
           AND p.directorate_id =
               (SELECT id FROM directorate WHERE {directorate}::text IN (code, id::text)))""",
    "from_day": "r.day >= {from_day}::date",
    "to_day": "r.day <= {to_day}::date",
    "after": "r.id > {after}::uuid",
    "over": "r.day + f.act_within_days < $1::date",
}
# A response `r` that asks for it and was not seen to.
_WAITS: Final = """(r.contact_wanted OR r.fft_answer IN ('poor', 'very_poor'))
       AND NOT EXISTS (SELECT FROM feedback_reply y
                        WHERE y.response_id = r.id AND y.status = 'published')
       AND NOT EXISTS (SELECT FROM feedback_action_response l
                         JOIN feedback_action a ON a.id = l.action_id
                        WHERE l.response_id = r.id AND a.status <> 'withdrawn')"""
_LIST: Final = f"""
SELECT item::text, id FROM (
    SELECT r.id, json_build_object(
               'response_id', r.id, 'team_id', r.team_id, 'day', r.day,
               'reasons', array_remove(ARRAY[
                   CASE WHEN r.contact_wanted THEN 'contact_wanted' END,
                   CASE WHEN r.fft_answer IN ('poor', 'very_poor') THEN 'rated_poor' END], NULL),
               'due_on', r.day + f.act_within_days,
               'days_over', greatest(0, $1::date - (r.day + f.act_within_days))) AS item
      FROM feedback_response r, feedback_policy f
     WHERE {_WAITS} AND {{where}}
     ORDER BY r.id LIMIT $2) listed
 ORDER BY id"""
_COUNT: Final = f"""
SELECT r.team_id, count(*) AS waiting,
       count(*) FILTER (WHERE r.day + f.act_within_days < $2::date) AS overdue
  FROM feedback_response r, feedback_policy f
 WHERE {_WAITS} AND r.team_id = ANY($1::uuid[])
 GROUP BY 1"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them are wanted; without `upcoming` only those that are over their day."""

    filters: Mapping[str, Any]
    upcoming: bool = False


async def find(door: Statement, wanted: Wanted, page: Page, *, to: Actor) -> bytes:
    """Give a page of them as JSON, oldest first."""
    values = dict(wanted.filters)
    if to.teams is not None:
        values["visible"] = list(to.teams)
    if page.after is not None:
        values["after"] = page.after
    names = tuple(sorted(values))
    rows = await door.fetch(
        _statement(names, over=not wanted.upcoming),
        today(),
        page.limit + 1,
        *(values[name] for name in names),
    )
    shown = rows[: page.limit]
    following = f'"{shown[-1]["id"]}"' if len(rows) > page.limit else "null"
    items = ",\n".join(row["item"] for row in shown)
    return f'{{"items":[{items}],"next":{following}}}'.encode()


async def count(door: Statement, teams: Sequence[UUID], day: date) -> list[Any]:
    """Count, by team, those that wait and those of them that are over their day."""
    return await door.fetch(_COUNT, teams, day)


@lru_cache(maxsize=256)
def _statement(names: tuple[str, ...], *, over: bool) -> str:
    places = {name: f"${at}" for at, name in enumerate(names, 3)}
    chosen = [*names, *(("over",) if over else ())]
    where = [_FILTERS[name].format(**places) for name in chosen] or ["true"]
    return _LIST.format(where=" AND ".join(where))
