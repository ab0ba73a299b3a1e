from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.feedback.policy.models import Policy


async def current(session: AsyncSession) -> Policy:
    """Give what the trust has decided."""
    return (await session.scalars(select(Policy))).one()


async def change(session: AsyncSession, policy: Policy, told: Mapping[str, Any]) -> None:
    """Decide anew; what was done under the policy before stays as it is."""
    for name, value in told.items():
        setattr(policy, name, value)
    await session.flush()
