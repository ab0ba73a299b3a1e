"""The one statement that counts themes by place and period, over the roll-up alone.

PostgreSQL writes the JSON of each figure as well: a year of forty teams has fifteen thousand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from app.core.actor import Actor
from app.core.suppression import THRESHOLD
from app.domain.feedback import periods
from app.domain.feedback.periods import Per
from app.domain.feedback.summary import ANSWERS

FIRST: Final = date(2000, 1, 1)
LAST: Final = date(2999, 12, 31)


class By(StrEnum):
    TRUST = "trust"
    DIRECTORATE = "directorate"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Asked:
    """What figures are wanted; a directorate or team is named by its id or its code."""

    by: By
    per: Per | None = None
    first: date | None = None
    last: date | None = None
    directorate: str | None = None
    team: str | None = None
    theme: str | None = None


COUNTS: Final = (*ANSWERS, "unanswered")
_PEOPLE: Final = " + ".join(f"c.{name}" for name in COUNTS)
_ANSWERED: Final = " + ".join(f"c.{name}" for name in ANSWERS)
# Counts of a month are far from the end of an integer, whose sums are quicker.
_SUMS: Final = ", ".join(f"sum(c.{name}::int)::int AS {name}" for name in COUNTS)
_PLACED: Final = """
          JOIN team_placement p ON p.team_id = c.team_id AND p.valid_from <= c.month
               AND (p.valid_to IS NULL OR p.valid_to > c.month)"""
# What is counted by, what that is part of, the key and name it is told by, and what names it.
_GROUPS: Final[Mapping[By, tuple[str, tuple[str, ...], str, str, str]]] = {
    By.TRUST: (
        "c.trust",
        (),
        "g.raw",
        "coalesce(tr.name, g.raw)",
        "LEFT JOIN trust tr ON tr.code = g.raw",
    ),
    By.DIRECTORATE: (
        "p.directorate_id",
        ("p.segment",),
        "d.code",
        "d.name",
        "JOIN directorate d ON d.id = g.raw",
    ),
    By.TEAM: (
        "c.team_id",
        ("p.directorate_id", "p.service_id", "p.segment"),
        "t.code",
        "t.name",
        "JOIN team t ON t.id = g.raw",
    ),
}
# Quarters of the financial year are those of the calendar.
_STARTS: Final[Mapping[Per | None, str]] = {
    None: f"DATE '{FIRST}'",
    Per.MONTH: "c.month",
    Per.QUARTER: "date_trunc('quarter', c.month)::date",
    Per.YEAR: "(date_trunc('year', c.month - interval '3 months') + interval '3 months')::date",
}
_IN_TEAM: Final = "c.team_id IN (SELECT id FROM team WHERE $4 IN (code, id::text))"
_IN_DIRECTORATE: Final = (
    "p.directorate_id IN (SELECT id FROM directorate WHERE $5 IN (code, id::text))"
)
# A theme parts those who answered somewhere in two, and both are people.
SMALL: Final = " OR ".join(
    f"{people} BETWEEN 1 AND {THRESHOLD - 1}"
    for people in ("people", "answered", "all_people - people", "all_answered - answered")
)
_TEXT: Final = f"""format(
    '%s","suppressed":false,"responses":%s,"pct_of_responses":%s,"pct_positive":%s'
    '{"".join(f',"{name}":%s' for name in COUNTS)}}}',
    theme, people, share / 10 || '.' || share % 10,
    coalesce(positive / 10 || '.' || positive % 10, 'null'), {", ".join(COUNTS)})"""


def using(asked: Asked, to: Actor) -> frozenset[str]:
    """Name the filters used; there is a statement for each set of them."""
    filters = {
        "limited": to.teams,
        "team": asked.team,
        "directorate": asked.directorate,
        "theme": asked.theme,
    }
    return frozenset(name for name, value in filters.items() if value is not None)


def values(asked: Asked, to: Actor) -> tuple[object, ...]:
    """Give what both statements bind first: `told` binds a theme and all codes behind it."""
    return (
        asked.first or FIRST,
        asked.last or LAST,
        None if to.teams is None else list(to.teams),
        asked.team,
        asked.directorate,
    )


@lru_cache(maxsize=256)
def told(by: By, per: Per | None, using: frozenset[str], *, text: bool) -> str:
    """Write the statement; a row is a place and period, in order of key and time.

    Arrays hold its themes in the framework's order ($7) and, for each, how many tell of it, whether
    that is SMALL and, with `text`, its JSON from the theme's name on; `head` is what that stands
    behind. Windows, since a join of what was counted with itself is at times planned as a loop.
    """
    _, _, key, name, named = _GROUPS[by]
    period = periods.SQL[per].format(day="g.start") if per else "NULL::text"
    arrays = ", ".join(
        f"array_agg({what} ORDER BY place) FILTER (WHERE place > 0) AS {label}"
        for what, label in (
            ("theme", "themes"),
            ("people", "telling"),
            (SMALL, "small"),
            (_TEXT if text else "''::text", "texts"),
        )
    )
    return f"""
