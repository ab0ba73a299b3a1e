"""Commands on contacts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import flush
from app.core.errors import NotFoundError
from app.domain.organisation import service
from app.domain.organisation.contacts import queries
from app.domain.organisation.contacts.errors import REFUSALS, ContactNotFoundError
from app.domain.organisation.contacts.models import Contact, ContactKind
from app.domain.organisation.errors import DirectorateNotFoundError, TeamNotFoundError
from app.domain.organisation.models import Directorate, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    kind: ContactKind
    name: str
    email: str
    valid_from: date
    valid_to: date | None = None
    team_id: UUID | None = None
    directorate_id: UUID | None = None


async def create(session: AsyncSession, new: NewContact, *, by: Actor) -> Contact:
    """Name a contact.

    Raises ContactTakenError, ContactPlaceError, ContactPeriodError, InvalidError, and
    TeamNotFoundError or DirectorateNotFoundError for a place that is not the caller's.
    """
    contact = Contact()
    contact.set({name: getattr(new, name) for name in new.__slots__})
    if refusal := _not_theirs(contact, by):
        raise refusal
    if new.team_id is not None:
        await service.named(session, Team, new.team_id, "team_id")
    if new.directorate_id is not None:
        await service.named(session, Directorate, new.directorate_id, "directorate_id")
    session.add(contact)
    await flush(session, REFUSALS)
    return contact


async def to_change(session: AsyncSession, id_: UUID, *, by: Actor) -> Contact:
    """Load a contact of a place that is the caller's; raises ContactNotFoundError."""
    contact = await queries.get(session, id_)
    if _not_theirs(contact, by):
        raise ContactNotFoundError
    return contact


async def change(session: AsyncSession, contact: Contact, told: Mapping[str, Any]) -> None:
    """Change who it is, or for how long; raises ContactTakenError, ContactPeriodError."""
    contact.set(told)
    await flush(session, REFUSALS)


async def delete(session: AsyncSession, contact: Contact) -> None:
    """Forget a contact; the log keeps that there was one."""
    await session.delete(contact)
    await session.flush()


def _not_theirs(contact: Contact, actor: Actor) -> NotFoundError | None:
    """Find what a caller who is limited to places is told of a contact of another one."""
    if actor.teams is None:
        return None
    if contact.team_id is not None:
        return None if contact.team_id in actor.teams else TeamNotFoundError()
    held = actor.directorates or frozenset()
    return None if contact.directorate_id in held else DirectorateNotFoundError()
