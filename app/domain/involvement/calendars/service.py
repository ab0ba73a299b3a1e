"""Commands on calendars: open one by a new address, and close it."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import flush
from app.domain.involvement.calendars import queries
from app.domain.involvement.calendars.models import Calendar, digest, token
from app.domain.people.register.errors import HELD
from app.domain.people.register.models import Person


async def open_to(session: AsyncSession, person: Person) -> tuple[Calendar, str]:
    """Let a person's calendar be read by a new token, which no other call gives again.

    An earlier one opens nothing any more. Raises PersonMergedError.
    """
    person.unmerged()
    told = token()
    calendar = await queries.get(session, person)
    if calendar is None:
        calendar = Calendar(person_id=person.id)
        session.add(calendar)
    calendar.hash = digest(told)
    await session.flush()
    return calendar, told


async def close(session: AsyncSession, calendar: Calendar) -> None:
    """Let nobody read a person's calendar any more; raises PersonHeldError."""
    await session.delete(calendar)
    await flush(session, HELD)
