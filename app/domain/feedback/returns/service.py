"""Commands on returns: draft, check, sign off, and correct what was signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement
from app.core.actor import Actor
from app.core.clock import now, today
from app.core.db import flush
from app.core.errors import DomainError, InvalidError
from app.domain.feedback.modes.national import NationalService
from app.domain.feedback.policy import service as policy
from app.domain.feedback.returns import checks, deadlines, queries
from app.domain.feedback.returns.checks import Check
from app.domain.feedback.returns.deadlines import Deadline
from app.domain.feedback.returns.errors import (
    DraftExistsError,
    FutureMonthError,
    OwnReturnError,
    ReturnNotReadyError,
    ReturnUnchangedError,
)
from app.domain.feedback.returns.figures import Difference, Figures, differences
from app.domain.feedback.returns.models import FftReturn, ReturnStatus
from app.domain.organisation.models import Trust

_REFUSALS: Final[dict[str, type[DomainError]]] = {
    "ix_fft_return_one_draft": DraftExistsError,
    "uq_fft_return_month_service_number": DraftExistsError,
    "ck_fft_return_signed_by_another": OwnReturnError,
}


@dataclass(frozen=True, slots=True)
class Due:
    """How far a service's return of a month has come."""

    service: NationalService
    month: date
    deadline: Deadline
    draft: FftReturn | None
    signed: FftReturn | None


@dataclass(frozen=True, slots=True)
class Told:
    """A month's figures, and the return that they are taken from, if any."""

    trust_code: str
    trust_name: str
    month: date
    figures: Figures
    made: FftReturn | None


def last_month() -> date:
    """Give the first day of the last month that is over."""
    return (today().replace(day=1) - timedelta(days=1)).replace(day=1)


async def told(
    session: AsyncSession, service: NationalService, month: date, number: int | None, *, to: Actor
) -> Told:
    """Give a month's figures as they are now, or as the return of a number has them.

    Raises ReturnNotFoundError, FutureMonthError.
    """
    queries.whole(to)
    _begun(month)
    trust = (await session.scalars(select(Trust).order_by(Trust.code).limit(1))).one_or_none()
    named = (trust.code, trust.name) if trust else ("", "")
    if number is None:
        found = await queries.figures(await statement.within(session), service, month)
        return Told(*named, month, found, None)
    made = await queries.numbered(session, service, month, number, to=to)
    return Told(*named, month, _figures(made), made)


async def draft(
    session: AsyncSession, service: NationalService, month: date, reason: str | None, *, by: Actor
) -> FftReturn:
    """Take down a month's figures as a draft; after a signed return as its correction.

    Raises DraftExistsError, ReturnUnchangedError, FutureMonthError, InvalidError.
    """
    queries.whole(by)
    _begun(month)
    found = await queries.figures(await statement.within(session), service, month)
    before = await queries.signed(session, service, month)
    if before is not None:
        if not differences(_figures(before), found):
            raise ReturnUnchangedError
        if reason is None:
            raise InvalidError.at("#/reason", "Say why the signed return is corrected", "missing")
    made = FftReturn(
        month=month,
        service=service,
        number=await _next(session, service, month),
        status=ReturnStatus.DRAFT,
        reason=reason,
        figures=found.written(),
        drafted_by=by.id,
    )
    session.add(made)
    await flush(session, _REFUSALS)
    return made


async def _next(session: AsyncSession, service: NationalService, month: date) -> int:
    """Number a month's next return; raises DraftExistsError."""
    made = (await queries.of_month(session, month))[service]
    if made and made[0].status is ReturnStatus.DRAFT:
        raise DraftExistsError
    return made[0].number + 1 if made else 1


async def check(session: AsyncSession, made: FftReturn) -> Sequence[Check]:
    """Check a return against what stands behind it now."""
    door = await statement.within(session)
    found = await queries.found(door, made.service, made.month)
    return checks.check(made.month, _figures(made), found, today())


async def sign_off(session: AsyncSession, made: FftReturn, *, by: Actor) -> None:
    """Sign a return off, which locks it.

    Raises ReturnSignedError, OwnReturnError, and ReturnNotReadyError with the checks that fail.
    """
    made.sign(by=by.id, at=now())
    with session.no_autoflush:
        failed = [
            {"code": each.code, "items": each.items}
            for each in await check(session, made)
            if each.blocking and not each.passed
        ]
    if failed:
        raise ReturnNotReadyError(checks=failed)
    await flush(session, _REFUSALS)


async def discard(session: AsyncSession, made: FftReturn) -> None:
    """Delete a draft; raises ReturnSignedError."""
    made.check_open()
    await session.delete(made)
    await session.flush()


async def corrected(session: AsyncSession, made: FftReturn) -> Sequence[Difference]:
    """Tell what a correction changes of the signed return before it; nothing for a first one."""
    before = await queries.signed(session, made.service, made.month, below=made.number)
    return [] if before is None else differences(_figures(before), _figures(made))


async def deadline(session: AsyncSession, made: FftReturn) -> Deadline:
    """Tell when a return is due."""
    told = await policy.current(session)
    return deadlines.deadline(told, made.service, made.month, today())


async def due(session: AsyncSession, month: date) -> Sequence[Due]:
    """Tell of each service how far its return of a month has come."""
    told, made = await policy.current(session), await queries.of_month(session, month)
    return [
        Due(
            service,
            month,
            deadlines.deadline(told, service, month, today()),
            next((one for one in each if one.status is ReturnStatus.DRAFT), None),
            next((one for one in each if one.status is ReturnStatus.SIGNED), None),
        )
        for service, each in made.items()
    ]


def _begun(month: date) -> None:
    if month > today():
        raise FutureMonthError.at("#/month", "The month has not begun", "not_begun")


def _figures(made: FftReturn) -> Figures:
    return Figures.read(made.service, made.figures)
