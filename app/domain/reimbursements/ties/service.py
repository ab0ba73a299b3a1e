"""Who on the register is a user too, so that nobody has a hand in their own money."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.db import flush
from app.domain.people.register.models import Person
from app.domain.reimbursements.ties.errors import REFUSALS, TieNotFoundError
from app.domain.reimbursements.ties.models import PersonUser


async def of_person(session: AsyncSession, person: Person) -> Sequence[PersonUser]:
    """Give the users that a person is noted to be."""
    found = select(PersonUser).where(PersonUser.person_id == person.id)
    return (await session.scalars(found.order_by(PersonUser.id))).all()


async def note(session: AsyncSession, person: Person, user_id: UUID, *, by: Actor) -> PersonUser:
    """Note that a person is a user too; raises UserNotFoundError, TieKnownError."""
    made = PersonUser(person_id=person.id, user_id=user_id, noted_by=by.id)
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def forget(session: AsyncSession, person: Person, user_id: UUID) -> None:
    """Take back what was noted; raises TieNotFoundError."""
    found = select(PersonUser).where(
        PersonUser.person_id == person.id, PersonUser.user_id == user_id
    )
    tie = await session.scalar(found)
    if tie is None:
        raise TieNotFoundError
    await session.delete(tie)
    await session.flush()
