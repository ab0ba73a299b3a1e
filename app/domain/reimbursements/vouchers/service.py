"""Commands on the stock of vouchers: buy, issue against a signature, void."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now, today
from app.core.db import constraint_of, flush
from app.core.errors import ConflictError
from app.core.ids import uuid7
from app.domain.reimbursements.budgets import queries as budgets
from app.domain.reimbursements.budgets import spending
from app.domain.reimbursements.budgets.moves import Move
from app.domain.reimbursements.kinds import Route
from app.domain.reimbursements.ledger import queries as ledger
from app.domain.reimbursements.ledger import service
from app.domain.reimbursements.ledger.drafts import Draft, Leg
from app.domain.reimbursements.ledger.models import Account, Posting, PostingKind
from app.domain.reimbursements.vouchers import queries
from app.domain.reimbursements.vouchers.choosing import choose
from app.domain.reimbursements.vouchers.errors import (
    REFUSALS,
    VoucherAmountError,
    VoucherReceiverError,
)
from app.domain.reimbursements.vouchers.models import (
    VoidReason,
    Voucher,
    VoucherStatus,
    check_signature,
)

_STOCK: Final = text(
    """
    INSERT INTO voucher (id, number, value_pence, bought_posting_id, status, created_at,
                         updated_at, version)
    SELECT told.id, CAST(:first AS bigint) + told.place - 1, :value, :posting, 'in_stock',
           CAST(:now AS timestamptz), CAST(:now AS timestamptz), 1
      FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY told (id, place)"""
)


async def buy(
    session: AsyncSession, first: int, count: int, value: int, *, by: UUID, day: date | None = None
) -> Posting:
    """Take vouchers into the stock, numbered from `first`, each worth `value` pence.

    Raises VoucherNumberError, PostedInFutureError.
    """
    draft = _draft(PostingKind.VOUCHER_PURCHASE, f"buy:{uuid7()}", day or today(), by)
    legs = (Leg(Account.VOUCHER_STOCK, count * value), Leg(Account.BANK, -count * value))
    posting = await service.post(session, Draft(**draft, legs=legs))
    told = {"first": first, "value": value, "posting": posting.id, "now": now()}
    try:
        await session.execute(_STOCK, {**told, "ids": [uuid7() for _ in range(count)]})
    except IntegrityError as error:
        raise REFUSALS.get(constraint_of(error) or "", ConflictError) from None
    return posting


async def issue(session: AsyncSession, move: Move, signature: str) -> Sequence[Voucher]:
    """Give one person vouchers for just the amount of a move, lowest numbers first.

    What was committed is spent by it. Asked again with the same `once`, gives the same vouchers.
    Raises VoucherReceiverError, VoucherAmountError, BudgetNotFoundError, CommitmentExceededError.
    """
    check_signature(signature)
    people = {part.person_id for part in move.parts}
    person_id = people.pop()
    if people or person_id is None:
        raise VoucherReceiverError.at("#/person_id", "Nobody, or several", "one_person")
    # The lock comes first: who asks twice at once finds what was issued, and takes no others.
    await budgets.locked(session, {move.budget_id})
    earlier = (await ledger.posted(session, [move.once])).get(move.once)
    taken = [] if earlier else await _take(session, move.pence)
    posting = await spending.spend(session, move, Route.VOUCHER)
    for voucher in taken:
        voucher.status, voucher.person_id = VoucherStatus.ISSUED, person_id
        voucher.issued_on, voucher.issued_by = move.day, move.by
        voucher.signature_reference, voucher.claim_id = signature, move.claim_id
        voucher.issue_posting_id = posting.id
    await flush(session, REFUSALS)
    return taken or await queries.issued(session, posting.id)


async def void(session: AsyncSession, voucher: Voucher, reason: VoidReason, *, by: UUID) -> None:
    """Take a voucher out of the stock for good; raises VoucherStatusError."""
    voucher.check_in_stock()
    day = today()
    draft = _draft(PostingKind.VOUCHER_VOID, f"void:{voucher.id}", day, by)
    worth = voucher.value_pence
    legs = (Leg(Account.VOUCHER_LOSS, worth), Leg(Account.VOUCHER_STOCK, -worth))
    posting = await service.post(session, Draft(**draft, legs=legs))
    voucher.status, voucher.void_reason = VoucherStatus.VOID, reason
    voucher.voided_on, voucher.voided_by, voucher.void_posting_id = day, by, posting.id
    await flush(session, REFUSALS)


async def _take(session: AsyncSession, pence: int) -> Sequence[Voucher]:
    """Lock vouchers for an amount; of those that another is taking, choose others instead."""
    missed: set[UUID] = set()
    while True:
        usable = await queries.usable(session, pence, missed)
        places = choose([row.value_pence for row in usable], pence)
        if places is None:
            values = sorted({row.value_pence for row in usable})
            raise VoucherAmountError(values_pence=values)
        wanted = {usable[place].id for place in places}
        taken = await queries.take(session, wanted)
        if len(taken) == len(wanted):
            return taken
        missed |= wanted - {voucher.id for voucher in taken}


def _draft(kind: PostingKind, once: str, day: date, by: UUID) -> dict[str, Any]:
    return {"kind": kind, "once": once, "day": day, "by": by}
