"""Reads of the ledger that know nothing of budgets or claims."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.reimbursements.ledger.drafts import Leg
from app.domain.reimbursements.ledger.errors import PostingNotFoundError
from app.domain.reimbursements.ledger.models import Account, LedgerEntry, Posting

_SUMS: Final = text(
    """
    SELECT e.account, coalesce(sum(e.amount_pence) FILTER (WHERE e.amount_pence > 0), 0) AS debit,
           coalesce(-sum(e.amount_pence) FILTER (WHERE e.amount_pence < 0), 0) AS credit
      FROM ledger_entry e JOIN ledger_posting p ON p.id = e.posting_id
     WHERE p.day <= :day GROUP BY e.account"""
)
_UNBALANCED: Final = text(
    """
    SELECT count(*) FROM (
        SELECT FROM ledger_posting p LEFT JOIN ledger_entry e ON e.posting_id = p.id
         WHERE p.day <= :day GROUP BY p.id
        HAVING count(e.id) <> p.entries OR coalesce(sum(e.amount_pence), 1) <> 0) unbalanced"""
)
_COMMITTED: Final = text(
    """
    SELECT p.budget_id, p.claim_id, sum(e.amount_pence) AS pence
      FROM ledger_posting p JOIN ledger_entry e ON e.posting_id = p.id
     WHERE p.claim_id = ANY(:claims) AND e.account = 'commitments'
     GROUP BY p.budget_id, p.claim_id"""
)


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account was debited and credited, in pence, up to a day."""

    account: Account
    debit_pence: int
    credit_pence: int


@dataclass(frozen=True, slots=True)
class Proof:
    """That the books balance up to a day; `unbalanced` counts postings that do not."""

    day: date
    balances: tuple[Balance, ...]
    unbalanced: int

    @property
    def sum_pence(self) -> int:
        """Give the sum of all entries: nothing, or the books are wrong."""
        return sum(each.debit_pence - each.credit_pence for each in self.balances)

    @property
    def balanced(self) -> bool:
        return self.sum_pence == 0 and self.unbalanced == 0


async def get(session: AsyncSession, id_: UUID) -> Posting:
    """Load a posting; raises PostingNotFoundError."""
    found = await session.get(Posting, id_)
    if found is None:
        raise PostingNotFoundError
    return found


async def posted(session: AsyncSession, names: Collection[str]) -> Mapping[str, Posting]:
    """Give the postings that were made for these, by what they were made for."""
    found = await session.scalars(select(Posting).where(Posting.once.in_(names)))
    return {each.once: each for each in found}


async def legs(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Sequence[Leg]]:
    """Give what postings book, by their ids."""
    e = LedgerEntry
    rows = await session.execute(
        select(e.posting_id, e.account, e.amount_pence, e.person_id, e.line_kind)
        .where(e.posting_id.in_(ids))
        .order_by(e.id)
    )
    found: dict[UUID, list[Leg]] = defaultdict(list)
    for id_, account, pence, person_id, line_kind in rows:
        found[id_].append(Leg(account, pence, person_id, line_kind))
    return found


async def committed(
    session: AsyncSession, claims: Collection[UUID]
) -> Mapping[tuple[UUID, UUID], int]:
    """Give the pence still committed for claims, by budget and claim."""
    rows = await session.execute(_COMMITTED, {"claims": list(claims)})
    return {(row.budget_id, row.claim_id): int(row.pence) for row in rows}


async def proof(session: AsyncSession, day: date) -> Proof:
    """Sum every account up to a day, and count the postings that do not balance."""
    rows = await session.execute(_SUMS, {"day": day})
    sums = {row.account: (int(row.debit), int(row.credit)) for row in rows}
    balances = tuple(Balance(each, *sums.get(each, (0, 0))) for each in Account)
    unbalanced = await session.scalar(_UNBALANCED, {"day": day})
    return Proof(day, balances, int(unbalanced or 0))
