"""Commands on payment runs: make, release, void, and take in what came of them."""

import hashlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import now, today
from app.core.crypto import Keys, Place, decrypt, encrypt
from app.core.db import flush
from app.core.ids import uuid7
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.layouts import queries as layouts
from app.domain.reimbursements.layouts import rendering
from app.domain.reimbursements.layouts.calendar import BankDays, Lead, bank_days, payroll_days
from app.domain.reimbursements.layouts.models import PaymentLayout
from app.domain.reimbursements.layouts.rows import RunFacts
from app.domain.reimbursements.payments import gathering, queries, settling, telling
from app.domain.reimbursements.payments.errors import (
    REFUSALS,
    LayoutMissingError,
    PaymentRunChangedError,
    PaymentRunEmptyError,
    PaymentRunReleaserError,
)
from app.domain.reimbursements.payments.models import (
    ClaimPayment,
    PaymentFile,
    PaymentFileRead,
    PaymentRun,
    PaymentStatus,
    RunStatus,
)
from app.domain.reimbursements.policy import service as policies
from app.domain.reimbursements.policy.models import ReimbursementPolicy

MOST: Final = 10_000
# Vouchers are handed over, and need no file.
FILED: Final = (Route.PAYROLL, Route.ACCOUNTS_PAYABLE, Route.CHARITY)
_TABLE, _COLUMN, _CODEC = "payment_file", "sealed", "latin-1"


@dataclass(frozen=True, slots=True)
class Originator:
    """Who pays, as a Bacs file names them; the trust's settings."""

    name: str = ""
    sort_code: str = ""
    account: str = ""
    service_user_number: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Claims that wait on a layout's route, and how many of them it can pay."""

    route: Route
    layout: str
    claims: int
    payable: int


async def make(
    session: AsyncSession,
    route: Route,
    layout_code: str | None,
    *,
    keys: Keys,
    originator: Originator,
    by: Actor,
) -> PaymentRun:
    """Take what waits on a route into a run, and write its file.

    Whoever does so at the same time takes others. Raises LayoutMissingError,
    PaymentRunEmptyError, PaymentFileError, KeysMissingError.
    """
    layout = await _layout(session, route, layout_code) if route in FILED else None
    if layout is None:
        raise LayoutMissingError
    run = _planned(route, layout, await policies.current(session), by)
    session.add(run)
    await session.flush()
    taken = await gathering.take(session, layout.layout(), run.id, most=MOST)
    if not taken:
        raise PaymentRunEmptyError
    run.payments, run.total_pence = len(taken), sum(taken.values())
    await _write(session, run, layout, keys=keys, originator=originator, by=by)
    await settling.follow(session, taken, by=by.id)
    return run


async def check_release(session: AsyncSession, run: PaymentRun, *, by: Actor) -> None:
    """Refuse where somebody could not release a run as it stands; changes nothing.

    Raises PaymentRunStatusError, PaymentRunReleaserError, PaymentRunChangedError.
    """
    run.stands(RunStatus.MADE)
    if await queries.barred(session, run, by.id):
        raise PaymentRunReleaserError
    if not await queries.stands(session, run):
        raise PaymentRunChangedError


async def release(session: AsyncSession, run: PaymentRun, *, by: Actor) -> None:
    """Let a run go out, as somebody who had no hand in it; raises what `check_release` raises."""
    await check_release(session, run, by=by)
    run.release(by=by.id)
    await flush(session, REFUSALS)
    await _turn(session, run, PaymentStatus.SENT)
    await settling.follow(session, await queries.claims(session, run.id), by=by.id)
    await telling.promise(session, run.id)


async def void(session: AsyncSession, run: PaymentRun, *, by: Actor) -> None:
    """Let a run not go out; what it took waits again. Raises PaymentRunStatusError."""
    run.void()
    await session.flush()
    await _turn(session, run, PaymentStatus.VOID)
    await settling.follow(session, await queries.claims(session, run.id), by=by.id)


async def waiting(session: AsyncSession) -> list[Waiting]:
    """Count for each layout in use the claims that wait on its route, and who can be paid."""
    found = []
    for route in FILED:
        for layout in await layouts.active(session, route):
            claims, payable = await gathering.waiting(session, layout.layout())
            found.append(Waiting(route, layout.code, claims, payable))
    return found


async def file(session: AsyncSession, run: PaymentRun, keys: Keys, *, by: Actor) -> bytes:
    """Give a run's file as it was written, and leave a trace of that.

    Raises KeysMissingError, SealBrokenError.
    """
    session.add(PaymentFileRead(run_id=run.id, read_by=by.id))
    await session.flush()
    kept = await session.get_one(PaymentFile, run.id)
    return decrypt(keys, Place(_TABLE, _COLUMN, run.id), kept.sealed).encode(_CODEC)


async def _layout(session: AsyncSession, route: Route, code: str | None) -> PaymentLayout:
    if code is None:
        found = next(iter(await layouts.active(session, route)), None)
    else:
        found = await layouts.in_use(session, code)
    if found is None or found.route is not route:
        raise LayoutMissingError
    return found


def _planned(
    route: Route, layout: PaymentLayout, policy: ReimbursementPolicy, by: Actor
) -> PaymentRun:
    """Give a run of today that has taken nothing yet."""
    days = _days(route, policy)
    return PaymentRun(
        id=uuid7(),
        route=route,
        layout_id=layout.id,
        status=RunStatus.MADE,
        payments=0,
        total_pence=0,
        made_on=today(),
        input_on=days.input_on,
        processing_on=days.processing_on,
        arrival_on=days.arrival_on,
        file_name="",
        file_bytes=0,
        file_sha256="",
        created_by=by.id,
    )


def _days(route: Route, policy: ReimbursementPolicy) -> BankDays:
    """Give the days of a run made today, by the route's own calendar."""
    if route is Route.PAYROLL:
        return payroll_days(today(), policy.payroll_pay_day, policy.payroll_closes_days)
    return bank_days(today(), Lead())


async def _write(
    session: AsyncSession,
    run: PaymentRun,
    layout: PaymentLayout,
    *,
    keys: Keys,
    originator: Originator,
    by: Actor,
) -> None:
    """Write the file, and keep it sealed with the hash of what was written."""
    facts = RunFacts(
        number=run.number,
        route=run.route,
        created_on=run.made_on,
        input_on=run.input_on,
        processing_on=run.processing_on,
        arrival_on=run.arrival_on,
        count=run.payments,
        total_pence=run.total_pence,
        originator_name=originator.name,
        originator_sort_code=originator.sort_code,
        originator_account=originator.account,
        service_user_number=originator.service_user_number,
    )
    told = layout.layout()
    rows = await gathering.rows(session, keys, run.id, told, by=by.id)
    written = rendering.render(told, facts, rows)
    run.file_name, run.file_bytes = rendering.file_name(told, facts), len(written)
    run.file_sha256 = hashlib.sha256(written).hexdigest()
    sealed = encrypt(keys, Place(_TABLE, _COLUMN, run.id), written.decode(_CODEC))
    session.add(PaymentFile(run_id=run.id, sealed=sealed))
    await session.flush()


async def _turn(session: AsyncSession, run: PaymentRun, status: PaymentStatus) -> None:
    """Let all payments of a run stand otherwise at once."""
    values = {"status": status, "version": ClaimPayment.version + 1, "updated_at": now()}
    await session.execute(update(ClaimPayment).where(ClaimPayment.run_id == run.id).values(values))
