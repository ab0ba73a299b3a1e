"""Commands on checks: note what was seen, take a mistake back, decide how long a level counts."""

from datetime import date

from sqlalchemy import Date, Interval, cast, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now, today
from app.core.db import flush
from app.domain.involvement.checks import queries
from app.domain.involvement.checks.errors import REFUSALS
from app.domain.involvement.checks.models import DbsCheck, DbsLevel, DbsPolicy
from app.domain.people.register.errors import HELD
from app.domain.people.register.models import Person


async def note(
    session: AsyncSession, person: Person, level: DbsLevel, issued_on: date, *, by: Actor
) -> DbsCheck:
    """Note a certificate that was seen.

    Raises CheckPolicyNotFoundError, PersonMergedError, CheckInFutureError, CheckRecordedError.
    """
    policy = await queries.policy(session, level)
    check = DbsCheck.seen(person, policy, issued_on, today=today(), by=by.id)
    session.add(check)
    await flush(session, REFUSALS)
    return check


async def take_back(session: AsyncSession, check: DbsCheck) -> None:
    """Delete what was noted by mistake; raises PersonHeldError."""
    await session.delete(check)
    await flush(session, HELD)


async def renew_after(session: AsyncSession, policy: DbsPolicy, months: int) -> None:
    """Decide how long a level counts; every check of that level counts so long from now on."""
    policy.months = months
    await session.flush()
    length = cast(func.make_interval(0, months), Interval())
    await session.execute(
        update(DbsCheck)
        .where(DbsCheck.level == policy.level)
        .values(
            expires_on=cast(DbsCheck.issued_on + length, Date()),
            version=DbsCheck.version + 1,
            updated_at=now(),
        )
        .execution_options(synchronize_session=False)
    )
