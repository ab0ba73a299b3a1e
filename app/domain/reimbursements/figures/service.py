"""The one command on published figures: to add one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.domain.reimbursements.figures.models import BenefitFigure


async def add(session: AsyncSession, told: Mapping[str, Any], *, by: Actor) -> BenefitFigure:
    """Add a figure as it was published; those before it stay."""
    made = BenefitFigure(**told, added_by=by.id)
    session.add(made)
    await session.flush()
    return made
