"""Commands on where people are paid; reading it is one too, since it is kept who did."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.core.crypto import Keys
from app.core.db import flush
from app.core.ids import uuid7
from app.domain.people.register.models import Person
from app.domain.reimbursements.payees import queries, telling
from app.domain.reimbursements.payees.details import BankDetails, opened, rotated
from app.domain.reimbursements.payees.errors import (
    REFUSALS,
    BankAccountInvalidError,
    PayeeOneselfError,
)
from app.domain.reimbursements.payees.models import (
    AccessPurpose,
    AccountStatus,
    BankAccount,
    ConfirmedHow,
    PayeeAccess,
    PayeeNumbers,
    PayeePolicy,
)
from app.domain.reimbursements.payees.modulus import service as modulus
from app.domain.reimbursements.payees.names import name_level
from app.domain.reimbursements.payees.queries import Shown

TABLE: Final = BankAccount.__tablename__


async def read(session: AsyncSession, person: Person, *, by: UUID) -> Shown:
    """Read where somebody is paid, masked, and leave a trace of who did."""
    await note(session, [person.id], AccessPurpose.LOOKED_AT, by=by)
    return await shown(session, person)


async def shown(session: AsyncSession, person: Person) -> Shown:
    """Give where somebody is paid to who has just left a trace."""
    async with queries.opened(session, person.id):
        return await queries.shown(session, person.id)


async def set_account(
    session: AsyncSession, keys: Keys, person: Person, told: BankDetails, *, by: UUID
) -> BankAccount:
    """Propose a bank account; what was proposed before is proposed no more.

    Whoever tells their own sets it as the person. Raises PersonMergedError, KeysMissingError,
    BankAccountInvalidError, PayeeOneselfError.
    """
    person.unmerged()
    verdict = await modulus.checked(session, told.sort_code, told.account_number, today())
    if verdict is None:
        raise BankAccountInvalidError.at(
            "#/account_number", "No number of this sort code ends so", "modulus"
        )
    id_ = uuid7()
    made = BankAccount(
        id=id_,
        person_id=person.id,
        name_level=name_level(told.account_name, filter(None, (person.name, person.known_as))),
        modulus=verdict,
        status=AccountStatus.PROPOSED,
        set_by=by,
        set_on=today(),
        **told.sealed(keys, TABLE, id_),
    )
    await note(session, [person.id], AccessPurpose.CHANGED, by=by)
    async with queries.opened(session, person.id):
        found = await queries.shown(session, person.id)
        if found.proposed is not None:
            found.proposed.end(AccountStatus.SUPERSEDED, by=by, today=today())
            await flush(session, REFUSALS)
        session.add(made)
        await _touched(session, found.numbers)
    await telling.account_changed(session, person.id, id_)
    return made


async def confirm_account(
    session: AsyncSession, person: Person, how: ConfirmedHow, *, by: UUID
) -> None:
    """Let the proposed account take the place of the current one, after the trust's wait.

    Raises PersonMergedError, BankAccountNotProposedError, PayeeSecondPersonError,
    PayeeOneselfError.
    """
    person.unmerged()
    hold = (await queries.policy(session)).hold_days
    async with queries.opened(session, person.id):
        waiting = await queries.proposed(session, person.id)
        found = await queries.shown(session, person.id)
        # A person has one of each: the old account is put away before the new one counts.
        if found.current is not None:
            found.current.end(AccountStatus.SUPERSEDED, by=by, today=today())
            await session.flush()
        waiting.confirm(how, hold, by=by, today=today())
        await note(session, [person.id], AccessPurpose.CONFIRMED, by=by)
        await _touched(session, found.numbers)


async def reject_account(session: AsyncSession, person: Person, *, by: UUID) -> None:
    """Put the proposed account away; raises BankAccountNotProposedError."""
    async with queries.opened(session, person.id):
        waiting = await queries.proposed(session, person.id)
        waiting.end(AccountStatus.REJECTED, by=by, today=today())
        await note(session, [person.id], AccessPurpose.REJECTED, by=by)
        await _touched(session, await queries.numbers(session, person.id))


async def set_numbers(
    session: AsyncSession, person: Person, told: Mapping[str, Any], *, by: UUID
) -> None:
    """Tell the numbers that somebody is paid by, whole.

    Raises PersonMergedError, PayeeOneselfError.
    """
    person.unmerged()
    if by == person.id:
        raise PayeeOneselfError
    found = await queries.numbers(session, person.id)
    found.tell(told, by=by)
    session.add(found)
    await note(session, [person.id], AccessPurpose.CHANGED, by=by)


async def confirm_numbers(session: AsyncSession, person: Person, *, by: UUID) -> None:
    """Let the numbers be used.

    Raises PersonMergedError, PayeeNumbersMissingError, PayeeConfirmedError,
    PayeeSecondPersonError, PayeeOneselfError.
    """
    person.unmerged()
    found = await queries.numbers(session, person.id)
    found.confirm(by=by, today=today())
    await note(session, [person.id], AccessPurpose.CONFIRMED, by=by)


async def shared(session: AsyncSession, person: Person, *, by: UUID) -> Sequence[UUID]:
    """Name who else has an account that somebody has, and leave a trace of who asked."""
    await note(session, [person.id], AccessPurpose.SHARING, by=by)
    return await queries.sharers(session, person.id)


async def decide(session: AsyncSession, policy: PayeePolicy, hold_days: int) -> None:
    """Set how many days new details wait; those confirmed already keep their day."""
    policy.hold_days = hold_days
    await session.flush()


async def revealed(
    session: AsyncSession,
    keys: Keys,
    person_ids: Collection[UUID],
    *,
    purpose: AccessPurpose,
    by: UUID,
) -> dict[UUID, BankDetails]:
    """Open the confirmed bank details of people, and leave a trace of each.

    It is for who writes a payment file, of those whom it pays. Raises KeysMissingError,
    SealBrokenError.
    """
    found = select(BankAccount).where(
        BankAccount.person_id.in_(person_ids), BankAccount.status == AccountStatus.CONFIRMED
    )
    async with queries.setting(session, "task", "pay"):
        rows = (await session.scalars(found)).all()
    await note(session, [row.person_id for row in rows], purpose, by=by)
    return {row.person_id: opened(keys, TABLE, row.id, vars(row), row.fingerprint) for row in rows}


async def rotate(session: AsyncSession, keys: Keys, most: int, *, by: UUID) -> int:
    """Seal at most so many accounts by the active key, and tell how many that were.

    Rows that somebody else changes are left for the next time. Raises KeysMissingError,
    SealBrokenError.
    """
    keys.key()
    stale = func.split_part(BankAccount.sort_code, ".", 2) != keys.active
    found = select(BankAccount).where(stale).limit(most).with_for_update(skip_locked=True)
    async with queries.setting(session, "task", "rotate"):
        rows = (await session.scalars(found)).all()
        for row in rows:
            for name, value in rotated(keys, TABLE, row.id, vars(row)).items():
                setattr(row, name, value)
        await note(session, [row.person_id for row in rows], AccessPurpose.KEY_ROTATION, by=by)
    return len(rows)


async def note(
    session: AsyncSession,
    ids: Collection[UUID],
    purpose: AccessPurpose,
    *,
    by: UUID,
    of: str = "person_id",
) -> None:
    """Leave a trace of each whose details were read, set or opened, and write what is pending.

    `of` is `person_id` or `charity_id`.
    """
    session.add_all(PayeeAccess(**{of: id_}, purpose=purpose, accessed_by=by) for id_ in ids)
    await flush(session, REFUSALS)


async def _touched(session: AsyncSession, numbers: PayeeNumbers) -> None:
    numbers.touch()
    session.add(numbers)
    await flush(session, REFUSALS)
