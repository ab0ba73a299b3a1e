"""What people are reminded of each morning, each once: what is near, unanswered, or ends."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement
from app.core.clock import now, today
from app.domain.involvement import expiring, telling
from app.domain.involvement.opportunities.models import (
    Opportunity,
    OpportunityStatus,
    OpportunityTime,
)
from app.domain.involvement.participation.models import Participation, ParticipationStatus
from app.domain.involvement.renewal import STEPS, Warned
from app.domain.people.notices import Notice, notify, words
from app.domain.people.register.models import Person, PersonStatus

AHEAD: Final = timedelta(days=3)
"""How long before a time or a check-in somebody is reminded of it."""
UNANSWERED: Final = timedelta(days=7)
GIVEN_UP: Final = timedelta(days=30)  # from when on an unanswered invitation is let be
_LONGEST: Final = STEPS[-1][0]
_DUE: Final = text("SELECT id, person_id, planned_for, lead FROM check_ins_due(:first, :last)")
_IS_ON: Final = (OpportunityStatus.PUBLISHED, OpportunityStatus.CLOSED)


async def of_times(session: AsyncSession) -> int:
    """Remind who has a place of each time that is near; gives how many were found."""
    near = (
        select(Participation, Opportunity, OpportunityTime)
        .join(Opportunity, Opportunity.id == Participation.opportunity_id)
        .join(OpportunityTime, OpportunityTime.opportunity_id == Opportunity.id)
        .join(Person, Person.id == Participation.person_id)
        .where(
            Participation.status == ParticipationStatus.ACCEPTED,
            Opportunity.status.in_(_IS_ON),
            OpportunityTime.starts_at > now(),
            OpportunityTime.starts_at <= now() + AHEAD,
            Person.status != PersonStatus.LEFT,
        )
    )
    rows = (await session.execute(near)).all()
    for participation, opportunity, time in rows:
        starts = time.starts_at.isoformat()
        await telling.told(session, Notice.REMINDER, participation, opportunity, [time], starts)
    return len(rows)


async def of_invitations(session: AsyncSession) -> int:
    """Ask those again, once, who have not answered for a week; gives how many were found."""
    unanswered = (
        select(Participation, Opportunity)
        .join(Opportunity, Opportunity.id == Participation.opportunity_id)
        .join(Person, Person.id == Participation.person_id)
        .where(
            Participation.status == ParticipationStatus.INVITED,
            Participation.asked_at <= now() - UNANSWERED,
            Participation.asked_at > now() - GIVEN_UP,
            Opportunity.status == OpportunityStatus.PUBLISHED,
            or_(Opportunity.apply_by.is_(None), Opportunity.apply_by >= today()),
            Person.status == PersonStatus.ACTIVE,
        )
    )
    rows = (await session.execute(unanswered)).all()
    for participation, opportunity in rows:
        await telling.told(session, Notice.NUDGE, participation, opportunity, ())
    return len(rows)


async def of_ends(session: AsyncSession) -> int:
    """Warn people 60, 30 and 7 days before a check or a course ends; gives how many were found."""
    door = await statement.within(session)
    found = [
        each
        async for each in expiring.warned(door, _LONGEST)
        if each["person_id"] is not None and each["warning"] != Warned.EXPIRED
    ]
    for each in found:
        values = {"day": words.day(date.fromisoformat(each["expires_on"]))}
        notice = Notice.CHECK_EXPIRY
        if each["kind"] == "course":
            notice, values["course"] = Notice.TRAINING_EXPIRY, each["what"]
        await notify(
            session,
            person_id=UUID(each["person_id"]),
            notice=notice,
            values=values,
            once=f"{notice}:{each['id']}:{each['warning']}",
        )
    return len(found)


async def of_check_ins(session: AsyncSession) -> int:
    """Remind people of a talk with their named lead that is near; gives how many were found."""
    rows = (await session.execute(_DUE, {"first": today(), "last": today() + AHEAD})).all()
    for row in rows:
        await notify(
            session,
            person_id=row.person_id,
            notice=Notice.CHECK_IN,
            values={"day": words.day(row.planned_for), "lead": row.lead},
            once=f"{Notice.CHECK_IN}:{row.id}:{row.planned_for}",
        )
    return len(rows)


ALL: Final = (of_times, of_invitations, of_ends, of_check_ins)
