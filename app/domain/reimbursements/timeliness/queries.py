"""How long claims take, and what waits where: PostgreSQL counts, and writes the JSON.

Days are counted from the activity's day to the claim's first submission, and from that to its
last approval and its last payment, by days in London. A claim counts by the month of its activity;
one that tops another up was due later, and has no days to its submission. What was approved and
is void again is not approved.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.statement import Kept, Statement
from app.domain.involvement.naming.queries import reach
from app.domain.reimbursements.claims.acts import HOLDERS, ClaimStatus, Holder, one_of
from app.domain.reimbursements.timeliness.spreads import Age, By, MonthTimeliness, Spread

S = ClaimStatus
# Which of the policy's targets stands for which days.
_TARGETS: Final[Mapping[str, str]] = {
    "to_claim": "claim_within_days",
    "to_approval": "approve_within_days",
    "to_payment": "pay_within_days",
}
_APPROVED: Final = one_of("c.status", (S.APPROVED, S.IN_RUN, S.SENT, S.PAID, S.RETURNED))
_SEEN: Final = """
   AND (CAST(:reach AS uuid[]) IS NULL OR c.directorate_id IS NULL
        OR c.directorate_id = ANY(CAST(:reach AS uuid[])))
   AND (CAST(:directorate AS uuid) IS NULL OR c.directorate_id = CAST(:directorate AS uuid))"""
_DAY: Final = "(a.created_at AT TIME ZONE 'Europe/London')::date"
_TIMED: Final = f"""
acted AS (
    SELECT c.id, c.status, c.activity_on, c.directorate_id, c.tops_up_id,
           min({_DAY}) FILTER (WHERE a.act = 'submit') AS submitted_on,
           max({_DAY}) FILTER (WHERE a.to_status = 'approved') AS approved_on
      FROM claim c
      JOIN claim_action a ON a.claim_id = c.id
       AND (a.act = 'submit' OR a.act = 'approve' OR a.act = 'approve_again')
     WHERE c.activity_on BETWEEN CAST(:first AS date) AND CAST(:last AS date) {_SEEN}
     GROUP BY c.id
), timed AS (
    SELECT date_trunc('month', c.activity_on::timestamp)::date AS month, c.directorate_id,
           CASE WHEN c.tops_up_id IS NULL
                THEN greatest(c.submitted_on - c.activity_on, 0) END AS to_claim,
           CASE WHEN {_APPROVED}
                THEN greatest(c.approved_on - c.submitted_on, 0) END AS to_approval,
           CASE WHEN c.status = 'paid' AND p.paid_on IS NOT NULL
                THEN greatest(p.paid_on - c.submitted_on, 0) END AS to_payment
      FROM acted c
      LEFT JOIN (SELECT claim_id, max(paid_on) AS paid_on FROM claim_payment
                  WHERE status = 'paid' GROUP BY claim_id) p ON p.claim_id = c.id
)"""
_KEYS: Final[Mapping[By, str]] = {
    By.MONTH: "month",
    By.DIRECTORATE: "directorate_id",
    By.BOTH: "month, directorate_id",
}


def _tenths(share: str, days: str) -> str:
    return f"round(CAST(percentile_cont({share}) WITHIN GROUP (ORDER BY {days}) AS numeric), 1)"


_FIGURES: Final = ", ".join(
    f"count({days}) AS {days}_claims, {_tenths('0.5', days)} AS {days}_median,"
    f" {_tenths('0.9', days)} AS {days}_p90,"
    f" count(*) FILTER (WHERE {days} <= t.{target}) AS {days}_within"
    for days, target in _TARGETS.items()
)
_OBJECTS: Final = ", ".join(
    f"'{days}', json_build_object('claims', {days}_claims, 'median_days', {days}_median,"
    f" 'p90_days', {days}_p90, 'within_target', {days}_within, 'pct_within_target',"
    f" round(100.0 * {days}_within / nullif({days}_claims, 0), 1))"
    for days in _TARGETS
)


def _grouped(keys: str) -> str:
    """Count by some keys, and all together in the one row that is `whole`."""
    named = ", ".join(
        key if key in keys else f"CAST(NULL AS {kind}) AS {key}"
        for key, kind in (("month", "date"), ("directorate_id", "uuid"))
    )
    return f"""
    SELECT grouping({keys}) > 0 AS whole, {named}, {_FIGURES}
      FROM timed, reimbursement_policy t GROUP BY GROUPING SETS (({keys}), ())"""


def _told(keys: str) -> Kept:
    written = f"""
