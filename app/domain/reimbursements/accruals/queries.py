"""What is owed for involvement at the end of a day, by cost centre and account.

How claims stood then is told by what was done with them; their lines and budgets are as they are
now. What the ledger booked as paid by then is no longer owed. A claim that nobody has named a
budget for falls to its directorate's own cost centre, where there is just one.

- `unclaimed`: fees for what people came to and accepted pay for, wholly or in part, within the
  deadline to claim them; one that nobody handed in is unclaimed too.
- `claimed`: submitted, certified, approved once of twice, or sent back with questions.
- `approved`: committed and not in a run; also what came back.
- `in_run`: in a run, or sent.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import text

from app.core.actor import Actor
from app.core.statement import Kept, Statement
from app.domain.involvement.naming.queries import reach
from app.domain.reimbursements.claims.acts import ClaimStatus, one_of
from app.domain.reimbursements.kinds import FEES, LineKind

S = ClaimStatus
Cell = str | int | None
STAGES: Final[Mapping[str, tuple[ClaimStatus, ...]]] = {
    "claimed": (S.SUBMITTED, S.CERTIFIED, S.PART_APPROVED, S.SENT_BACK),
    "approved": (S.APPROVED, S.RETURNED),
    "in_run": (S.IN_RUN, S.SENT),
}
_STAGES: Final = ("unclaimed", *STAGES)
_SUMS: Final = tuple(f"{stage}_pence" for stage in (*_STAGES, "total"))
HEADER: Final = ("cost_centre_code", "cost_centre_name", "gl_account", *_SUMS)
_STAGE: Final = " ".join(
    f"WHEN {one_of('c.status', statuses)} THEN '{stage}'" for stage, statuses in STAGES.items()
)
_OPEN: Final = one_of("c.status", [each for statuses in STAGES.values() for each in statuses])
_NOT_HANDED_IN: Final = one_of("s.status", (S.DRAFT, S.REJECTED, S.WITHDRAWN))
_FEE: Final = one_of("l.kind", sorted(FEES))
_END: Final = "((CAST(:on AS date) + 1)::timestamp AT TIME ZONE 'Europe/London')"
# Of a claim that nothing was done with since, what is true now was true then.
_STOOD: Final = f"""
stood AS MATERIALIZED (
    SELECT c.id, c.participation_id, c.budget_id, c.directorate_id,
           CASE WHEN c.since < {_END} THEN c.status
                ELSE (SELECT a.to_status FROM claim_action a
                       WHERE a.claim_id = c.id AND a.created_at < {_END}
                       ORDER BY a.number DESC LIMIT 1) END AS status
      FROM claim c WHERE c.created_at < {_END}
), standing AS MATERIALIZED (
    SELECT c.id, c.budget_id, c.directorate_id, CASE {_STAGE} END AS stage
      FROM stood c WHERE {_OPEN}
), paid AS (
    SELECT s.id, e.line_kind AS kind, sum(e.amount_pence) AS pence
      FROM standing s JOIN ledger_posting g ON g.claim_id = s.id
      JOIN ledger_entry e ON e.posting_id = g.id AND e.account = 'expense'
     WHERE g.day <= CAST(:on AS date) GROUP BY s.id, e.line_kind
), lined AS (
    SELECT s.id, s.stage, s.budget_id, s.directorate_id, l.kind, sum(l.amount_pence) AS pence
      FROM standing s JOIN claim_line l ON l.claim_id = s.id
     GROUP BY s.id, s.stage, s.budget_id, s.directorate_id, l.kind
)"""
# Whoever came on several days counts by the last of them; what has no times, by when it was noted.
_CAME: Final = f"""
came AS MATERIALIZED (
    SELECT p.id, o.directorate_id, o.pays_pence,
           CASE WHEN t.times > 0 THEN t.day ELSE p.status_since END AS day
      FROM participation p
      JOIN opportunity o ON o.id = p.opportunity_id AND o.pays_pence > 0
       AND o.status <> 'cancelled',
           LATERAL (SELECT count(*) AS times,
                           max(d.day) FILTER (WHERE d.day <= CAST(:on AS date)) AS day
                      FROM (SELECT (starts_at AT TIME ZONE 'Europe/London')::date AS day
                              FROM opportunity_time WHERE opportunity_id = o.id) d) t
     WHERE p.status = 'attended' OR p.status = 'completed'
), unclaimed AS (
    SELECT h.directorate_id, least(h.pays_pence, k.most_pence) AS pence
      FROM came h, reimbursement_policy r,
           LATERAL (SELECT k.choice, k.most_pence FROM payment_choice k
                     WHERE k.participation_id = h.id
                       AND k.made_at < activity_begins(h.id, h.day)
                     ORDER BY k.made_at DESC, k.id DESC LIMIT 1) k
     WHERE h.day <= CAST(:on AS date) AND k.choice <> 'decline'
       AND CAST(:on AS date) <= h.day
           + make_interval(months => CAST(r.deadline_months ->> 'involvement_fee' AS integer))
       AND NOT EXISTS (SELECT FROM stood s JOIN claim_line l ON l.claim_id = s.id
                        WHERE s.participation_id = h.id AND NOT {_NOT_HANDED_IN} AND {_FEE})
)"""
_ROWS: Final = f"""
WITH {_STOOD}, {_CAME}, owed AS (
    SELECT l.stage, l.budget_id, l.directorate_id, l.kind,
           l.pence - coalesce(p.pence, 0) AS pence
      FROM lined l LEFT JOIN paid p ON p.id = l.id AND p.kind = l.kind
     UNION ALL
    SELECT 'unclaimed', NULL, directorate_id, '{LineKind.INVOLVEMENT_FEE}', pence FROM unclaimed
), own AS (
    SELECT directorate_id, min(id::text)::uuid AS id FROM cost_centre
     WHERE directorate_id IS NOT NULL GROUP BY directorate_id HAVING count(*) = 1
), placed AS (
    SELECT o.stage, o.kind, o.pence, coalesce(b.cost_centre_id, w.id) AS cost_centre_id,
           o.directorate_id
      FROM owed o LEFT JOIN budget b ON b.id = o.budget_id
      LEFT JOIN own w ON w.directorate_id = o.directorate_id
     WHERE o.pence > 0
), told AS (
    SELECT x.id AS cost_centre_id, x.code AS cost_centre_code, x.name AS cost_centre_name,
           a.gl_account,
           {
    ", ".join(
        f"coalesce(sum(o.pence) FILTER (WHERE o.stage = '{stage}'), 0) AS {stage}_pence"
        for stage in _STAGES
    )
},
           sum(o.pence) AS total_pence
      FROM placed o LEFT JOIN cost_centre x ON x.id = o.cost_centre_id
      LEFT JOIN budget_account a ON a.cost_centre_id = x.id AND a.line_kind = o.kind,
           LATERAL (SELECT CASE WHEN x.id IS NULL THEN o.directorate_id
                                ELSE x.directorate_id END AS id) d
     WHERE CAST(:reach AS uuid[]) IS NULL OR d.id IS NULL
        OR d.id = ANY(CAST(:reach AS uuid[]))
     GROUP BY x.id, a.gl_account
)"""
_TOTALS: Final = ", ".join(f"'{name}', coalesce(sum({name}), 0)" for name in _SUMS)
_JSON: Final = Kept.of(
    text(
        f"""
{_ROWS}
SELECT json_build_object(
           'on', CAST(:on AS date), 'total', json_build_object({_TOTALS}),
           'items', coalesce(json_agg(row_to_json(told) ORDER BY cost_centre_code, gl_account),
                             '[]'))::text AS item
  FROM told"""
    )
)
_TABLE: Final = Kept.of(text(f"{_ROWS} SELECT * FROM told ORDER BY cost_centre_code, gl_account"))


async def show(door: Statement, on: date, *, to: Actor) -> bytes:
    """Give what is owed at the end of a day as JSON: of cost centres one may see."""
    row = await door.fetchrow(_JSON.text, *_JSON.arguments(_values(on, to)))
    item: str = row["item"]
    return item.encode()


async def rows(door: Statement, on: date, *, to: Actor) -> AsyncIterator[Sequence[Sequence[Cell]]]:
    """Give the same as the rows of a file, in the order of HEADER."""
    found = await door.fetch(_TABLE.text, *_TABLE.arguments(_values(on, to)))
    yield [[int(row[name]) if name in _SUMS else row[name] for name in HEADER] for row in found]


def _values(on: date, to: Actor) -> dict[str, Any]:
    return {"on": on, "reach": reach(to)}
