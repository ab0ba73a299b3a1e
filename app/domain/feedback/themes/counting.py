"""The one statement that counts themes by place and period, over the roll-up alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from app.core.actor import Actor
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
# Counts of a month are far from the end of an integer, whose sums are quicker.
_SUMS: Final = ", ".join(f"sum(c.{name}::int) AS {name}" for name in COUNTS)
_PLACED: Final = """
          JOIN team_placement p ON p.team_id = c.team_id AND p.valid_from <= c.month
               AND (p.valid_to IS NULL OR p.valid_to > c.month)"""
# What is counted by, what that is part of, the key and name it is told by, and what names it.
_GROUPS: Final[Mapping[By, tuple[str, tuple[str, ...], str, str, str]]] = {
    By.TRUST: (
        "c.trust",
        (),
        "g.trust",
        "coalesce(tr.name, g.trust)",
        "LEFT JOIN trust tr ON tr.code = g.trust",
    ),
    By.DIRECTORATE: (
        "p.directorate_id",
        ("p.segment",),
        "d.code",
        "d.name",
        "JOIN directorate d ON d.id = g.directorate_id",
    ),
    By.TEAM: (
        "c.team_id",
        ("p.directorate_id", "p.service_id", "p.segment"),
        "t.code",
        "t.name",
        "JOIN team t ON t.id = g.team_id",
    ),
}
# Quarters of the financial year are those of the calendar.
_STARTS: Final[Mapping[Per | None, str]] = {
    None: "NULL::date",
    Per.MONTH: "c.month",
    Per.QUARTER: "date_trunc('quarter', c.month)::date",
    Per.YEAR: "(date_trunc('year', c.month - interval '3 months') + interval '3 months')::date",
}
_IN_TEAM: Final = "c.team_id IN (SELECT id FROM team WHERE $5 IN (code, id::text))"
_IN_DIRECTORATE: Final = (
    "p.directorate_id IN (SELECT id FROM directorate WHERE $6 IN (code, id::text))"
)


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
    return (
        asked.first or FIRST,
        asked.last or LAST,
        asked.theme,
        None if to.teams is None else list(to.teams),
        asked.team,
        asked.directorate,
    )


@lru_cache(maxsize=256)
def placed(by: By, per: Per | None, using: frozenset[str]) -> str:
    _, parents, key, name, named = _GROUPS[by]
    shown = [f"g.{parent[2:]}" for parent in parents] + [f"g.{name}" for name in COUNTS]
    return f"""
SELECT g.theme, {key}, {name}, g.start, g.people, {", ".join(shown)}
  FROM ({_counted(by, per, using, parents)}) g {named}"""


@lru_cache(maxsize=256)
def exact_json(by: By, per: Per | None, using: frozenset[str]) -> str:
    """Let PostgreSQL write the JSON where nothing is hidden."""
    raw, _, key, name, named = _GROUPS[by]
    period = periods.SQL[per].format(day="g.start") if per else "NULL::text"
    same = f"w.{raw[2:]} = g.{raw[2:]} AND w.start IS NOT DISTINCT FROM g.start"
    if per:
        same = f"w.{raw[2:]} = g.{raw[2:]} AND w.start = g.start"
    return f"""
WITH counted AS MATERIALIZED ({_counted(by, per, using, ())})
SELECT '[' || coalesce(string_agg(row_to_json(shown)::text, ','
                                  ORDER BY shown.key, g.start, array_position($7::text[], g.theme)),
                       '') || ']'
  FROM (SELECT * FROM counted WHERE theme <> '') g
  JOIN (SELECT * FROM counted WHERE theme = '') w ON {same}
  {named}, LATERAL (
       SELECT {key} AS key, {name} AS name, {period} AS period, g.theme, false AS suppressed,
              g.people AS responses, {_share("g.people", "w.people")} AS pct_of_responses,
              {_share("(g.very_good + g.good)", "(g.people - g.unanswered)")} AS pct_positive,
              {", ".join(f"g.{name}" for name in COUNTS)}) shown"""


def _share(part: str, whole: str) -> str:
    """Write a share in percent, to one decimal place, half up; null of nothing."""
    return f"((2000 * {part} + {whole}) / nullif(2 * {whole}, 0) / 10.0)::float8"


def _counted(by: By, per: Per | None, using: frozenset[str], parents: Sequence[str]) -> str:
    """Write the sums by theme, place and period; `theme` is empty where all are counted."""
    raw = _GROUPS[by][0]
    where = [
        "c.month BETWEEN $1 AND $2",
        "(c.dimension = 'theme' AND c.value = $3 OR c.dimension = 'all')"
        if "theme" in using
        else "c.dimension IN ('theme', 'all') AND $3::text IS NULL",
        "c.team_id = ANY($4)" if "limited" in using else "$4::uuid[] IS NULL",
        _IN_TEAM if "team" in using else "$5::text IS NULL",
        _IN_DIRECTORATE if "directorate" in using else "$6::text IS NULL",
    ]
    columns = (raw, *parents)
    needed = "directorate" in using or any(column.startswith("p.") for column in columns)
    numbers = ", ".join(str(at) for at in range(1, len(columns) + 3))
    people = " + ".join(f"c.{name}" for name in COUNTS)
    return f"""
SELECT CASE c.dimension WHEN 'theme' THEN c.value ELSE '' END AS theme, {_STARTS[per]} AS start,
       {", ".join(columns)}, {_SUMS}, sum(({people})::int) AS people
  FROM feedback_monthly c {_PLACED if needed else ""}
 WHERE {" AND ".join(where)}
 GROUP BY {numbers} HAVING sum(({people})::int) > 0"""
