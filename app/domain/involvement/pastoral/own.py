"""What a person reads of how they are looked after; the database shows it to them alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement
from app.core.clock import today
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.domain.identity.models import User
from app.domain.involvement.pastoral import queries
from app.domain.involvement.pastoral.errors import ConcernNotFoundError, PastoralPlanNotFoundError
from app.domain.involvement.pastoral.models import Concern, Plan
from app.domain.people.register.models import Person

K = Concern
_OWN: Final = text("SELECT set_config('everyvoice.own', :person, true)")
# Not its notes, nor why it was missed: these are the lead's.
DATES: Final = ("id", "kind", "about", "planned_for", "state", "held_on", "overdue")


def _concerns(_: frozenset[str]) -> Select[Any]:
    mine = K.person_id == bindparam("person", type_=Uuid())
    return select(K).join(User, User.id == K.handler_id).where(mine)


CONCERNS: Final = JsonRows(
    {**dict(K.__table__.columns), "handler": User.__table__.c.name, "overdue": queries.LATE},
    _concerns,
    ConcernNotFoundError,
    K.__table__.c.version,
)


@asynccontextmanager
async def opened(session: AsyncSession, person: Person) -> AsyncIterator[None]:
    """Let the database show a person what is kept of how they are looked after."""
    await session.execute(_OWN, {"person": str(person.id)})
    yield
    await session.execute(_OWN, {"person": ""})


async def plan(session: AsyncSession, person: Person) -> Plan:
    """Load the plan in one's own words; raises PastoralPlanNotFoundError."""
    async with opened(session, person):
        found = await queries.find_plan(session, person)
    if found is None:
        raise PastoralPlanNotFoundError
    return found


async def dates(session: AsyncSession, person: Person, page: Page) -> bytes:
    """Give a page of one's own check-ins as JSON; what their lead wrote of them is not in it."""
    door, told = await statement.within(session), {"person": person.id, "today": today()}
    async with opened(session, person):
        return await queries.CHECK_INS.page(door, DATES, page, told)


async def concern(session: AsyncSession, person: Person, id_: UUID) -> Concern:
    """Load a concern that the person raised before."""
    async with opened(session, person):
        found = await session.scalars(select(K).where(K.id == id_, K.person_id == person.id))
    return found.one()


async def concerns(
    session: AsyncSession, fields: tuple[str, ...], person: Person, page: Page
) -> bytes:
    """Give a page of one's own concerns, and what became of them, as JSON, newest first."""
    door, told = await statement.within(session), {"person": person.id, "today": today()}
    async with opened(session, person):
        return await CONCERNS.page(door, fields, page, told)


async def show_concern(
    session: AsyncSession, fields: tuple[str, ...], person: Person, id_: UUID
) -> tuple[bytes, int]:
    """Give one of one's own concerns as JSON, and its version; raises ConcernNotFoundError."""
    door, told = await statement.within(session), {"person": person.id, "today": today()}
    async with opened(session, person):
        return await CONCERNS.one(door, fields, id_, told)
