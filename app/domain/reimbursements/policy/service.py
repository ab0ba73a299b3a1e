from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.reimbursements.policy.models import ReimbursementPolicy


async def current(session: AsyncSession) -> ReimbursementPolicy:
    """Give what the trust has decided."""
    return (await session.scalars(select(ReimbursementPolicy))).one()


async def change(
    session: AsyncSession, policy: ReimbursementPolicy, told: Mapping[str, Any]
) -> None:
    """Decide anew; what was decided on under the policy before stays as it is."""
    for name, value in told.items():
        setattr(policy, name, value)
    await session.flush()
