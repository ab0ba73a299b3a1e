"""Reads of payment choices."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import rows
from app.core.statement import Statement
from app.domain.reimbursements.choices.models import PaymentChoice

# The choice that stands for a participation's day: the newest from before it is too late. That is
# when the first session of that day begins, or where no time is told, when the day is over.
STANDING: Final = """
SELECT choice, most_pence, charity_id FROM payment_choice
 WHERE participation_id = $1 AND made_at < activity_begins($1, $2)
 ORDER BY made_at DESC, id DESC LIMIT 1"""


async def of_participation(
    session: AsyncSession, participation_id: UUID
) -> Sequence[PaymentChoice]:
    """Give what was chosen for an activity, newest first."""
    found = select(PaymentChoice).where(PaymentChoice.participation_id == participation_id)
    order = found.order_by(PaymentChoice.made_at.desc(), PaymentChoice.id.desc())
    return (await session.scalars(order)).all()


async def get(session: AsyncSession, id_: UUID) -> PaymentChoice:
    return await session.get_one(PaymentChoice, id_)


async def standing(door: Statement, participation_id: UUID, day: date) -> PaymentChoice | None:
    """Give the choice that stands for an activity's day, with what it says and no more."""
    row = await door.fetchrow(STANDING, participation_id, day)
    return None if row is None else rows.of(PaymentChoice, row)
