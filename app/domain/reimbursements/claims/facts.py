"""What a claim's price depends on beside its lines and the rates."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.core import rows
from app.core.statement import Statement
from app.domain.reimbursements.choices.models import PaymentChoice
from app.domain.reimbursements.choices.queries import STANDING
from app.domain.reimbursements.claims.acts import ENDED, Act, ClaimStatus
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.kinds import FEES, Vehicle
from app.domain.reimbursements.rates.tax_year import tax_year

_FEES: Final = f"""
SELECT policy.vouchers_allowed, chosen.choice, chosen.most_pence, chosen.charity_id,
       (SELECT coalesce(sum(line.amount_pence), 0)::bigint
          FROM claim_line line JOIN claim other ON other.id = line.claim_id
         WHERE other.participation_id = $1 AND other.id <> $3
           AND other.tops_up_id IS DISTINCT FROM $3
           AND other.status <> ALL($4::text[]) AND line.kind = ANY($5::text[])) AS given_pence
  FROM reimbursement_policy policy
  LEFT JOIN LATERAL ({STANDING}) chosen ON true"""
# One at a time prices a person's miles: what the one uses up, the next finds used.
_MILES_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7))"
_HANDED_IN: Final = f"""
(SELECT max(created_at) FROM claim_action
  WHERE claim_id = {{of}} AND act IN ('{Act.SUBMIT}', '{Act.EDIT}'))"""
_MILES: Final = f"""
SELECT line.day, sum(line.miles) AS miles
  FROM claim_line line JOIN claim other ON other.id = line.claim_id
 WHERE other.person_id = $1 AND other.id <> $2 AND other.tops_up_id IS NULL
   AND other.status <> ALL($3::text[]) AND line.vehicle = '{Vehicle.CAR}'
   AND (NOT $4 OR {_HANDED_IN.format(of="other.id")} < {_HANDED_IN.format(of="$2")})
 GROUP BY line.day"""


@dataclass(frozen=True, slots=True)
class FeeFacts:
    """What was chosen for an activity, what other claims took of its fee, and what is allowed."""

    choice: PaymentChoice | None
    given_pence: int
    vouchers_allowed: bool


async def of_fees(door: Statement, claim: Claim) -> FeeFacts:
    """Find what a claim's fees depend on."""
    row = await door.fetchrow(
        _FEES, claim.participation_id, claim.activity_on, claim.id, ENDED, tuple(FEES)
    )
    choice = None if row["choice"] is None else rows.of(PaymentChoice, row)
    return FeeFacts(choice, row["given_pence"], row["vouchers_allowed"])


async def miles_before(door: Statement, claim: Claim, *, settled: bool) -> Mapping[int, Decimal]:
    """Count the miles in cars that a person claimed already, by tax year.

    Of a claim that is settled, those of claims that were handed in before it. A top-up's miles
    are those of the claim that it tops up. Until the transaction ends, nobody else prices miles
    of this person.
    """
    await door.execute(_MILES_LOCK, str(claim.person_id))
    not_counted = (ClaimStatus.DRAFT, *ENDED)
    counted: dict[int, Decimal] = {}
    for row in await door.fetch(_MILES, claim.person_id, claim.id, not_counted, settled):
        year = tax_year(row["day"])
        counted[year] = counted.get(year, Decimal(0)) + (row["miles"] or 0)
    return counted
