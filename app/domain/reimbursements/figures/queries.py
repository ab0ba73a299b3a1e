"""Reads of published figures."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.domain.reimbursements.figures.models import BenefitFigure

F = BenefitFigure


async def current(session: AsyncSession) -> Sequence[BenefitFigure]:
    """Give the figure of each name that holds today, by name."""
    found = select(F).where(F.valid_from <= today()).order_by(F.name, F.valid_from, F.id)
    # The last of a name stays: there is one a year.
    return list({figure.name: figure for figure in await session.scalars(found)}.values())


async def get(session: AsyncSession, id_: UUID) -> BenefitFigure:
    return await session.get_one(BenefitFigure, id_)
