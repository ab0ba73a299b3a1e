"""Reads of the roll-up by characteristic, of profiles and of definitions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.json_rows import Columns, JsonRows
from app.core.statement import Statement
from app.domain.feedback import periods
from app.domain.feedback.periods import Per
from app.domain.feedback.representation.dimensions import NOT_RECORDED, Dimension
from app.domain.feedback.representation.errors import (
    DefinitionNotFoundError,
    ProfileNotFoundError,
)
from app.domain.feedback.representation.models import PopulationProfile, RacialisedDefinition
from app.domain.feedback.summary import ANSWERS
from app.domain.organisation.errors import DirectorateNotFoundError, TeamNotFoundError

_ALL: Final = (*ANSWERS, "unanswered")
# Sums of int are made without arbitrary precision; a team's month is far below its bounds.
_SUMS: Final = ", ".join(f"sum(c.{name}::int) AS {name}" for name in _ALL)
_ANSWERED: Final = f"sum(({' + '.join(f'c.{name}' for name in ANSWERS)})::int) AS answered"
_RESPONSES: Final = f"sum(({' + '.join(f'c.{name}' for name in _ALL)})::int) AS responses"
# `source` counts every response once, so that it tells how many there are; what older systems
# counted is left out, for it is told by no characteristic.
_COUNTED: Final = """
       c.month BETWEEN $1 AND $2 AND c.dimension = ANY($3)
       AND NOT (c.dimension = 'source' AND c.value = 'history')"""
_PLACED: Final = """
  JOIN team_placement p ON p.team_id = c.team_id AND p.valid_from <= c.month
       AND (p.valid_to IS NULL OR p.valid_to > c.month)"""


@dataclass(frozen=True, slots=True)
class Area:
    """What part of the trust is asked for; `teams` is None where no team is left out.

    `team` is the one team asked for by name.
    """

    teams: frozenset[UUID] | None = None
    directorate: UUID | None = None
    team: UUID | None = None

    @property
    def whole_trust(self) -> bool:
        return self.teams is None and self.directorate is None


Totals = dict[str, dict[str, tuple[int, ...]]]
"""Counts of ANSWERS and the unanswered, by dimension and value."""


async def area(door: Statement, *, team: str | None, directorate: str | None, to: Actor) -> Area:
    """Find what a caller names by id or code.

    Raises TeamNotFoundError and DirectorateNotFoundError.
    """
    if team is not None:
        found = await door.fetchval("SELECT id FROM team WHERE $1 IN (code, id::text)", team)
        if found is None or (to.teams is not None and found not in to.teams):
            raise TeamNotFoundError
        return Area(teams=frozenset({found}), team=found)
    if directorate is None:
        return Area(teams=to.teams)
    found = await door.fetchval(
        "SELECT id FROM directorate d WHERE $1 IN (code, id::text) AND ($2::uuid[] IS NULL"
        " OR EXISTS (SELECT FROM team_placement p"
        "             WHERE p.directorate_id = d.id AND p.team_id = ANY($2)))",
        directorate,
        None if to.teams is None else list(to.teams),
    )
    if found is None:
        raise DirectorateNotFoundError
    return Area(teams=to.teams, directorate=found)


async def totals(
    door: Statement,
    dimension: str,
    between: tuple[date, date],
    within: Area,
    per: Per | None = None,
) -> dict[str, Totals]:
    """Give what was counted by period; the period is '' without `per`."""
    teams = None if within.teams is None else list(within.teams)
    statement = f"""
SELECT {"c.month" if per else "NULL::date"} AS month, c.dimension, c.value, {_SUMS}
  FROM feedback_monthly c {_PLACED if within.directorate else ""}
 WHERE {_COUNTED}
       AND {"c.team_id = ANY($4)" if teams is not None else "$4::uuid[] IS NULL"}
       AND {"p.directorate_id = $5" if within.directorate else "$5::uuid IS NULL"}
 GROUP BY 1, 2, 3"""
    rows = await door.fetch(statement, *between, [dimension, "source"], teams, within.directorate)
    found: dict[str, Totals] = {}
    for row in rows:
        counts = tuple(row[name] for name in _ALL)
        if any(counts):
            period = periods.name(row["month"], per) if per else ""
            told = found.setdefault(period, {dimension: {}, "source": {}})
            for code, sign in lines(dimension, row):
                _add(told[dimension], code, tuple(sign * number for number in counts))
            if row["dimension"] == "source":
                _add(told["source"], row["value"], counts)
    return found


def _add(told: dict[str, tuple[int, ...]], code: str, counts: tuple[int, ...]) -> None:
    before = told.get(code, (0,) * len(_ALL))
    told[code] = tuple(a + b for a, b in zip(before, counts, strict=True))


def lines(dimension: str, row: Any) -> list[tuple[str, int]]:
    """Name the codes that a row is added to or taken from.

    The roll-up tells a language only where one is given: not recorded is everybody without them.
    """
    if row["dimension"] == dimension:
        told = [(row["value"], 1)]
        return [*told, (NOT_RECORDED, -1)] if dimension == Dimension.LANGUAGE else told
    return [(NOT_RECORDED, 1)] if dimension == Dimension.LANGUAGE else []


async def by_month(door: Statement, dimension: str, between: tuple[date, date]) -> list[Any]:
    """Give the trust's rows (month, dimension, value, responses, answered)."""
    return await _rows(door, "c.month", "", dimension, between)