WITH {_TIMED}, counted AS ({_grouped(keys)})
SELECT json_build_object(
           'targets', (SELECT json_build_object('claim_within_days', claim_within_days,
                                                'approve_within_days', approve_within_days,
                                                'pay_within_days', pay_within_days)
                         FROM reimbursement_policy),
           'total', (SELECT json_build_object({_OBJECTS}) FROM counted WHERE whole),
           'items', coalesce((SELECT json_agg(json_build_object(
                                         'month', to_char(month, 'YYYY-MM'),
                                         'directorate_id', directorate_id, {_OBJECTS})
                                     ORDER BY month, directorate_id)
                                FROM counted WHERE NOT whole), '[]'))::text AS item"""
    return Kept.of(text(written))


_BY: Final = {by: _told(keys) for by, keys in _KEYS.items()}
_MONTHS: Final = text(f"WITH {_TIMED} {_grouped('month')} ORDER BY month")

_HOLDER: Final = (
    "CASE c.status "
    + " ".join(f"WHEN '{status}' THEN '{holder}'" for status, holder in HOLDERS.items())
    + " END"
)
_WAITING: Final = [status for status, holder in HOLDERS.items() if holder is not Holder.NOBODY]
_AGES: Final[Mapping[Age, str]] = {
    Age.WEEK: "days <= 7",
    Age.FORTNIGHT: "days BETWEEN 8 AND 14",
    Age.FOUR_WEEKS: "days BETWEEN 15 AND 28",
    Age.LONGER: "days >= 29",
}
_BANDS: Final = ", ".join(
    f"json_build_object('days', '{age}', 'claims', count(*) FILTER (WHERE {within}),"
    f" 'total_pence', coalesce(sum(total_pence) FILTER (WHERE {within}), 0))"
    for age, within in _AGES.items()
)
_OLDEST: Final = 5
_STUCK: Final = f"""
WITH held AS (
    SELECT c.id, c.number, c.directorate_id, c.status, c.total_pence, c.since, {_HOLDER} AS held_by,
           (c.since AT TIME ZONE 'Europe/London')::date AS since_on,
           CAST(:today AS date) - (c.since AT TIME ZONE 'Europe/London')::date AS days
      FROM claim c WHERE {one_of("c.status", _WAITING)} {_SEEN}
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY directorate_id, held_by ORDER BY since, id) AS place
      FROM held
     WHERE CAST(:held_by AS text) IS NULL OR held_by = CAST(:held_by AS text)
), counted AS (
    SELECT directorate_id, held_by, count(*) AS claims, sum(total_pence) AS total_pence,
           json_build_array({_BANDS}) AS ages,
           json_agg(json_build_object(
               'id', id, 'reference', 'EV' || lpad(number::text, 8, '0'), 'status', status,
               'since', since_on, 'days', days) ORDER BY place)
               FILTER (WHERE place <= {_OLDEST}) AS oldest
      FROM placed GROUP BY directorate_id, held_by
)
SELECT json_build_object('day', CAST(:today AS date), 'items', coalesce(
           json_agg(row_to_json(counted) ORDER BY directorate_id, held_by), '[]'))::text AS item
  FROM counted"""
_WAITS: Final = Kept.of(text(_STUCK))


async def show(
    door: Statement, by: By, first: date, last: date, directorate: UUID | None, *, to: Actor
) -> bytes:
    """Give the figures of activities from a day to another, by group and together, as JSON."""
    days = {"first": first, "last": last}
    return await _item(door, _BY[by], {**days, "directorate": directorate, "reach": reach(to)})


async def stuck(
    door: Statement, directorate: UUID | None, held_by: Holder | None, *, to: Actor
) -> bytes:
    """Give what waits, by directorate and who has it, with how long and the oldest, as JSON."""
    values = {"directorate": directorate, "held_by": held_by, "today": today()}
    return await _item(door, _WAITS, {**values, "reach": reach(to)})


async def by_month(
    session: AsyncSession, first: date, last: date, *, directorate_id: UUID | None = None
) -> Sequence[MonthTimeliness]:
    """Give each month's figures, oldest first, of activities from a day to another.

    They are the whole trust's, or one directorate's. A month without claims is left out.
    """
    values = {"first": first, "last": last, "directorate": directorate_id, "reach": None}
    rows = (await session.execute(_MONTHS, values)).mappings()
    return [
        MonthTimeliness(row["month"], *(_spread(row, days) for days in _TARGETS))
        for row in rows
        if not row["whole"]
    ]


def _spread(row: Mapping[Any, Any], days: str) -> Spread:
    told = (row[f"{days}_{name}"] for name in ("claims", "median", "p90", "within"))
    return Spread(*told)


async def _item(door: Statement, kept: Kept, values: Mapping[str, Any]) -> bytes:
    row = await door.fetchrow(kept.text, *kept.arguments(values))
    item: str = row["item"]
    return item.encode()
