"""Reads of what can be seen of a claim beside others, and of what was found in it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Date, DateTime, Integer, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.core.statement import Kept, within
from app.domain.reimbursements.budgets.models import Budget
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.flags.codes import FlagCode
from app.domain.reimbursements.flags.findings import Facts
from app.domain.reimbursements.flags.models import ClaimFlag
from app.domain.reimbursements.payees import queries as payees
from app.domain.reimbursements.payees.names import NameLevel
from app.domain.reimbursements.receipts.queries import ALIKE

YEAR: Final = timedelta(365)
_ORDER: Final = {code: place for place, code in enumerate(FlagCode)}


def _place(name: str) -> str:
    """Write a place so that case, spaces and marks make no difference."""
    return rf"regexp_replace(lower({name}), '\W+', '', 'g')"


def places(line: str) -> str:
    """Write a line's two places so that the way makes no difference."""
    one, other = _place(f"{line}.from_place"), _place(f"{line}.to_place")
    return f"(least({one}, {other}), greatest({one}, {other}))"


BETWEEN: Final = "{0}.from_place IS NOT NULL AND {0}.to_place IS NOT NULL"
# One statement, each part of which begins at the claim, its person, its receipts or its days, and
# goes on by an index. A claim that was not handed in says nothing of others yet, and what was
# withdrawn or rejected may be claimed anew; a receipt that was rejected once is told all the same.
# What tops a claim up is like it on purpose.
_FACTS: Final = Kept.of(
    text(
        f"""
WITH mine AS (
    SELECT l.kind, l.day, l.miles, l.from_place, l.to_place FROM claim_line l
     WHERE l.claim_id = :claim
), shown AS (
    SELECT DISTINCT r.id, r.sha256_sent, r.sha256, r.phash
      FROM claim_receipt s JOIN receipt r ON r.id = s.receipt_id
     WHERE s.claim_id = :claim
), theirs AS (
    SELECT c.id, c.status, c.opportunity_id, c.total_pence, c.activity_on, c.repeats_id
      FROM claim c
     WHERE c.person_id = :person AND c.id <> :claim
), handed_in AS (
    SELECT t.* FROM theirs t JOIN claim c ON c.id = t.id
     WHERE t.status NOT IN ('draft', 'withdrawn', 'rejected')
       AND c.tops_up_id IS DISTINCT FROM :claim
       AND c.id IS DISTINCT FROM CAST(:tops_up AS uuid)
), near AS (
    SELECT h.id,
           h.repeats_id = :claim OR h.id = CAST(:repeats AS uuid)
           OR h.repeats_id = CAST(:repeats AS uuid) AS repeated
      FROM handed_in h
     WHERE abs(h.total_pence - :total) <= 1 AND abs(h.activity_on - :day) <= 14
), paid AS (
    SELECT count(*) AS paid, count(*) FILTER (WHERE c.total_pence < :total) AS below
      FROM claim c WHERE c.status = 'paid' AND c.since >= :year_ago AND c.id <> :claim
)
SELECT ARRAY(SELECT DISTINCT c.id
               FROM shown x
               JOIN receipt r ON r.sha256_sent = x.sha256_sent OR r.sha256 = x.sha256
               JOIN claim_receipt s ON s.receipt_id = r.id
               JOIN claim c ON c.id = s.claim_id
              WHERE c.status NOT IN ('draft', 'withdrawn')
                AND (c.id <> :claim OR r.id <> x.id)
              ORDER BY c.id) AS same_receipt,
       ARRAY(SELECT DISTINCT c.id
               FROM shown x
               JOIN receipt r ON receipt_bands(r.phash) && receipt_bands(x.phash)
                AND bit_count((r.phash # x.phash)::bit(64)) <= :alike
               JOIN claim_receipt s ON s.receipt_id = r.id
               JOIN claim c ON c.id = s.claim_id
              WHERE r.id <> x.id AND r.sha256_sent <> x.sha256_sent AND r.sha256 <> x.sha256
                AND r.phash IS NOT NULL AND c.status NOT IN ('draft', 'withdrawn')
              ORDER BY c.id) AS alike_receipt,
       ARRAY(SELECT DISTINCT h.id
               FROM handed_in h
               JOIN claim_line l ON l.claim_id = h.id
               JOIN mine m ON m.day = l.day
              WHERE {BETWEEN.format("m")} AND {BETWEEN.format("l")}
                AND {places("m")} = {places("l")}
                 OR l.kind = 'mileage' AND m.kind = 'mileage' AND m.miles = l.miles
                AND NOT ({BETWEEN.format("m")} AND {BETWEEN.format("l")})
              ORDER BY h.id) AS own_journey,
       ARRAY(SELECT DISTINCT c.id
               FROM mine m
               JOIN claim_line l ON l.day = m.day AND l.kind = m.kind AND l.miles = m.miles
                AND l.from_place IS NOT NULL AND l.to_place IS NOT NULL
                AND {places("m")} = {places("l")}
               JOIN claim c ON c.id = l.claim_id
              WHERE c.person_id <> :person AND {BETWEEN.format("m")}
                AND c.status NOT IN ('draft', 'withdrawn', 'rejected')
              ORDER BY c.id) AS others_journey,
       ARRAY(SELECT DISTINCT h.id
               FROM handed_in h
               JOIN claim_line l ON l.claim_id = h.id
               JOIN mine m ON m.day = l.day
              WHERE h.opportunity_id = :opportunity
              ORDER BY h.id) AS same_day,
       ARRAY(SELECT n.id FROM near n ORDER BY n.id) AS near,
       ARRAY(SELECT n.id FROM near n WHERE n.repeated ORDER BY n.id) AS repeated,
       coalesce(cardinality(bank_sharers(:person)), 0) > 0 AS shared_bank,
       (SELECT b.name_level FROM bank_account b
         WHERE b.person_id = :person AND b.status IN ('confirmed', 'proposed')
         ORDER BY b.status LIMIT 1) AS name_level,
       EXISTS (SELECT FROM theirs t WHERE t.status = 'paid') AS paid_before,
       ARRAY(SELECT t.id FROM theirs t WHERE t.status = 'rejected' ORDER BY t.id) AS rejected,
       EXISTS (SELECT FROM advance a JOIN claim c ON c.participation_id = a.participation_id
                WHERE c.id = :claim AND a.status = 'paid' AND a.pence > a.settled_pence)
           AS advanced,
       paid.paid, paid.below
  FROM paid"""
    ).bindparams(
        *(bindparam(name, type_=Uuid()) for name in ("claim", "person", "opportunity")),
        *(bindparam(name, type_=Uuid()) for name in ("repeats", "tops_up")),
        *(bindparam(name, type_=Integer()) for name in ("total", "alike")),
        bindparam("day", type_=Date()),
        bindparam("year_ago", type_=DateTime(timezone=True)),
    )
)
_IDS: Final = (
    "same_receipt",
    "alike_receipt",
    "own_journey",
    "others_journey",
    "same_day",
    "near",
    "repeated",
    "rejected",
)


