"""Commands on reverse mentoring: pair, meet, end."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now, today
from app.core.db import flush
from app.domain.involvement.mentoring import queries
from app.domain.involvement.mentoring.errors import REFUSALS
from app.domain.involvement.mentoring.models import MentoringMeeting, MentoringPair
from app.domain.involvement.naming import service as naming


async def pair(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> MentoringPair:
    """Let a person be the mentor of a member of staff.

    Raises PersonNotFoundError, PersonMergedError, StaffUnknownError, MentoringOverlapError.
    """
    await naming.check_person(session, told["person_id"], by=by)
    await naming.check_staff(session, told["user_id"])
    made = MentoringPair(ended_on=None, learning=None)
    made.tell(told)
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def change(session: AsyncSession, found: MentoringPair, told: Mapping[str, Any]) -> None:
    """Correct goals or the start.

    Raises MentoringEndedError, MentoringDayError, MentoringOverlapError.
    """
    found.tell(told, await queries.met(session, found))
    await flush(session, REFUSALS)


async def meet(
    session: AsyncSession, found: MentoringPair, on: date, note: str | None
) -> MentoringMeeting:
    """Note that a pair met.

    Raises MentoringEndedError, DayInFutureError, MentoringDayError, MentoringMeetingTakenError.
    """
    found.meet(on, today())
    made = MentoringMeeting(pair_id=found.id, met_on=on, note=note)
    session.add(made)
    found.updated_at = now()  # its version is the one that callers know its meetings by
    await flush(session, REFUSALS)
    return made


async def end(session: AsyncSession, found: MentoringPair, on: date, learning: str) -> None:
    """End a pair; raises MentoringEndedError, DayInFutureError, MentoringDayError."""
    found.end(on, learning, met=await queries.met(session, found), today=today())
    await flush(session, REFUSALS)
