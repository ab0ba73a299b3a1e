"""Messages to involvement leads while a return that is nearly due is not signed."""

from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.domain.feedback.modes.national import CATEGORIES, NationalService
from app.domain.feedback.returns import service
from app.domain.feedback.returns.service import Due
from app.domain.organisation.contacts import queries as contacts
from app.domain.organisation.contacts.models import ContactKind
from app.domain.organisation.models import Placement
from app.domain.people.messages.service import send

KIND: Final = "fft_return_reminder"
STAGES: Final = (1, 5)
"""Days before the deadline from which one is reminded, the last first; once at each."""

_NAMES: Final = {
    NationalService.MENTAL_HEALTH: "mental health",
    NationalService.COMMUNITY: "community healthcare",
}
_TEXT: Final = """\
The Friends and Family Test return for {service} of {month:%B %Y} is due on {due:%A %-d %B %Y}.
{state}

It cannot be corrected after it is published nationally. Its checks say what is missing.
"""


async def remind(session: AsyncSession) -> int:
    """Promise the reminders that are due today; gives for how many returns.

    Doing so again on the same day, or any day of the same stage, sends none twice.
    """
    last = service.last_month()
    told = [each for month in (_before(last), last) for each in await service.due(session, month)]
    count = 0
    for due in told:
        stage = next((days for days in STAGES if 0 <= due.deadline.days_left <= days), None)
        if stage is None or due.signed is not None or not await _has_teams(session, due):
            continue
        count += 1
        for lead in await contacts.find(session, {ContactKind.INVOLVEMENT_LEAD}, None, today()):
            await send(
                session,
                kind=KIND,
                to=lead,
                subject=f"FFT return due: {_NAMES[due.service]}, {due.month:%B %Y}",
                text=_text(due),
                once=f"{KIND}:{due.service}:{due.month:%Y-%m}:{stage}:{lead.id}",
            )
    return count


def _before(month: date) -> date:
    """Give the month before: a late working day may fall into the month after the next."""
    return (
        month.replace(year=month.year - 1, month=12)
        if month.month == 1
        else month.replace(month=month.month - 1)
    )


def _text(due: Due) -> str:
    state = "Nobody has drafted it." if due.draft is None else "It is drafted, but not signed off."
    return _TEXT.format(
        service=_NAMES[due.service], month=due.month, due=due.deadline.due, state=state
    )


async def _has_teams(session: AsyncSession, due: Due) -> bool:
    """Tell whether the trust has anything to return: not every trust makes both returns."""
    found = await session.scalar(
        select(Placement.id)
        .where(
            Placement.fft_category.in_(CATEGORIES[due.service]),
            Placement.valid_from <= due.month,
            Placement.valid_to.is_(None) | (Placement.valid_to > due.month),
        )
        .limit(1)
    )
    return found is not None
