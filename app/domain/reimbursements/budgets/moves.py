"""What is moved of a budget's money, and the legs that book it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.domain.reimbursements.kinds import LineKind, Route
from app.domain.reimbursements.ledger.drafts import Draft, Leg
from app.domain.reimbursements.ledger.models import Account, PostingKind

# What a payment by each route is booked against.
CLEARING: Final[Mapping[Route, Account]] = MappingProxyType(
    {
        Route.PAYROLL: Account.PAYROLL_CLEARING,
        Route.ACCOUNTS_PAYABLE: Account.PAYABLES_CLEARING,
        Route.CHARITY: Account.CHARITY_CLEARING,
        Route.VOUCHER: Account.VOUCHER_STOCK,
    }
)


@dataclass(frozen=True, slots=True)
class Part:
    """Some pence, above nothing, of one person for one kind of line."""

    pence: int
    person_id: UUID | None = None
    line_kind: LineKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Some of one budget's money, in parts; `once` is unique for what it is moved for."""

    budget_id: UUID
    parts: tuple[Part, ...]
    once: str
    day: date
    by: UUID
    claim_id: UUID | None = None
    payment_id: UUID | None = None

    @property
    def pence(self) -> int:
        return sum(part.pence for part in self.parts)


def reservation(move: Move) -> Draft:
    return _draft(PostingKind.RESERVATION, move, _commit(move))


def release(move: Move) -> Draft:
    return _draft(PostingKind.RELEASE, move, _free(move))


def payment(move: Move, route: Route) -> Draft:
    """Give what releases a commitment and books the expense instead."""
    voucher = route is Route.VOUCHER
    kind = PostingKind.VOUCHER_ISSUE if voucher else PostingKind.PAYMENT
    booked = [
        leg
        for part in move.parts
        for leg in (
            Leg(Account.EXPENSE, part.pence, part.person_id, part.line_kind),
            Leg(CLEARING[route], -part.pence, part.person_id, part.line_kind),
        )
    ]
    return _draft(kind, move, (*_free(move), *booked))


def _commit(move: Move) -> tuple[Leg, ...]:
    return tuple(
        leg
        for part in move.parts
        for leg in (
            Leg(Account.COMMITMENTS, part.pence, part.person_id, part.line_kind),
            Leg(Account.COMMITMENTS_CONTROL, -part.pence, part.person_id, part.line_kind),
        )
    )


def _free(move: Move) -> tuple[Leg, ...]:
    return tuple(
        Leg(leg.account, -leg.pence, leg.person_id, leg.line_kind) for leg in _commit(move)
    )


def _draft(kind: PostingKind, move: Move, legs: tuple[Leg, ...]) -> Draft:
    return Draft(
        kind=kind,
        once=move.once,
        day=move.day,
        by=move.by,
        legs=legs,
        budget_id=move.budget_id,
        claim_id=move.claim_id,
        payment_id=move.payment_id,
    )
