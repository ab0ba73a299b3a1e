"""Commands on charities: put down, confirm, retire, and open their details for a payment file."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.core.crypto import Keys
from app.core.db import flush
from app.core.ids import uuid7
from app.domain.reimbursements.payees import queries as payees
from app.domain.reimbursements.payees import service as accesses
from app.domain.reimbursements.payees.charities.errors import OWN_REFUSALS, CharityUnpaidError
from app.domain.reimbursements.payees.charities.models import Charity, CharityStatus
from app.domain.reimbursements.payees.details import BankDetails, opened, rotated
from app.domain.reimbursements.payees.errors import REFUSALS, BankAccountInvalidError
from app.domain.reimbursements.payees.models import AccessPurpose, ConfirmedHow
from app.domain.reimbursements.payees.modulus import service as modulus

TABLE: Final = Charity.__tablename__
_REFUSALS: Final = {**REFUSALS, **OWN_REFUSALS}
_OF: Final = "charity_id"


async def put_down(
    session: AsyncSession,
    keys: Keys,
    told: Mapping[str, Any],
    details: BankDetails | None,
    *,
    by: UUID,
) -> Charity:
    """Put a charity down, which somebody else confirms.

    Raises CharityUnpaidError, CharityKnownError, KeysMissingError, BankAccountInvalidError.
    """
    if details is None and told["supplier_number"] is None:
        raise CharityUnpaidError.at("#/supplier_number", "Or a bank account", "unpaid")
    id_ = uuid7()
    made = Charity(id=id_, status=CharityStatus.PROPOSED, set_by=by, set_on=today(), **told)
    if details is not None:
        made.modulus = await modulus.checked(
            session, details.sort_code, details.account_number, today()
        )
        if made.modulus is None:
            raise BankAccountInvalidError.at(
                "#/bank_account/account_number", "No number of this sort code ends so", "modulus"
            )
        for name, value in details.sealed(keys, TABLE, id_).items():
            setattr(made, name, value)
    session.add(made)
    await flush(session, _REFUSALS)
    await accesses.note(session, [id_], AccessPurpose.CHANGED, by=by, of=_OF)
    return made


async def confirm(session: AsyncSession, charity: Charity, how: ConfirmedHow, *, by: UUID) -> None:
    """Let a charity be paid after the trust's wait.

    Raises CharityStatusError, PayeeSecondPersonError.
    """
    hold = (await payees.policy(session)).hold_days
    charity.confirm(how, hold, by=by, today=today())
    await flush(session, _REFUSALS)
    await accesses.note(session, [charity.id], AccessPurpose.CONFIRMED, by=by, of=_OF)


async def retire(session: AsyncSession, charity: Charity, *, by: UUID) -> None:
    """Let nothing be given to a charity any more; raises CharityStatusError."""
    charity.retire(by=by, today=today())
    await flush(session, _REFUSALS)
    await accesses.note(session, [charity.id], AccessPurpose.CHANGED, by=by, of=_OF)


async def revealed(
    session: AsyncSession,
    keys: Keys,
    charity_ids: Collection[UUID],
    *,
    purpose: AccessPurpose,
    by: UUID,
) -> dict[UUID, BankDetails]:
    """Open the bank details of confirmed charities that have some, and leave a trace of each.

    Raises KeysMissingError, SealBrokenError.
    """
    found = select(Charity).where(
        Charity.id.in_(charity_ids),
        Charity.status == CharityStatus.CONFIRMED,
        Charity.sort_code.is_not(None),
    )
    rows = (await session.scalars(found)).all()
    await accesses.note(session, [row.id for row in rows], purpose, by=by, of=_OF)
    return {row.id: opened(keys, TABLE, row.id, vars(row), row.fingerprint or b"") for row in rows}


async def rotate(session: AsyncSession, keys: Keys, most: int, *, by: UUID) -> int:
    """Seal at most so many charities' details by the active key, and tell how many that were.

    Raises KeysMissingError, SealBrokenError.
    """
    keys.key()
    stale = func.split_part(Charity.sort_code, ".", 2) != keys.active
    found = select(Charity).where(stale).limit(most).with_for_update(skip_locked=True)
    rows = (await session.scalars(found)).all()
    for row in rows:
        for name, value in rotated(keys, TABLE, row.id, vars(row)).items():
            setattr(row, name, value)
    ids = [row.id for row in rows]
    await accesses.note(session, ids, AccessPurpose.KEY_ROTATION, by=by, of=_OF)
    return len(ids)