async def facts(session: AsyncSession, claim: Claim, budget: Budget | None = None) -> Facts:
    """Give what can be seen of a claim beside others, and beside a budget where one is named."""
    values = {
        "claim": claim.id,
        "person": claim.person_id,
        "opportunity": claim.opportunity_id,
        "repeats": claim.repeats_id,
        "tops_up": claim.tops_up_id,
        "total": claim.total_pence,
        "day": claim.activity_on,
        "year_ago": now() - YEAR,
        "alike": ALIKE,
    }
    # The name of an account's holder is compared where it is told; here stands what differed.
    async with payees.opened(session, claim.person_id):
        door = await within(session)
        row = await door.fetchrow(_FACTS.text, *_FACTS.arguments(values))
    told: dict[str, Any] = {name: tuple(row[name]) for name in _IDS}
    name_level = row["name_level"]
    return Facts(
        **told,
        shared_bank=row["shared_bank"],
        name_level=None if name_level is None else NameLevel(name_level),
        paid_before=row["paid_before"],
        advanced=row["advanced"],
        paid=row["paid"],
        below=row["below"],
        exceeds=None if budget is None else claim.total_pence > budget.left_pence,
    )


async def flags(session: AsyncSession, claim: Claim) -> Sequence[ClaimFlag]:
    """Give what the checks of a claim's round found, in the order of their codes."""
    found = select(ClaimFlag).where(ClaimFlag.claim_id == claim.id, ClaimFlag.round == claim.round)
    return sorted(await session.scalars(found), key=lambda each: _ORDER[each.code])
