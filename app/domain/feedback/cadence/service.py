"""Commands on what cadence is measured against: empty periods and denominators."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import flush
from app.core.errors import InvalidError
from app.core.ids import uuid7
from app.domain.feedback.cadence.errors import REFUSALS, EmptyPeriodNotFoundError
from app.domain.feedback.cadence.models import EmptyPeriod
from app.domain.organisation import service as organisation
from app.domain.organisation.errors import TeamNotFoundError
from app.domain.organisation.models import Team

_LOAD: Final = text(
    """
    INSERT INTO feedback_denominator AS d
           (id, team_id, month, discharged, eligible, created_at, updated_at, version)
    SELECT *, CAST(:at AS timestamptz), CAST(:at AS timestamptz), 1
      FROM unnest(CAST(:ids AS uuid[]), CAST(:teams AS uuid[]), CAST(:months AS date[]),
                  CAST(:discharged AS int[]), CAST(:eligible AS int[]))
     ORDER BY 2, 3
    ON CONFLICT (team_id, month) DO UPDATE
       SET discharged = excluded.discharged, eligible = excluded.eligible,
           updated_at = excluded.updated_at, version = d.version + 1
     WHERE (d.discharged, d.eligible) IS DISTINCT FROM (excluded.discharged, excluded.eligible)
    """
)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people a team, named by its id or code, discharged and could have asked."""

    team: str
    month: date
    discharged: int | None
    eligible: int | None


async def create_empty(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> EmptyPeriod:
    """Mark a team empty for a time.

    Raises EmptyPeriodTakenError, EmptyPeriodOrderError, InvalidError, TeamNotFoundError.
    """
    if by.teams is not None and told["team_id"] not in by.teams:
        raise TeamNotFoundError
    await organisation.named(session, Team, told["team_id"], "team_id")
    period = EmptyPeriod()
    period.set(told)
    session.add(period)
    await flush(session, REFUSALS)
    return period


async def get_empty(session: AsyncSession, id_: UUID, *, to: Actor) -> EmptyPeriod:
    """Load a period of a team that is the caller's; raises EmptyPeriodNotFoundError."""
    found = await session.get(EmptyPeriod, id_)
    if found is None or (to.teams is not None and found.team_id not in to.teams):
        raise EmptyPeriodNotFoundError
    return found


async def change_empty(session: AsyncSession, period: EmptyPeriod, told: Mapping[str, Any]) -> None:
    """Change a period; raises EmptyPeriodTakenError, EmptyPeriodOrderError."""
    period.set(told)
    await flush(session, REFUSALS)


async def delete_empty(session: AsyncSession, period: EmptyPeriod) -> None:
    """Take back that a team was empty."""
    await session.delete(period)
    await session.flush()


async def load(session: AsyncSession, items: Sequence[Counted], *, by: Actor) -> int:
    """Take denominators in, all or none; gives how many of them said something new.

    Raises InvalidError, with the place of each item whose team is unknown or not the caller's,
    or that is told twice.
    """
    teams = await _teams(session, {item.team for item in items}, by)
    faults, seen = [], set()
    for at, item in enumerate(items):
        place = (teams.get(item.team), item.month)
        if place[0] is None:
            faults.append(_fault(at, "team", "No such team, or you may not see it", "not_found"))
        elif place in seen:
            faults.append(_fault(at, "month", "The team's month is told twice", "repeated"))
        seen.add(place)
    if faults:
        raise InvalidError(errors=faults)
    result = await session.execute(
        _LOAD,
        {
            "at": now(),
            "ids": [uuid7() for _ in items],
            "teams": [teams[item.team] for item in items],
            "months": [item.month for item in items],
            "discharged": [item.discharged for item in items],
            "eligible": [item.eligible for item in items],
        },
    )
    return int(getattr(result, "rowcount", 0))


def _fault(at: int, name: str, detail: str, code: str) -> dict[str, str]:
    return {"pointer": f"#/items/{at}/{name}", "detail": detail, "code": code}


async def _teams(session: AsyncSession, named: Iterable[str], by: Actor) -> dict[str, UUID]:
    """Give the caller's teams by what they are named by: their ids and their codes."""
    found = select(Team.id, Team.code)
    if by.teams is not None:
        found = found.where(Team.id.in_(by.teams))
    known: dict[str, UUID] = {}
    for id_, code in await session.execute(found):
        known |= {str(id_): id_, code: id_}
    return {name: known[name] for name in named if name in known}
