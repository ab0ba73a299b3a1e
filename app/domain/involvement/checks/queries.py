from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.involvement.checks.errors import CheckNotFoundError, CheckPolicyNotFoundError
from app.domain.involvement.checks.models import DbsCheck, DbsLevel, DbsPolicy
from app.domain.people.register.models import Person


async def of(session: AsyncSession, person: Person) -> Sequence[DbsCheck]:
    """Give a person's checks, the one that counts longest first."""
    found = select(DbsCheck).where(DbsCheck.person_id == person.id)
    return (await session.scalars(found.order_by(DbsCheck.expires_on.desc(), DbsCheck.id))).all()


async def get(session: AsyncSession, person: Person, id_: UUID) -> DbsCheck:
    """Load one check of a person; raises CheckNotFoundError."""
    found = await session.get(DbsCheck, id_)
    if found is None or found.person_id != person.id:
        raise CheckNotFoundError
    return found


async def policies(session: AsyncSession) -> Sequence[DbsPolicy]:
    """Give after how many months each level is checked again, lowest level first."""
    found = await session.scalars(select(DbsPolicy))
    return sorted(found, key=lambda each: tuple(DbsLevel).index(each.level))


async def policy(session: AsyncSession, level: DbsLevel, *, lock: bool = False) -> DbsPolicy:
    """Load after how many months a level is checked again; raises CheckPolicyNotFoundError."""
    found = select(DbsPolicy).where(DbsPolicy.level == level)
    policy = await session.scalar(found.with_for_update() if lock else found)
    if policy is None:
        raise CheckPolicyNotFoundError
    return policy
