"""Commands on the cap that somebody sets for themselves: set, take away."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import flush
from app.domain.people.supporters.service import Whose
from app.domain.reimbursements.caps.errors import REFUSALS
from app.domain.reimbursements.caps.models import PaymentCap


async def set_cap(
    session: AsyncSession, cap: PaymentCap | None, told: Mapping[str, Any], *, by: Whose
) -> PaymentCap:
    """Set a person's cap, in place of one that stands; raises CapStartError."""
    made = cap or PaymentCap(person_id=by.person.id)
    for name, value in {**told, "set_by": by.by.id}.items():
        setattr(made, name, value)
    made.startable()
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def remove(session: AsyncSession, cap: PaymentCap) -> None:
    """Take a cap away; nothing is left of it."""
    await session.delete(cap)
    await session.flush()
