"""What stands in a person's calendar."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.statement import Statement
from app.domain.involvement.calendars.errors import CalendarNotFoundError
from app.domain.involvement.calendars.icalendar import Event, written
from app.domain.involvement.calendars.models import Calendar, digest
from app.domain.involvement.opportunities.models import OpportunityStatus
from app.domain.people.register.models import Person

_NAME: Final = "Every Voice"
# Times of what the person has a place in; what was cancelled stays, so that programs strike it out.
_TEXT: Final = """
SELECT t.id, t.starts_at, t.ends_at, o.title, o.summary, o.place, o.link, o.status,
       o.cancelled_because, o.updated_at, o.version
  FROM person_calendar c
  LEFT JOIN participation p ON p.person_id = c.person_id
       AND p.status IN ('accepted', 'attended', 'did_not_attend', 'completed')
  LEFT JOIN opportunity o ON o.id = p.opportunity_id
  LEFT JOIN opportunity_time t ON t.opportunity_id = o.id
 WHERE c.hash = $1 ORDER BY t.starts_at, t.id"""


async def get(session: AsyncSession, person: Person) -> Calendar | None:
    return await session.scalar(select(Calendar).where(Calendar.person_id == person.id))


async def made(session: AsyncSession, person: Person) -> Calendar:
    """Load a person's calendar; raises CalendarNotFoundError."""
    found = await get(session, person)
    if found is None:
        raise CalendarNotFoundError
    return found


async def read(door: Statement, token: str) -> bytes:
    """Write the calendar that a token opens, as iCalendar; raises CalendarNotFoundError."""
    rows = await door.fetch(_TEXT, digest(token))
    if not rows:
        raise CalendarNotFoundError
    return written(_NAME, [_event(row) for row in rows if row["id"] is not None])


def _event(row: Mapping[str, Any]) -> Event:
    return Event(
        uid=f"{row['id']}@everyvoice",
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        changed_at=row["updated_at"],
        sequence=row["version"],
        title=row["title"],
        text=row["cancelled_because"] or row["summary"],
        place=row["place"],
        link=row["link"],
        cancelled=row["status"] == OpportunityStatus.CANCELLED,
    )
