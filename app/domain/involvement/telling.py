"""What people are told of opportunities that they are asked to, applied for, or take part in."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.involvement.opportunities.models import Opportunity, OpportunityTime
from app.domain.involvement.participation.models import Participation, ParticipationStatus
from app.domain.people.messages.templates.codes import KINDS
from app.domain.people.notices import Notice, notify, words

_OPEN: Final = "To be arranged with you"
S = ParticipationStatus
# Who is told that it does not take place.
_CONCERNED: Final = (S.INVITED, S.APPLIED, S.ACCEPTED)


async def tell(
    session: AsyncSession, notice: Notice, participation: Participation, opportunity: Opportunity
) -> None:
    """Tell a person once how they stand with an opportunity."""
    times = await session.scalars(
        select(OpportunityTime)
        .where(OpportunityTime.opportunity_id == opportunity.id)
        .order_by(OpportunityTime.starts_at)
    )
    await told(session, notice, participation, opportunity, times.all())


async def told(
    session: AsyncSession,
    notice: Notice,
    participation: Participation,
    opportunity: Opportunity,
    times: Sequence[OpportunityTime],
    once: str = "",
) -> None:
    """Tell a person of an opportunity at these times; `once` tells apart what is told again."""
    full = {
        "title": opportunity.title,
        "when": "; ".join(words.span(each.starts_at, each.ends_at) for each in times) or _OPEN,
        "where": ", ".join(filter(None, (opportunity.place, opportunity.link))) or _OPEN,
        "because": opportunity.cancelled_because or "",
    }
    await notify(
        session,
        person_id=participation.person_id,
        notice=notice,
        values={name: full[name] for name in KINDS[notice].examples},
        once=":".join(filter(None, (notice, str(participation.id), once))),
    )


async def cancelled(session: AsyncSession, opportunity: Opportunity) -> None:
    """Tell everybody who counts on an opportunity that it does not take place."""
    concerned = select(Participation).where(
        Participation.opportunity_id == opportunity.id, Participation.status.in_(_CONCERNED)
    )
    for each in await session.scalars(concerned):
        await told(session, Notice.CANCELLATION, each, opportunity, ())
