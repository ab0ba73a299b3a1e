"""What is to be posted, before it is: legs that balance, and what they are posted for."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.ledger.errors import PostingUnbalancedError
from app.domain.reimbursements.ledger.models import Account, PostingKind

LEAST: Final = 2


@dataclass(frozen=True, slots=True)
class Leg:
    """An entry to be: pence are positive for a debit, negative for a credit."""

    account: Account
    pence: int
    person_id: UUID | None = None
    line_kind: LineKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A posting to be; `once` is unique for what it is posted for, as `approve:<claim>:<round>`."""

    kind: PostingKind
    once: str
    day: date
    by: UUID
    legs: tuple[Leg, ...]
    budget_id: UUID | None = None
    claim_id: UUID | None = None
    payment_id: UUID | None = None
    reverses_id: UUID | None = None
    words: str | None = None

    def check(self) -> None:
        """Refuse what does not balance; raises PostingUnbalancedError."""
        pence = [leg.pence for leg in self.legs]
        if len(pence) < LEAST or 0 in pence or sum(pence) != 0:
            raise PostingUnbalancedError


def alike(first: Iterable[Leg], second: Iterable[Leg]) -> bool:
    """Tell whether two postings book the same, in whatever order."""
    return Counter(first) == Counter(second)


def turned(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """Give the legs that undo these."""
    return tuple(Leg(leg.account, -leg.pence, leg.person_id, leg.line_kind) for leg in legs)
