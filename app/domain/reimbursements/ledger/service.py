"""Commands on the ledger: post, and reverse what was posted. Nothing is ever changed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.engine import Result
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.db import constraint_of
from app.core.errors import ConflictError
from app.core.ids import uuid7
from app.domain.reimbursements.ledger import queries
from app.domain.reimbursements.ledger.drafts import Draft, alike, turned
from app.domain.reimbursements.ledger.errors import (
    REFUSALS,
    PostingDiffersError,
    PostingNotReversibleError,
)
from app.domain.reimbursements.ledger.models import REVERSIBLE, Posting, PostingKind

# One statement each, however many: a payment run posts thousands.
_POST: Final = text(
    """
    INSERT INTO ledger_posting
           (id, kind, once, day, budget_id, claim_id, payment_id, reverses_id, made_by, words,
            entries, created_at, updated_at, version)
    SELECT *, CAST(:now AS timestamptz), CAST(:now AS timestamptz), 1
      FROM unnest(CAST(:id AS uuid[]), CAST(:kind AS text[]), CAST(:once AS text[]),
                  CAST(:day AS date[]), CAST(:budget_id AS uuid[]), CAST(:claim_id AS uuid[]),
                  CAST(:payment_id AS uuid[]), CAST(:reverses_id AS uuid[]),
                  CAST(:made_by AS uuid[]), CAST(:words AS text[]), CAST(:entries AS int[])) told
        ON CONFLICT (once) DO NOTHING
    RETURNING once"""
)
_ENTER: Final = text(
    """
    INSERT INTO ledger_entry
           (id, posting_id, account, budget_id, person_id, line_kind, amount_pence, currency,
            created_at, updated_at, version)
    SELECT *, 'GBP', CAST(:now AS timestamptz), CAST(:now AS timestamptz), 1
      FROM unnest(CAST(:id AS uuid[]), CAST(:posting_id AS uuid[]), CAST(:account AS text[]),
                  CAST(:budget_id AS uuid[]), CAST(:person_id AS uuid[]),
                  CAST(:line_kind AS text[]), CAST(:amount_pence AS bigint[])) told"""
)

# A retry may come on another day and from another pen.
_COMPARED: Final = ("kind", "budget_id", "claim_id", "payment_id", "reverses_id")


async def post(session: AsyncSession, draft: Draft) -> Posting:
    """Post one; see `post_all`."""
    return (await post_all(session, [draft]))[0]


async def post_all(session: AsyncSession, drafts: Sequence[Draft]) -> list[Posting]:
    """Post each, or give what was posted for the same before; in the order given.

    Raises PostingUnbalancedError, PostingDiffersError where something else was posted for it,
    PostedInFutureError, PostingReversedError, BudgetExceededError, CommitmentExceededError.
    """
    for draft in drafts:
        draft.check()
    ids = {draft.once: uuid7() for draft in drafts}
    by_once = {draft.once: draft for draft in drafts}
    made = set((await _insert(session, _POST, _postings(ids, by_once))).scalars())
    entered = _entries(ids, [by_once[once] for once in ids if once in made])
    await _insert(session, _ENTER, entered)
    found = await queries.posted(session, by_once.keys())
    earlier = [d for d in drafts if d.once not in made or by_once[d.once] is not d]
    await _compare(session, earlier, found)
    return [found[draft.once] for draft in drafts]


async def reverse(
    session: AsyncSession,
    posting: Posting,
    *,
    day: date,
    by: UUID,
    kind: PostingKind = PostingKind.REVERSAL,
) -> Posting:
    """Post the same with every sign turned; asked again, gives what was posted then.

    Raises PostingNotReversibleError, PostingReversedError, and what `post_all` raises.
    """
    if posting.kind not in REVERSIBLE:
        raise PostingNotReversibleError(f"It is a {posting.kind}")
    legs = (await queries.legs(session, [posting.id]))[posting.id]
    draft = Draft(
        kind=kind,
        once=f"{kind}:{posting.id}",
        day=day,
        by=by,
        legs=turned(legs),
        budget_id=posting.budget_id,
        claim_id=posting.claim_id,
        payment_id=posting.payment_id,
        reverses_id=posting.id,
    )
    return await post(session, draft)


async def _insert(
    session: AsyncSession, statement: TextClause, values: Mapping[str, Sequence[Any]]
) -> Result[Any]:
    """Insert rows given column by column; a refusing constraint becomes its error."""
    try:
        return await session.execute(statement, {**values, "now": now()})
    except IntegrityError as error:
        raise REFUSALS.get(constraint_of(error) or "", ConflictError) from None


def _postings(ids: Mapping[str, UUID], drafts: Mapping[str, Draft]) -> dict[str, list[Any]]:
    # In one order, so that two who post the same wait for each other and not in a circle.
    ordered = [drafts[once] for once in sorted(drafts)]
    same = ("once", "day", "budget_id", "claim_id", "payment_id", "reverses_id", "words")
    return {
        **{name: [getattr(draft, name) for draft in ordered] for name in same},
        "id": [ids[draft.once] for draft in ordered],
        "kind": [draft.kind.value for draft in ordered],
        "made_by": [draft.by for draft in ordered],
        "entries": [len(draft.legs) for draft in ordered],
    }


def _entries(ids: Mapping[str, UUID], drafts: Sequence[Draft]) -> dict[str, list[Any]]:
    told = [(draft, leg) for draft in drafts for leg in draft.legs]
    return {
        "id": [uuid7() for _ in told],
        "posting_id": [ids[draft.once] for draft, _ in told],
        "account": [leg.account.value for _, leg in told],
        "budget_id": [draft.budget_id for draft, _ in told],
        "person_id": [leg.person_id for _, leg in told],
        "line_kind": [leg.line_kind and leg.line_kind.value for _, leg in told],
        "amount_pence": [leg.pence for _, leg in told],
    }


async def _compare(
    session: AsyncSession, drafts: Sequence[Draft], found: Mapping[str, Posting]
) -> None:
    """Refuse a draft for which something else was posted before."""
    if not drafts:
        return
    booked = await queries.legs(session, [found[draft.once].id for draft in drafts])
    for draft in drafts:
        was = found[draft.once]
        same = all(getattr(was, name) == getattr(draft, name) for name in _COMPARED)
        if not same or not alike(draft.legs, booked[was.id]):
            raise PostingDiffersError
