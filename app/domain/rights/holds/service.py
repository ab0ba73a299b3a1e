from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.domain.people.register.models import Person
from app.domain.rights.holds import queries
from app.domain.rights.holds.models import LegalHold


async def put(session: AsyncSession, person: Person, reason: str, *, by: Actor) -> LegalHold:
    """Hold what there is of a person, or say anew why; since when stays. Raises PersonMergedError.

    Whoever erases has locked the person, and so has whoever holds.
    """
    person.unmerged()
    hold = await queries.find(session, person.id)
    if hold is None:
        hold = LegalHold(person_id=person.id, since=today())
        session.add(hold)
    hold.reason, hold.held_by = reason, by.id
    await session.flush()
    return hold


async def lift(session: AsyncSession, hold: LegalHold, *, by: Actor) -> None:
    """Let a hold end; that there was one stays known."""
    hold.lifted_on, hold.lifted_by = today(), by.id
    await session.flush()