SELECT {key} AS key, {period} AS period, g.start, format(
         '{{"key":%s,"name":%s,"period":%s,"theme":"', to_json({key}), to_json({name}),
         coalesce(to_json({period})::text, 'null')) AS head,
       g.all_people, g.themes, g.telling, g.small, g.texts
  FROM (SELECT raw, start, max(all_people) AS all_people, {arrays}
          FROM (SELECT c.*, {_share("people", "all_people")} AS share,
                       {_share("(very_good + good)", "answered")} AS positive
                  FROM (SELECT c.*, first_value(people) OVER place AS all_people,
                               first_value(answered) OVER place AS all_answered
                          FROM ({_counted(by, per, using)}) c
                        WINDOW place AS (PARTITION BY raw, start ORDER BY c.place)) c) c
         GROUP BY raw, start) g {named}
 ORDER BY key, g.start"""


@lru_cache(maxsize=256)
def parents(by: By, using: frozenset[str]) -> str:
    """Write what places are part of in each month."""
    raw, kinds, key, _, named = _GROUPS[by]
    told = ", ".join(f"'{at} ' || {kind}" for at, kind in enumerate(kinds))
    rows = _rows(by, using, "c.dimension = 'all'", f", unnest(ARRAY[{told}]::text[]) parent")
    return f"""
SELECT {key} AS key, g.start, g.parent
  FROM (SELECT DISTINCT {raw} AS raw, c.month AS start, parent FROM {rows}) g {named}
 WHERE g.parent IS NOT NULL
 ORDER BY key, g.start, g.parent"""


def _share(part: str, whole: str) -> str:
    """Write a share in tenths of a percent, half up; null of nothing."""
    return f"(2000 * {part}::bigint + {whole}) / nullif(2 * {whole}, 0)"


def _counted(by: By, per: Per | None, using: frozenset[str]) -> str:
    """Write the sums by theme, place and period; `place` is 0 where all are counted."""
    which = "c.dimension IN ('theme', 'all') AND $6::text IS NULL"
    if "theme" in using:
        which = "(c.dimension = 'theme' AND c.value = $6 OR c.dimension = 'all')"
    return f"""
SELECT c.dimension, c.value AS theme, {_STARTS[per]} AS start, {_GROUPS[by][0]} AS raw, {_SUMS},
       CASE c.dimension WHEN 'all' THEN 0
            ELSE coalesce(array_position($7::text[], c.value), 1000) END AS place,
       sum(({_PEOPLE})::int)::int AS people, sum(({_ANSWERED})::int)::int AS answered
  FROM {_rows(by, using, which)}
 GROUP BY 1, 2, 3, 4 HAVING sum(({_PEOPLE})::int) > 0"""


def _rows(by: By, using: frozenset[str], which: str, beside: str = "") -> str:
    """Write which rows of the roll-up are read, and what is beside them."""
    where = [
        f"c.month BETWEEN $1 AND $2 AND {which}",
        "c.team_id = ANY($3)" if "limited" in using else "$3::uuid[] IS NULL",
        _IN_TEAM if "team" in using else "$4::text IS NULL",
        _IN_DIRECTORATE if "directorate" in using else "$5::text IS NULL",
    ]
    placed = "directorate" in using or "p." in _GROUPS[by][0] + beside
    return f"feedback_monthly c {_PLACED if placed else ''} {beside} WHERE {' AND '.join(where)}"
