"""Commands on the library: keep resources and their formats, ask for a missing one, answer."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now, today
from app.core.db import flush
from app.domain.people.resources import queries
from app.domain.people.resources.errors import REFUSALS
from app.domain.people.resources.models import (
    FormatRequest,
    RequestState,
    Resource,
    ResourceFormat,
)


async def add(session: AsyncSession, told: Mapping[str, Any]) -> Resource:
    """Put a resource into the library."""
    made = Resource(**told)
    session.add(made)
    await session.flush()
    return made


async def change(session: AsyncSession, resource: Resource, told: Mapping[str, Any]) -> None:
    """Correct what is said of a resource, or when it is reviewed next."""
    resource.tell(told)
    await session.flush()


async def remove(session: AsyncSession, resource: Resource) -> None:
    """Take a resource out, with its formats and the requests for others."""
    for part in (FormatRequest, ResourceFormat):
        await session.execute(delete(part).where(part.resource_id == resource.id))
    await session.delete(resource)
    await session.flush()


async def add_format(
    session: AsyncSession, resource: Resource, told: Mapping[str, Any], *, by: Actor
) -> ResourceFormat:
    """Add a format; who asked for it has it then.

    Raises ResourceFormatTakenError, FormatMadeLaterError.
    """
    await queries.check_missing(session, resource, told)
    made = ResourceFormat(resource_id=resource.id)
    made.tell(told, today())
    if asked := await queries.open_request(session, made):
        asked.make(by.id, now())
    session.add(made)
    await _of(session, resource)
    return made


async def change_format(
    session: AsyncSession, resource: Resource, made: ResourceFormat, told: Mapping[str, Any]
) -> None:
    """Tell where a format is now, and from when; raises FormatMadeLaterError."""
    made.tell(told, today())
    await _of(session, resource)


async def remove_format(session: AsyncSession, resource: Resource, made: ResourceFormat) -> None:
    """Take a format out."""
    await session.delete(made)
    await _of(session, resource)


async def ask(
    session: AsyncSession, resource: Resource, told: Mapping[str, Any], *, by: Actor
) -> FormatRequest:
    """Ask for a format; raises ResourceFormatTakenError, FormatRequestedError."""
    await queries.check_missing(session, resource, told)
    made = FormatRequest(resource_id=resource.id, state=RequestState.ASKED, asked_by=by.id, **told)
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def decline(session: AsyncSession, request: FormatRequest, reason: str, *, by: Actor) -> None:
    """Say why a format is not made; raises FormatRequestClosedError."""
    request.decline(reason, by.id, now())
    await session.flush()


async def _of(session: AsyncSession, resource: Resource) -> None:
    """Write it, as a change of the resource: its version is the one its formats are known by."""
    resource.updated_at = now()
    await flush(session, REFUSALS)
