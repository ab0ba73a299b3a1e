from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.domain.people.register.models import Person
from app.domain.rights.access import queries
from app.domain.rights.access.models import (
    Identity,
    ReadingPurpose,
    SubjectAccess,
    SubjectReading,
)
from app.domain.rights.access.queries import Held, Subject

_ABOUT: Final = text("SELECT set_config('everyvoice.subject', :id, true)")


async def receive(
    session: AsyncSession, person: Person, on: date, identity: Identity, *, by: Actor
) -> SubjectAccess:
    """Take a request down; raises PersonMergedError, AccessReceivedError."""
    made = SubjectAccess.received(person, on, identity, by=by.id, today=today())
    session.add(made)
    await session.flush()
    return made


async def check(session: AsyncSession, request: SubjectAccess, identity: Identity) -> None:
    """Note how the identity was checked; raises AccessReleasedError."""
    request.check(identity)
    await session.flush()


async def extend(session: AsyncSession, request: SubjectAccess, because: str) -> None:
    """Take two more months; raises AccessReleasedError, AccessExtendedError."""
    request.extend(because)
    await session.flush()


async def release(
    session: AsyncSession, request: SubjectAccess, *, reviewed: bool, by: Actor
) -> None:
    """Note that the person was answered.

    Raises AccessReleasedError, IdentityUncheckedError, ReviewNeededError.
    """
    request.release(reviewed=reviewed, by=by.id, today=today())
    await session.flush()


async def read(
    session: AsyncSession, person_id: UUID, purpose: ReadingPurpose, *, by: UUID
) -> tuple[Subject, list[Held]]:
    """Read everything that is held of a person; that it was read is kept."""
    made = SubjectReading(person_id=person_id, purpose=purpose, read_by=by)
    session.add(made)
    await session.flush()
    found = await queries.subject(session, person_id)
    await about(session, made.id)
    parts = await queries.held(session, found)
    await about(session, None)
    return found, parts


async def about(session: AsyncSession, id_: UUID | None) -> None:
    """Say by which reading or erasure the database's functions work; by none they refuse."""
    await session.execute(_ABOUT, {"id": str(id_ or "")})
