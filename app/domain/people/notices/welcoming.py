"""Welcoming somebody, and telling them so."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.domain.identity.models import User
from app.domain.people.messages.templates.codes import Notice
from app.domain.people.notices.service import notify
from app.domain.people.register import service as register
from app.domain.people.register.models import Person


async def welcome(session: AsyncSession, person: Person, lead_id: UUID, *, by: Actor) -> None:
    """Let a lead welcome a person, who is told by whom.

    Raises PersonMergedError, PersonStatusError, LeadUnknownError.
    """
    await register.welcome(session, person, lead_id, by=by)
    lead = await session.get_one(User, lead_id)
    await notify(
        session,
        person_id=person.id,
        notice=Notice.WELCOME,
        values={"lead": lead.name},
        once=f"{Notice.WELCOME}:{person.id}:{person.status_since}",
    )
