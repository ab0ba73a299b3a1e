"""Reads of payment choices."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.reimbursements.choices.models import PaymentChoice

# From when on it is too late to choose for a day: when the first session of that day begins, or
# where no time is told, when the day is over.
_BEGINS: Final = text("SELECT activity_begins(:participation, :day)")


async def of_participation(
    session: AsyncSession, participation_id: UUID
) -> Sequence[PaymentChoice]:
    """Give what was chosen for an activity, newest first."""
    found = select(PaymentChoice).where(PaymentChoice.participation_id == participation_id)
    order = found.order_by(PaymentChoice.made_at.desc(), PaymentChoice.id.desc())
    return (await session.scalars(order)).all()


async def get(session: AsyncSession, id_: UUID) -> PaymentChoice:
    return await session.get_one(PaymentChoice, id_)


async def standing(
    session: AsyncSession, participation_id: UUID, day: date
) -> PaymentChoice | None:
    """Give the choice that stands for an activity's day: the newest made before it began."""
    begins: datetime = (
        await session.scalars(_BEGINS, {"participation": participation_id, "day": day})
    ).one()
    found = select(PaymentChoice).where(
        PaymentChoice.participation_id == participation_id, PaymentChoice.made_at < begins
    )
    return await session.scalar(
        found.order_by(PaymentChoice.made_at.desc(), PaymentChoice.id.desc()).limit(1)
    )
