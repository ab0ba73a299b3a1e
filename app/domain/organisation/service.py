"""Commands on directorates and services, and what commands on teams need as well.

They wait for each other, since their rules look at many rows.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.db import Entity, flush
from app.core.errors import InvalidError, NotFoundError
from app.domain.organisation import placing, queries
from app.domain.organisation.errors import (
    REFUSALS,
    InUseError,
    PlacementContradictedError,
    TrustUnnamedError,
)
from app.domain.organisation.models import Directorate, Placement, Service, Team, Trust
from app.domain.organisation.placing import Stay
from app.domain.organisation.rewriting import Rewrite, stays

E = TypeVar("E", bound=Entity)

_ALONE: Final = text("SELECT pg_advisory_xact_lock(7220116)")


async def alone(session: AsyncSession) -> None:
    """Wait until no other transaction changes the organisation."""
    await session.execute(_ALONE)


async def to_change(session: AsyncSession, kind: type[E], id_: UUID) -> E:
    """Load one record with nobody else changing the organisation; raises its NotFoundError."""
    await alone(session)
    return await queries.get(session, kind, id_)


async def trust_code(session: AsyncSession) -> str:
    """Name the trust that this database belongs to; raises TrustUnnamedError."""
    code = await session.scalar(select(Trust.code).order_by(Trust.code).limit(1))
    if code is None:
        raise TrustUnnamedError("Run `everyvoice migrate`")
    return code


async def named(session: AsyncSession, kind: Any, id_: UUID, place: str) -> Any:
    """Load a record that a request names in its body; raises InvalidError."""
    try:
        return await queries.get(session, kind, id_)
    except NotFoundError as error:
        raise InvalidError.at(f"#/{place}", error.title, "not_found") from None


async def create_directorate(session: AsyncSession, code: str, name: str) -> Directorate:
    """Add a directorate to the trust; raises CodeTakenError."""
    made = Directorate(code=code, name=name, trust_code=await trust_code(session))
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def change_directorate(
    session: AsyncSession, directorate: Directorate, told: Mapping[str, Any]
) -> None:
    """Give a directorate another name or code; raises CodeTakenError."""
    for name, value in told.items():
        setattr(directorate, name, value)
    await flush(session, REFUSALS)


async def create_service(
    session: AsyncSession, code: str, name: str, directorate_id: UUID
) -> Service:
    """Add a service line to a directorate; raises CodeTakenError, InvalidError."""
    await alone(session)
    await named(session, Directorate, directorate_id, "directorate_id")
    made = Service(code=code, name=name, directorate_id=directorate_id)
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def change_service(
    session: AsyncSession,
    service: Service,
    told: Mapping[str, Any],
    effective_from: date | None = None,
) -> None:
    """Change a service; where it moves to another directorate its teams move with it.

    The move begins on the first of a month, this one if none is told, and none to come: until
    then a team placed in the service would not know its directorate. Teams that stand apart from
    their service's directorate stay where they are. Raises CodeTakenError, InvalidError, and
    PlacementContradictedError where the service or one of its teams moved again after that month.
    """
    await alone(session)
    since = placing.month_start(effective_from or placing.this_month())
    if since > placing.this_month():
        raise InvalidError.at("#/effective_from", "A service moves at once", "in_the_future")
    old, new = service.directorate_id, told.get("directorate_id", service.directorate_id)
    if new != old:
        await named(session, Directorate, new, "directorate_id")
        await _move(session, service.id, (old, new), since)
    for name, value in told.items():
        setattr(service, name, value)
    await flush(session, REFUSALS)


async def delete(session: AsyncSession, record: Directorate | Service | Team) -> None:
    """Delete what nothing refers to; raises InUseError."""
    await alone(session)
    await session.delete(record)
    try:
        await session.flush()
    except IntegrityError:
        raise InUseError from None


async def _move(
    session: AsyncSession, service_id: UUID, between: tuple[UUID, UUID], since: date
) -> None:
    rewrite = Rewrite()
    for team_id, rows in (await queries.histories(session, Placement)).items():
        history = stays(rows)
        moved = _moved(history, service_id, between, since)
        if moved != history:
            rewrite.place(team_id, rows, moved)
            team = await queries.get(session, Team, team_id)
            team.updated_at = now()  # its version is the one that callers know all of it by
    await rewrite.write(session)


def _moved(
    history: list[Stay], service_id: UUID, between: tuple[UUID, UUID], since: date
) -> list[Stay]:
    """Give a team's history in which its service moves from the first directorate to the other."""
    old, new = between
    later = [
        stay
        for stay in history
        if stay.stand.service_id == service_id and (stay.valid_to is None or stay.valid_to > since)
    ]
    directorates = {stay.stand.directorate_id for stay in later}
    if old not in directorates:
        return history
    if directorates != {old}:
        raise PlacementContradictedError("The service or one of its teams moved after then")
    for stay in later:
        begin, told = max(since, stay.valid_from), {"directorate_id": new}
        history = placing.changed(history, told, begin, stay.valid_to)
    return history
