"""Commands on equality monitoring, and reading it, which is noted too."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import flush
from app.domain.people.monitoring import queries
from app.domain.people.monitoring.errors import REFUSALS
from app.domain.people.monitoring.models import AccessKind, Monitoring, MonitoringAccess
from app.domain.people.register.models import Person

_OPEN: Final = text("SELECT set_config('everyvoice.monitoring', :person, true)")


async def read(session: AsyncSession, person: Person, reason: str, *, by: Actor) -> Monitoring:
    """Read what somebody told, and leave a trace of who did and why."""
    async with opened(session, person):
        await _note(session, person, AccessKind.READ, reason, by)
        return await queries.get(session, person)


async def change(
    session: AsyncSession, person: Person, told: Mapping[str, Any], reason: str, *, by: Actor
) -> Monitoring:
    """Put down what an opened person told, and leave a trace of who did and why.

    Raises PersonMergedError, CodeUnknownError, DisabilityAloneError.
    """
    await _note(session, person, AccessKind.CHANGED, reason, by)
    return await _tell(session, person, told)


async def own(session: AsyncSession, person: Person) -> Monitoring:
    """Read what one told oneself."""
    async with opened(session, person):
        return await queries.get(session, person)


async def set_own(session: AsyncSession, person: Person, told: Mapping[str, Any]) -> Monitoring:
    """Tell of oneself; raises PersonMergedError, CodeUnknownError, DisabilityAloneError."""
    async with opened(session, person):
        return await _tell(session, person, told)


@asynccontextmanager
async def opened(session: AsyncSession, person: Person) -> AsyncIterator[None]:
    """Let the database show one person's row meanwhile; it shows none otherwise."""
    await session.execute(_OPEN, {"person": str(person.id)})
    yield
    await session.execute(_OPEN, {"person": ""})


async def _tell(session: AsyncSession, person: Person, told: Mapping[str, Any]) -> Monitoring:
    person.unmerged()
    monitoring = await queries.get(session, person)
    monitoring.tell(told)
    session.add(monitoring)
    await flush(session, REFUSALS)
    return monitoring


async def _note(
    session: AsyncSession, person: Person, kind: AccessKind, reason: str, by: Actor
) -> None:
    noted = MonitoringAccess(person_id=person.id, kind=kind, reason=reason, accessed_by=by.id)
    session.add(noted)
    await session.flush()
