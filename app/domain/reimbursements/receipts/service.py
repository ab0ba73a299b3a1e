"""Commands on receipts: take one, delete one."""

from dataclasses import fields
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.core.db import flush
from app.core.ids import uuid7
from app.domain.people.register.models import Person
from app.domain.reimbursements.receipts import queries
from app.domain.reimbursements.receipts.errors import REFUSALS, ReceiptQuotaError
from app.domain.reimbursements.receipts.models import (
    Checked,
    Receipt,
    ReceiptContent,
    ReceiptQuarantine,
    ReceiptStatus,
)

_TOLD: Final = tuple(each.name for each in fields(Checked) if each.name != "read")


async def take(session: AsyncSession, person: Person, checked: Checked, *, most: int) -> Receipt:
    """Keep a receipt of a locked person, of whose receipts `most` wait for a claim.

    Raises PersonMergedError, ReceiptQuotaError.
    """
    person.unmerged()
    if await queries.waiting(session, person) >= most:
        raise ReceiptQuotaError(most=most)
    clean, id_ = checked.reason is None, uuid7()
    held = ReceiptContent if clean else ReceiptQuarantine
    # Not by the session, which would hold all files of a request until its end.
    await session.execute(insert(held).values(id=id_, bytes=checked.read()))
    receipt = Receipt(
        person_id=person.id,
        status=ReceiptStatus.ACCEPTED if clean else ReceiptStatus.QUARANTINED,
        received_on=today(),
        uses=0,
        **{"content_id" if clean else "quarantine_id": id_},
        **{name: getattr(checked, name) for name in _TOLD},
    )
    session.add(receipt)
    await flush(session, REFUSALS)
    return receipt


async def delete(session: AsyncSession, receipt: Receipt) -> None:
    """Delete a receipt that no claim uses, and its bytes.

    Raises ReceiptUsedError, PersonHeldError.
    """
    receipt.unused()
    await session.delete(receipt)
    await flush(session, REFUSALS)
