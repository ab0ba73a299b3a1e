"""What the lines of a claim come to: by rate, by the person's choice, and by which way paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.reimbursements.choices import queries as choices
from app.domain.reimbursements.choices.errors import ChoiceMissingError
from app.domain.reimbursements.choices.models import PaymentChoice
from app.domain.reimbursements.claims.acts import ENDED, ClaimStatus
from app.domain.reimbursements.claims.errors import VouchersNotAllowedError
from app.domain.reimbursements.claims.line_models import ClaimLine
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.kinds import FEES, LineKind, Route, Vehicle
from app.domain.reimbursements.policy import service as policies
from app.domain.reimbursements.rates import queries as rates
from app.domain.reimbursements.rates.models import Scheme
from app.domain.reimbursements.rates.pricing import Line, Priced
from app.domain.reimbursements.rates.tax_year import tax_year

_PRICED: Final = ("level", "hours", "miles", "vehicle", "passengers", "hours_away", "amount_pence")
_TOLD: Final = ("from_place", "to_place", "no_receipt_because")
_NOT_COUNTED: Final = (ClaimStatus.DRAFT, *ENDED)
# One at a time prices a person's miles: what the one uses up, the next finds used.
_MILES_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:person, 7))")


@dataclass(slots=True)
class Fees:
    """What is still to give of an activity's fees, and the way they are paid."""

    choice: PaymentChoice | None
    given: int
    by_voucher: bool

    def take(self, pence: int) -> tuple[int, Route]:
        """Give what is paid of a fee; raises ChoiceMissingError, ChoiceDeclinedError."""
        if self.choice is None:
            raise ChoiceMissingError
        route = self.choice.route()
        if self.by_voucher and route is Route.PAYROLL:
            route = Route.VOUCHER
        paid = self.choice.fee(self.given + pence) - self.choice.fee(self.given)
        self.given += pence
        return paid, route


async def lines_of(
    session: AsyncSession, claim: Claim, told: Sequence[Mapping[str, Any]]
) -> list[ClaimLine]:
    """Price what is told, in its order.

    Raises RateMissingError, LineHoursMissingError, ChoiceMissingError, ChoiceDeclinedError,
    VouchersNotAllowedError.
    """
    asked = [_asked(each) for each in told]
    before = await _miles_before(session, claim, asked)
    scheme = None if claim.scheme is None else Scheme(claim.scheme)
    priced = await rates.price(session, asked, scheme=scheme, miles_before=before, drafts=False)
    fees = await _fees(session, claim) if any(each.kind in FEES for each in asked) else None
    claim.charity_id = fees.choice.charity_id if fees and fees.choice else None
    return [
        _line(claim, position, each, found, fees)
        for position, (each, found) in enumerate(zip(told, priced, strict=True), 1)
    ]


def told_of(line: ClaimLine) -> dict[str, Any]:
    """Give a line as it was told."""
    told = {name: getattr(line, name) for name in (*_PRICED, *_TOLD) if name != "amount_pence"}
    return {**told, "kind": line.kind, "day": line.day, "amount_pence": line.told_pence}


def _asked(told: Mapping[str, Any]) -> Line:
    known = {name: told[name] for name in _PRICED if told.get(name) is not None}
    return Line(kind=LineKind(told["kind"]), day=told["day"], **known)


def _line(
    claim: Claim, position: int, told: Mapping[str, Any], priced: Priced, fees: Fees | None
) -> ClaimLine:
    kind = LineKind(told["kind"])
    pence, route = priced.amount_pence, Route.ACCOUNTS_PAYABLE
    if kind in FEES and fees is not None:
        pence, route = fees.take(pence)
    known = {name: told.get(name) for name in (*_PRICED, *_TOLD) if name != "amount_pence"}
    return ClaimLine(
        claim_id=claim.id,
        position=position,
        kind=kind,
        day=told["day"],
        told_pence=told.get("amount_pence"),
        amount_pence=pence,
        route=route,
        rate_id=priced.rate_id,
        explanation=priced.explanation,
        **known,
    )


async def _fees(session: AsyncSession, claim: Claim) -> Fees:
    """Find what was chosen for the activity, and what other claims for it took of the fee."""
    choice = await choices.standing(session, claim.participation_id, claim.activity_on)
    others = (
        select(func.coalesce(func.sum(ClaimLine.amount_pence), 0))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(
            Claim.participation_id == claim.participation_id,
            Claim.id != claim.id,
            Claim.status.not_in(ENDED),
            ClaimLine.kind.in_(FEES),
        )
    )
    if claim.fees_by_voucher and not (await policies.current(session)).vouchers_allowed:
        raise VouchersNotAllowedError
    return Fees(choice, int((await session.scalars(others)).one()), claim.fees_by_voucher)


async def _miles_before(
    session: AsyncSession, claim: Claim, asked: Sequence[Line]
) -> Mapping[int, Decimal]:
    """Count the miles in cars that a person claimed already, by tax year."""
    if not any(each.vehicle is Vehicle.CAR for each in asked):
        return {}
    await session.execute(_MILES_LOCK, {"person": str(claim.person_id)})
    found = await session.execute(
        select(ClaimLine.day, func.sum(ClaimLine.miles))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(
            Claim.person_id == claim.person_id,
            Claim.id != claim.id,
            Claim.status.not_in(_NOT_COUNTED),
            ClaimLine.vehicle == Vehicle.CAR,
        )
        .group_by(ClaimLine.day)
    )
    counted: dict[int, Decimal] = {}
    for day, miles in found:
        counted[tax_year(day)] = counted.get(tax_year(day), Decimal(0)) + (miles or 0)
    return counted


def total(lines: Sequence[ClaimLine]) -> int:
    return sum(line.amount_pence for line in lines)
