"""How claims follow their payments: one statement, however many there are."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.ids import uuid7
from app.domain.reimbursements.claims.models import Claim

# A claim is as far as the least of its routes, `in_run` from the first that a run takes, and
# `returned` as soon as a payment came back and none was made in its place. One that was withdrawn
# or begun anew since stays as it is, whatever an old payment's file tells once more.
_FOLLOW: Final = text(
    """
    WITH wanted AS (
        SELECT c.id AS claim_id,
               CASE WHEN paid.back > 0 THEN 'returned'
                    WHEN paid.done = asked.routes THEN 'paid'
                    WHEN paid.gone = asked.routes THEN 'sent'
                    WHEN paid.live > 0 THEN 'in_run'
                    ELSE 'approved' END AS status
          FROM claim c,
               LATERAL (SELECT count(DISTINCT l.route) AS routes FROM claim_line l
                         WHERE l.claim_id = c.id AND l.amount_pence > 0) asked,
               LATERAL (SELECT count(*) AS live,
                               count(*) FILTER (WHERE p.status = 'returned') AS back,
                               count(*) FILTER (WHERE p.status = 'paid') AS done,
                               count(*) FILTER (WHERE p.status IN ('sent', 'paid')) AS gone
                          FROM claim_payment p
                         WHERE p.claim_id = c.id AND p.status <> 'void' AND NOT p.replaced) paid
         WHERE c.id = ANY(CAST(:claims AS uuid[]))
           AND c.status IN ('approved', 'in_run', 'sent', 'paid', 'returned')
    ), moved AS (
        SELECT c.id, c.person_id, c.moves + 1 AS number, c.round, c.status AS before,
               w.status AS after, told.action_id
          FROM claim c
          JOIN wanted w ON w.claim_id = c.id AND w.status <> c.status
          JOIN unnest(CAST(:claims AS uuid[]), CAST(:actions AS uuid[]))
               AS told (claim_id, action_id) ON told.claim_id = c.id
    ), acted AS (
        INSERT INTO claim_action (id, claim_id, claimant_id, number, round, act, from_status,
               to_status, actor_id, on_behalf, reason, created_at, updated_at, version)
        SELECT action_id, id, person_id, number, round,
               CASE WHEN after = 'returned' THEN 'return'
                    WHEN before = 'returned' THEN 'retry'
                    WHEN after = 'in_run' THEN 'take'
                    WHEN after = 'approved' THEN 'put_back'
                    WHEN after = 'sent' THEN 'send'
                    ELSE 'pay' END,
               before, after, CAST(:actor AS uuid), false,
               CASE WHEN after = 'returned' THEN 'Returned by the bank' END,
               CAST(:now AS timestamptz), CAST(:now AS timestamptz), 1
          FROM moved
    )
    UPDATE claim SET status = after, since = CAST(:now AS timestamptz),
           updated_at = CAST(:now AS timestamptz), moves = moved.number, version = version + 1
      FROM moved WHERE moved.id = claim.id"""
)


async def follow(session: AsyncSession, claims: Collection[UUID], *, by: UUID) -> None:
    """Let claims stand as their payments do, and keep who moved them."""
    ids = sorted(set(claims))
    values: Mapping[str, Any] = {
        "claims": ids,
        "actions": [uuid7() for _ in ids],
        "actor": by,
        "now": now(),
    }
    await session.flush()
    await session.execute(_FOLLOW, values)
    for each in session:
        if isinstance(each, Claim):
            session.expire(each)
