"""All that must hold after every step, in one statement."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Each `broken` counts what must not be; the rest is compared with the model.
FACTS = text(
    """
WITH hands AS (
    SELECT a.*, a.act IN ('submit', 'edit', 'certify', 'approve', 'approve_again') AS hand,
           a.act IN ('certify', 'approve', 'approve_again', 'send_back', 'reject') AS judged,
           lag(a.to_status) OVER w AS was, row_number() OVER w AS place
      FROM claim_action a WINDOW w AS (PARTITION BY a.claim_id ORDER BY a.number)
), booked AS (
    SELECT g.claim_id, coalesce(sum(e.amount_pence) FILTER (WHERE e.account = 'commitments'), 0)
           AS committed, coalesce(sum(e.amount_pence) FILTER (WHERE e.account = 'expense'), 0)
           AS spent
      FROM ledger_posting g JOIN ledger_entry e ON e.posting_id = g.id GROUP BY g.claim_id
), paid AS (
    SELECT p.claim_id, coalesce(sum(p.amount_pence) FILTER (WHERE p.status <> 'void'
           AND NOT p.replaced), 0) AS live,
           coalesce(sum(p.amount_pence) FILTER (WHERE p.status = 'paid'), 0) AS paid
      FROM claim_payment p GROUP BY p.claim_id
), folded AS (
    SELECT b.id, b.amount_pence, b.committed_pence, b.spent_pence,
           coalesce(sum(e.amount_pence) FILTER (WHERE e.account = 'commitments'), 0) AS committed,
           coalesce(sum(e.amount_pence) FILTER (WHERE e.account = 'expense'), 0) AS spent
      FROM budget b LEFT JOIN ledger_entry e ON e.budget_id = b.id GROUP BY b.id
)
SELECT (SELECT count(*) FROM (SELECT FROM ledger_entry GROUP BY currency
                              HAVING sum(amount_pence) <> 0) x) AS sum_broken,
       (SELECT count(*) FROM (
           SELECT FROM ledger_posting g LEFT JOIN ledger_entry e ON e.posting_id = g.id
            GROUP BY g.id HAVING count(e.id) <> g.entries OR sum(e.amount_pence) <> 0) x)
           AS posting_broken,
       (SELECT count(*) FROM folded WHERE (committed_pence, spent_pence) <> (committed, spent)
            OR committed < 0 OR spent < 0 OR committed + spent > amount_pence) AS budget_broken,
       (SELECT count(*) FROM (
           SELECT FROM claim_payment WHERE status <> 'void' AND NOT replaced
            GROUP BY claim_id, route HAVING count(*) > 1) x) AS twice_broken,
       (SELECT count(*) FROM claim c
          LEFT JOIN booked b ON b.claim_id = c.id LEFT JOIN paid p ON p.claim_id = c.id
         WHERE coalesce(p.paid, 0) <> coalesce(b.spent, 0)
            OR coalesce(p.live, 0) > c.total_pence
            OR coalesce(b.committed, 0) < 0 OR c.total_pence < 0
            OR coalesce(b.committed + b.spent, 0)
               <> CASE WHEN c.status IN ('approved', 'in_run', 'sent', 'paid', 'returned')
                       THEN c.total_pence ELSE 0 END
            OR c.total_pence <> (SELECT coalesce(sum(l.amount_pence), 0) FROM claim_line l
                                  WHERE l.claim_id = c.id)) AS paid_broken,
       (SELECT count(*) FROM hands WHERE number <> place OR from_status IS DISTINCT FROM was)
           AS path_broken,
       (SELECT count(*) FROM claim c WHERE NOT EXISTS (
           SELECT FROM hands a WHERE a.claim_id = c.id GROUP BY a.claim_id
           HAVING count(*) = c.moves
              AND (array_agg(a.to_status ORDER BY a.number DESC))[1] = c.status)) AS moves_broken,
       (SELECT count(*) FROM (SELECT FROM hands WHERE hand GROUP BY claim_id, round, actor_id
                              HAVING count(*) > 1) x) AS hands_broken,
       (SELECT count(*) FROM hands j WHERE j.judged AND (j.actor_id = j.claimant_id
            OR EXISTS (SELECT FROM person_user u
                        WHERE (u.person_id, u.user_id) = (j.claimant_id, j.actor_id))
            OR EXISTS (SELECT FROM hands o WHERE o.on_behalf AND o.created_at < j.created_at
                          AND (o.actor_id, o.claimant_id) = (j.actor_id, j.claimant_id))))
           AS apart_broken,
       (SELECT count(*) FROM payment_run r WHERE r.released_by = r.created_by
            OR NOT EXISTS (SELECT FROM claim_payment p WHERE p.run_id = r.id
                           HAVING (count(*), sum(p.amount_pence)) = (r.payments, r.total_pence))
            OR r.released_by IS NOT NULL AND EXISTS (
               SELECT FROM claim_payment p JOIN claim_action a ON a.claim_id = p.claim_id
                  AND a.act IN ('certify', 'approve', 'approve_again')
                  AND a.actor_id = r.released_by AND a.created_at < p.created_at
                 JOIN claim c ON c.id = p.claim_id AND c.round = a.round
                WHERE p.run_id = r.id)) AS run_broken,
       (SELECT coalesce(jsonb_object_agg(c.id, jsonb_build_array(
               c.status, c.moves, c.round, c.total_pence)), '{}') FROM claim c) AS claims,
       (SELECT coalesce(jsonb_object_agg(b.id, jsonb_build_array(
               b.committed_pence, b.spent_pence)), '{}') FROM budget b) AS budgets,
       (SELECT coalesce(jsonb_object_agg(r.id, r.status), '{}') FROM payment_run r) AS runs,
       (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_array(act, from_status, to_status)), '[]')
          FROM hands) AS steps,
       (SELECT array_agg(e.id) FROM ledger_entry e) AS entries,
       (SELECT md5(string_agg(e::text, ',' ORDER BY e.id)) FROM ledger_entry e) AS hash,
       (SELECT md5(string_agg(e::text, ',' ORDER BY e.id)) FROM ledger_entry e
         WHERE e.id = ANY(:seen)) AS seen_hash"""
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is: nothing is broken, and nothing that was booked before is otherwise."""

    claims: dict[str, list[Any]]
    budgets: dict[str, list[int]]
    runs: dict[str, str]
    steps: list[list[str | None]]
    entries: frozenset[UUID] = frozenset()
    hash: str | None = None


async def facts(connection: AsyncConnection, seen: Collection[UUID], was: str | None) -> Facts:
    row = (await connection.execute(FACTS, {"seen": list(seen)})).mappings().one()
    broken = {name: row[name] for name in row if name.endswith("_broken") and row[name]}
    assert not broken, broken
    assert row["seen_hash"] == was, "what was booked before is changed"
    told = ("claims", "budgets", "runs", "steps", "hash")
    return Facts(**{name: row[name] for name in told}, entries=frozenset(row["entries"] or ()))
