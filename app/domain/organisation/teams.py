"""Commands on teams: what they are, where they stand and by which codes sources know them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import jobs
from app.core.clock import now, today
from app.core.db import flush
from app.core.errors import InvalidError
from app.core.ids import uuid7
from app.domain.organisation import coding, placing, queries, service
from app.domain.organisation.errors import REFUSALS, ClosedBeforeOpenedError
from app.domain.organisation.models import (
    Directorate,
    FftCategory,
    Placement,
    Segment,
    Service,
    Setting,
    Team,
    TeamLocation,
)
from app.domain.organisation.placing import EARLIEST, Stand, Stay
from app.domain.organisation.rewriting import Rewrite, held, stays

LOCATED: Final = "location_codes_begun"  # the topic whose handler lets waiting events go on


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTeam:
    """A team to be; it stands in its service's directorate where no other is named.

    Where no `effective_from` is told it has always stood there, so that every response counts.
    """

    code: str
    name: str
    service_id: UUID
    segment: Segment
    setting: Setting
    directorate_id: UUID | None = None
    pathway: str | None = None
    fft_category: FftCategory | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    location_codes: coding.Codes = field(default_factory=dict)
    effective_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamChange:
    """What is told anew of a team: of itself, of where it stands, of its codes by source."""

    itself: Mapping[str, Any] = field(default_factory=dict)
    place: Mapping[str, Any] = field(default_factory=dict)
    location_codes: coding.Codes = field(default_factory=dict)
    effective_from: date | None = None
    location_codes_from: date | None = None


async def create(session: AsyncSession, new: NewTeam) -> Team:
    """Add a team where it stands, with its codes.

    Raises CodeTakenError, LocationCodeTakenError, ClosedBeforeOpenedError, InvalidError.
    """
    await service.alone(session)
    since = placing.month_start(new.effective_from or EARLIEST)
    place = await _place(session, new.service_id, new.directorate_id)
    stand = Stand(
        **place,
        segment=new.segment,
        setting=new.setting,
        pathway=new.pathway,
        fft_category=new.fft_category,
    )
    trust = await service.trust_code(session)
    team = Team(id=uuid7(), code=new.code, name=new.name, trust_code=trust)
    set_of(team, {"opened_on": new.opened_on, "closed_on": new.closed_on})
    session.add(team)
    await flush(session, REFUSALS)
    rewrite = Rewrite()
    rewrite.place(team.id, [], [Stay(stand, since)])
    others = await _others(session, team.id, new.location_codes)
    rewrite.locate(team.id, [], coding.added([], new.location_codes, others, since, None))
    await write(session, rewrite)
    return team


async def change(session: AsyncSession, team: Team, told: TeamChange) -> None:
    """Change a team; what it was before the change's month or day stays as it was.

    Raises CodeTakenError, LocationCodeTakenError, PlacementContradictedError,
    ClosedBeforeOpenedError, InvalidError.
    """
    await service.alone(session)
    since = placing.month_start(told.effective_from or placing.this_month())
    set_of(team, told.itself)
    rewrite = Rewrite()
    rows = await _history(session, Placement, team.id)
    wanted = stays(rows)
    if place := dict(told.place):
        if "service_id" in place or "directorate_id" in place:
            place |= await _place(session, place.get("service_id"), place.get("directorate_id"))
        wanted = placing.changed(wanted, place, since)
        rewrite.place(team.id, rows, wanted)
    if codes := told.location_codes:
        day, first = told.location_codes_from, wanted[0].valid_from
        _check_placed(day, first, "location_codes_from")
        located = await _history(session, TeamLocation, team.id)
        others = await _others(session, team.id, codes)
        kept = coding.ended(held(located), codes, day or today())
        rewrite.locate(team.id, located, coding.added(kept, codes, others, first, day))
    if rewrite:
        team.updated_at = now()  # its version is the one that callers know all of it by
    await flush(session, REFUSALS)
    await write(session, rewrite)


async def add_location(
    session: AsyncSession, team: Team, source: str, code: str, since: date | None
) -> None:
    """Let a source's code be this team's too; nothing changes where it is already.

    Raises LocationCodeTakenError, InvalidError.
    """
    await service.alone(session)
    rows = await _history(session, Placement, team.id)
    first = rows[0].valid_from
    _check_placed(since, first, "valid_from")
    located = await _history(session, TeamLocation, team.id)
    others = await _others(session, team.id, {source: [code]})
    rewrite = Rewrite()
    wanted = coding.added(held(located), {source: [code]}, others, first, since)
    rewrite.locate(team.id, located, wanted)
    if rewrite:
        team.updated_at = now()
    await rewrite.write(session)


async def delete(session: AsyncSession, team: Team) -> None:
    """Delete a team that nothing refers to, with its placements and codes; raises InUseError."""
    await service.alone(session)
    for row in (
        *await _history(session, Placement, team.id),
        *await _history(session, TeamLocation, team.id),
    ):
        await session.delete(row)
    await session.flush()
    await service.delete(session, team)


async def write(session: AsyncSession, rewrite: Rewrite) -> None:
    """Write what is to change, and let what waits for codes go on once it is committed."""
    await rewrite.write(session)
    if located := rewrite.begun():
        await jobs.put(session, LOCATED, orjson.dumps(located))


def set_of(team: Team, told: Mapping[str, Any]) -> None:
    """Set what is told of a team itself; raises ClosedBeforeOpenedError."""
    for name, value in told.items():
        setattr(team, name, value)
    if team.opened_on and team.closed_on and team.closed_on < team.opened_on:
        raise ClosedBeforeOpenedError.at(
            "#/closed_on", "Closed before it was opened", "closed_before_opened"
        )


async def _place(
    session: AsyncSession, service_id: UUID | None, directorate_id: UUID | None
) -> dict[str, UUID]:
    """Check what is named of a place; the service brings its directorate where none is named."""
    found: dict[str, UUID] = {}
    if service_id is not None:
        named: Service = await service.named(session, Service, service_id, "service_id")
        found = {"service_id": service_id, "directorate_id": named.directorate_id}
    if directorate_id is not None:
        await service.named(session, Directorate, directorate_id, "directorate_id")
        found["directorate_id"] = directorate_id
    return found


def _check_placed(day: date | None, first: date, field_name: str) -> None:
    if day is not None and day < first:
        raise InvalidError.at(
            f"#/{field_name}",
            f"The team stands nowhere before {first.isoformat()}",
            "before_first_placement",
        )


async def _history(session: AsyncSession, kind: Any, team_id: UUID) -> Sequence[Any]:
    return (await queries.histories(session, kind, [team_id])).get(team_id, [])


async def _others(session: AsyncSession, team_id: UUID, codes: coding.Codes) -> list[coding.Held]:
    known = [code for each in codes.values() for code in each]
    statement = select(TeamLocation).where(
        TeamLocation.code.in_(known), TeamLocation.team_id != team_id
    )
    return held((await session.scalars(statement)).all())
