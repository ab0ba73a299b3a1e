"""What the lines of a claim come to: by rate, by the person's choice, and by which way paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement
from app.core.statement import Statement
from app.domain.reimbursements.choices.errors import ChoiceMissingError
from app.domain.reimbursements.choices.models import PaymentChoice
from app.domain.reimbursements.claims import facts
from app.domain.reimbursements.claims.acts import ENDED
from app.domain.reimbursements.claims.errors import ClaimStatusError, VouchersNotAllowedError
from app.domain.reimbursements.claims.line_models import ClaimLine
from app.domain.reimbursements.claims.models import Claim
from app.domain.reimbursements.kinds import FEES, RATED, LineKind, Route, Vehicle
from app.domain.reimbursements.rates import queries as rates
from app.domain.reimbursements.rates import wording
from app.domain.reimbursements.rates.models import Scheme
from app.domain.reimbursements.rates.pricing import Line, Priced

_PRICED: Final = ("level", "hours", "miles", "vehicle", "passengers", "hours_away", "amount_pence")
_TOLD: Final = ("from_place", "to_place", "no_receipt_because")
_RECEIPT: Final = "The receipt is with the claim that this tops up."


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


@dataclass(frozen=True, slots=True)
class Repriced:
    """A line of a paid claim, the same as it is priced now, and what was paid of it by now."""

    line: ClaimLine
    anew: ClaimLine
    paid_pence: int

    @property
    def difference_pence(self) -> int:
        return self.anew.amount_pence - self.paid_pence


async def lines_of(
    session: AsyncSession, claim: Claim, told: Sequence[Mapping[str, Any]]
) -> list[ClaimLine]:
    """Price what is told, in its order.

    The lines of a top-up follow from the claim that it tops up: what each comes to now, less what
    was paid of it. Raises RateMissingError, LineHoursMissingError, ChoiceMissingError,
    ChoiceDeclinedError, VouchersNotAllowedError, and ClaimStatusError where a top-up is told
    other lines.
    """
    if claim.tops_up_id is None:
        return await priced(await statement.within(session), claim, told)
    if any("position" not in each for each in told):
        raise ClaimStatusError("A top-up has the lines of its paid claim", state=claim.status)
    topped_up = select(Claim).where(Claim.id == claim.tops_up_id)
    # One at a time tops a claim up: what the one adds, the next finds paid.
    paid = (await session.scalars(topped_up.with_for_update(key_share=True))).one()
    claim.charity_id = paid.charity_id
    found = await repriced(session, paid, besides=claim.id)
    return [_topping_up(claim, each) for each in found if each.difference_pence > 0]


async def repriced(
    session: AsyncSession, paid: Claim, *, besides: UUID | None = None
) -> list[Repriced]:
    """Price the lines of a paid claim as they would be priced now; nothing is written.

    Of each line counts as paid what the claim paid and what top-ups add, but for the one
    `besides`. Miles count from where they did when the claim was handed in. Raises
    RateMissingError, LineHoursMissingError, ChoiceMissingError, ChoiceDeclinedError.
    """
    found = select(ClaimLine).where(ClaimLine.claim_id == paid.id).order_by(ClaimLine.position)
    lines = (await session.scalars(found)).all()
    door = await statement.within(session)
    anew = await priced(door, paid, [told_of(line) for line in lines], settled=True)
    added = await _added(session, paid, besides)
    return [
        Repriced(line, now, line.amount_pence + added.get(line.position, 0))
        for line, now in zip(lines, anew, strict=True)
    ]


async def priced(
    door: Statement,
    claim: Claim,
    told: Sequence[Mapping[str, Any]],
    *,
    settled: bool = False,
    stamp: str | None = None,
) -> list[ClaimLine]:
    """Price the lines of a claim that tops nothing up, in their order."""
    asked = [_asked(each) for each in told]
    before: Mapping[int, Decimal] = {}
    if any(each.vehicle is Vehicle.CAR for each in asked):
        before = await facts.miles_before(door, claim, settled=settled)
    scheme = None if claim.scheme is None else Scheme(claim.scheme)
    prices = await rates.price(
        door, asked, scheme=scheme, miles_before=before, drafts=False, stamp=stamp
    )
    feed = any(each.kind in FEES for each in asked)
    fees = await _fees(door, claim, settled=settled) if feed else None
    if not settled:
        claim.charity_id = fees.choice.charity_id if fees and fees.choice else None
    return [
        _line(claim, each.get("position", at), each, found, fees)
        for at, (each, found) in enumerate(zip(told, prices, strict=True), 1)
    ]


async def _added(session: AsyncSession, paid: Claim, besides: UUID | None) -> dict[int, int]:
    """Sum what top-ups add to each line of a paid claim, by the line's position."""
    found = await session.execute(
        select(ClaimLine.position, func.sum(ClaimLine.amount_pence))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(
            Claim.tops_up_id == paid.id,
            Claim.id.is_distinct_from(besides),
            Claim.status.not_in(ENDED),
        )
        .group_by(ClaimLine.position)
    )
    return {position: int(pence) for position, pence in found}


def _topping_up(claim: Claim, found: Repriced) -> ClaimLine:
    """Make the line that pays the difference; a receipt stays with the claim that was paid."""
    anew = found.anew
    told = {name: value for name, value in told_of(anew).items() if name != "amount_pence"}
    if anew.kind not in RATED:
        told["no_receipt_because"] = told["no_receipt_because"] or _RECEIPT
    paid = wording.pounds(found.paid_pence)
    return ClaimLine(
        **told,
        claim_id=claim.id,
        told_pence=anew.told_pence,
        amount_pence=found.difference_pence,
        route=anew.route,
        rate_id=anew.rate_id,
        explanation=f"Top-up by a new rate. {anew.explanation} Paid before: {paid}.",
    )


def told_of(line: ClaimLine) -> dict[str, Any]:
    """Give a line as it was told, at its position."""
    told = {name: getattr(line, name) for name in (*_PRICED, *_TOLD) if name != "amount_pence"}
    told |= {"position": line.position, "kind": line.kind, "day": line.day}
    return {**told, "amount_pence": line.told_pence}


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


async def _fees(door: Statement, claim: Claim, *, settled: bool) -> Fees:
    found = await facts.of_fees(door, claim)
    if claim.fees_by_voucher and not settled and not found.vouchers_allowed:
        raise VouchersNotAllowedError
    return Fees(found.choice, found.given_pence, claim.fees_by_voucher)


def total(lines: Sequence[ClaimLine]) -> int:
    return sum(line.amount_pence for line in lines)
