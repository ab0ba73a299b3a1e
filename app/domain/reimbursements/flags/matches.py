"""Paid claims that match others, looked at afterwards as the National Fraud Initiative does.

The checks of a claim look back from the day it was handed in; these look at what was paid in a
time, beside all that was ever paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ARRAY, Date, Integer, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.domain.reimbursements.flags.queries import BETWEEN, places

MOST: Final = 500


class MatchKind(StrEnum):
    """What two paid claims have in common."""

    AMOUNT = "amount"
    JOURNEY = "journey"
    PAYEE = "payee"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Match:
    """Two paid claims, and what they have in common."""

    claim_id: UUID
    other_id: UUID
    kinds: tuple[MatchKind, ...]


_MATCHES: Final = text(
    f"""
WITH recent AS (
    SELECT c.id, c.person_id, c.total_pence, c.activity_on FROM claim c
     WHERE c.status = 'paid'
       AND (c.since AT TIME ZONE 'Europe/London')::date BETWEEN :first AND :last
       AND c.since >= CAST(:first AS date) - 1
       AND (:everywhere OR c.directorate_id IS NULL OR c.directorate_id = ANY(:visible))
), sharing AS (
    SELECT p.person_id, other_id
      FROM (SELECT DISTINCT person_id FROM recent) p, unnest(bank_sharers(p.person_id)) other_id
), found AS (
    SELECT w.id, o.id AS other_id, 'amount' AS kind
      FROM recent w JOIN claim o ON o.person_id = w.person_id
     WHERE abs(o.total_pence - w.total_pence) <= 1 AND abs(o.activity_on - w.activity_on) <= 14
    UNION ALL
    SELECT w.id, l.claim_id, 'journey'
      FROM recent w
      JOIN claim_line m ON m.claim_id = w.id AND {BETWEEN.format("m")}
      JOIN claim_line l ON l.day = m.day AND {BETWEEN.format("l")}
       AND {places("m")} = {places("l")}
      JOIN claim o ON o.id = l.claim_id
     WHERE o.person_id = w.person_id OR m.miles = l.miles
    UNION ALL
    SELECT w.id, o.id, 'payee'
      FROM recent w
      JOIN sharing s ON s.person_id = w.person_id
      JOIN claim o ON o.person_id = s.other_id
     WHERE abs(o.total_pence - w.total_pence) <= 1 OR o.activity_on = w.activity_on
    UNION ALL
    SELECT w.id, b.claim_id, 'receipt'
      FROM recent w
      JOIN claim_receipt a ON a.claim_id = w.id
      JOIN receipt x ON x.id = a.receipt_id
      JOIN receipt r ON r.sha256_sent = x.sha256_sent OR r.sha256 = x.sha256
      JOIN claim_receipt b ON b.receipt_id = r.id
)
SELECT least(f.id, f.other_id) AS claim_id, greatest(f.id, f.other_id) AS other_id,
       array_agg(DISTINCT f.kind ORDER BY f.kind) AS kinds
  FROM found f JOIN claim o ON o.id = f.other_id AND o.status = 'paid'
 WHERE f.id <> f.other_id
   AND o.tops_up_id IS DISTINCT FROM f.id
   AND NOT EXISTS (SELECT FROM claim t WHERE t.id = f.id AND t.tops_up_id = f.other_id)
 GROUP BY 1, 2
 ORDER BY count(DISTINCT f.kind) DESC, 1, 2
 LIMIT :most"""
).bindparams(
    bindparam("first", type_=Date()),
    bindparam("last", type_=Date()),
    bindparam("visible", type_=ARRAY(Uuid())),
    bindparam("most", type_=Integer()),
)


async def matches(
    session: AsyncSession, first: date, last: date, *, to: Actor
) -> tuple[Sequence[Match], bool]:
    """Give pairs of paid claims that match, of which one was paid in a time and may be seen.

    Those that have most in common come first, at most `MOST`; the second part tells whether there
    are more. Two people who share an account match by what they were paid for the same amount or
    day; two people's journeys match by the same miles.
    """
    values = {
        "first": first,
        "last": last,
        "everywhere": to.teams is None,
        "visible": list(to.directorates or ()),
        "most": MOST + 1,
    }
    rows = (await session.execute(_MATCHES, values)).all()
    found = [
        Match(row.claim_id, row.other_id, tuple(MatchKind(kind) for kind in row.kinds))
        for row in rows[:MOST]
    ]
    return found, len(rows) > MOST
