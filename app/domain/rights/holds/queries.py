from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.people.register.models import Person
from app.domain.rights.holds.errors import HoldNotFoundError
from app.domain.rights.holds.models import LegalHold


async def find(session: AsyncSession, person_id: UUID) -> LegalHold | None:
    """Load the hold that stands on a person, or on a record that was merged into theirs."""
    records = select(Person.id).where(or_(Person.id == person_id, Person.merged_into == person_id))
    found = select(LegalHold).where(LegalHold.person_id.in_(records), LegalHold.lifted_on.is_(None))
    return (await session.scalars(found.order_by(LegalHold.person_id != person_id))).first()


async def get(session: AsyncSession, person_id: UUID) -> LegalHold:
    """Load the hold that stands on a person; raises HoldNotFoundError."""
    hold = await find(session, person_id)
    if hold is None:
        raise HoldNotFoundError
    return hold