async def by_directorate(door: Statement, dimension: str, between: tuple[date, date]) -> list[Any]:
    """Give the same by directorate too, which is `place`; None of a team that stood in none."""
    shown = "c.month, p.directorate_id AS place"
    return await _rows(door, shown, f" LEFT {_PLACED.strip()}", dimension, between)


async def by_team(
    door: Statement, dimension: str, between: tuple[date, date], within: Iterable[UUID]
) -> list[Any]:
    """Give rows with `place` and `team` of the directorates in which these teams ever stood."""
    placed = f"""{_PLACED}
       AND p.directorate_id IN (SELECT directorate_id FROM team_placement
                                 WHERE team_id = ANY($4))"""
    shown = "p.directorate_id AS place, c.team_id AS team"
    return await _rows(door, shown, placed, dimension, between, list(within))


async def _rows(
    door: Statement,
    shown: str,
    placed: str,
    dimension: str,
    between: tuple[date, date],
    *more: Any,
) -> list[Any]:
    numbers = ", ".join(str(at) for at in range(1, shown.count(",") + 4))
    statement = f"""
SELECT {shown}, c.dimension, c.value, {_ANSWERED}, {_RESPONSES}
  FROM feedback_monthly c {placed}
 WHERE {_COUNTED}
 GROUP BY {numbers}"""
    wanted = [dimension, "source"] if dimension == Dimension.LANGUAGE else [dimension]
    return await door.fetch(statement, *between, wanted, *more)


_SHOWN: Final = """
SELECT code, title, source, as_of, people::text AS people FROM population_profile"""
_PROFILE: Final = f"""{_SHOWN}
 WHERE people ?| $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)
       AND (team_id = $3 OR directorate_id = $4 OR num_nonnulls(team_id, directorate_id) = 0
            OR directorate_id IN (SELECT directorate_id FROM team_placement
                                   WHERE team_id = $3 AND valid_from <= $2
                                         AND (valid_to IS NULL OR valid_to > $2)))
 ORDER BY team_id IS NULL, directorate_id IS NULL, valid_from DESC, code
 LIMIT 1"""
_NAMED: Final = f"{_SHOWN} WHERE code = $1"


async def profile(
    door: Statement, dimensions: list[str], on: date, within: Area, named: str | None
) -> Any:
    """Give the profile named, or the nearest in force that tells a dimension; None without.

    Nearest is the team's, then its directorate's, then the trust's. Raises ProfileNotFoundError.
    """
    if named is None:
        return await door.fetchrow(_PROFILE, dimensions, on, within.team, within.directorate)
    found = await door.fetchrow(_NAMED, named)
    if found is None:
        raise ProfileNotFoundError
    return found


_DEFINITIONS: Final = """
SELECT valid_from, title, source, codes FROM racialised_definition ORDER BY valid_from"""


async def definitions(door: Statement) -> list[Any]:
    """Give every definition of racialised communities, oldest first; there is always one."""
    return await door.fetch(_DEFINITIONS)


def _columns(kind: type[PopulationProfile | RacialisedDefinition]) -> Columns:
    return {column.key: column for column in kind.__table__.columns}


PROFILES: Final = JsonRows(
    _columns(PopulationProfile), lambda _: select(PopulationProfile), ProfileNotFoundError
)
LISTED: Final = JsonRows(
    _columns(RacialisedDefinition),
    lambda _: select(RacialisedDefinition),
    DefinitionNotFoundError,
)


async def profile_called(session: AsyncSession, code: str) -> PopulationProfile | None:
    found = select(PopulationProfile).where(PopulationProfile.code == code)
    return (await session.scalars(found)).one_or_none()


async def definition_from(session: AsyncSession, day: date) -> RacialisedDefinition | None:
    found = select(RacialisedDefinition).where(RacialisedDefinition.valid_from == day)
    return (await session.scalars(found)).one_or_none()


async def get_profile(session: AsyncSession, code: str) -> PopulationProfile:
    """Read a profile; raises ProfileNotFoundError."""
    found = await profile_called(session, code)
    if found is None:
        raise ProfileNotFoundError
    return found


async def get_definition(session: AsyncSession, day: date) -> RacialisedDefinition:
    """Read the definition that begins on a day; raises DefinitionNotFoundError."""
    found = await definition_from(session, day)
    if found is None:
        raise DefinitionNotFoundError
    return found
