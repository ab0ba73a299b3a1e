"""What a payment file is written from: its rows, and the facts of its run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.reimbursements.kinds import LineKind, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """What one payment pays for one kind of line out of one cost centre, in pence.

    `reference` is our own for the payment, and every row of the payment bears it: results come
    back under it. `number` is the row's place in the run, from 1.
    """

    number: int
    reference: str
    route: Route
    payee_name: str = field(repr=False)
    amount_pence: int
    cost_centre: str
    account_code: str
    line_kind: LineKind
    claim_reference: str
    activity_on: date
    payroll_number: str | None = field(default=None, repr=False)
    supplier_number: str | None = field(default=None, repr=False)
    sort_code: str | None = field(default=None, repr=False)
    account_number: str | None = field(default=None, repr=False)
    voucher_number: str | None = None

    @property
    def description(self) -> str:
        """Say the kind of line in words."""
        return self.line_kind.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What is true of the whole run; `count` payments of `total_pence` together.

    The originator's name, account and service user number are told where a file needs them.
    """

    number: int
    route: Route
    created_on: date
    input_on: date
    processing_on: date
    arrival_on: date
    count: int
    total_pence: int
    originator_name: str = ""
    originator_sort_code: str = field(default="", repr=False)
    originator_account: str = field(default="", repr=False)
    service_user_number: str = ""


@dataclass(frozen=True, slots=True)
class Controls:
    """What a run's rows come to, worked out from the rows alone.

    `hash_total` is the sum, over the payments, of the number of the account that each goes to (or
    of the payroll or supplier number) read as a whole number: a row changed on its way changes it.
    """

    payments: int
    rows: int
    total_pence: int
    hash_total: int

    @classmethod
    def of(cls, rows: Iterable[PaymentRow]) -> "Controls":
        kept = tuple(rows)
        paid = {row.reference: row for row in kept}
        return cls(
            len(paid),
            len(kept),
            sum(row.amount_pence for row in kept),
            sum(_hashed(row) for row in paid.values()),
        )


def _hashed(row: PaymentRow) -> int:
    told = row.account_number or row.payroll_number or row.supplier_number or ""
    return int("".join(each for each in told if each in "0123456789") or 0)


def per_payment(rows: Sequence[PaymentRow]) -> tuple[PaymentRow, ...]:
    """Join the rows of each payment into its first, renumbered from 1; the order is kept."""
    totals: dict[str, int] = {}
    firsts: dict[str, PaymentRow] = {}
    for row in rows:
        firsts.setdefault(row.reference, row)
        totals[row.reference] = totals.get(row.reference, 0) + row.amount_pence
    return tuple(
        replace(row, number=number, amount_pence=totals[row.reference])
        for number, row in enumerate(firsts.values(), 1)
    )


class Kind(StrEnum):
    """How the value of a field is written."""

    TEXT = "text"
    NUMBER = "number"
    PENCE = "pence"
    DAY = "day"


# What a layout may take of a row.
ROW_FIELDS: Final[Mapping[str, Kind]] = {
    "number": Kind.NUMBER,
    "reference": Kind.TEXT,
    "route": Kind.TEXT,
    "payee_name": Kind.TEXT,
    "payroll_number": Kind.TEXT,
    "supplier_number": Kind.TEXT,
    "sort_code": Kind.TEXT,
    "account_number": Kind.TEXT,
    "voucher_number": Kind.TEXT,
    "amount_pence": Kind.PENCE,
    "cost_centre": Kind.TEXT,
    "account_code": Kind.TEXT,
    "line_kind": Kind.TEXT,
    "description": Kind.TEXT,
    "claim_reference": Kind.TEXT,
    "activity_on": Kind.DAY,
}
# Of which these are no more one thing where the rows of a payment are joined.
OF_A_LINE: Final = frozenset(
    {"cost_centre", "account_code", "line_kind", "description", "claim_reference", "activity_on"}
)
# What a layout may take of the run, in any of its lines.
RUN_FIELDS: Final[Mapping[str, Kind]] = {
    "run_number": Kind.NUMBER,
    "created_on": Kind.DAY,
    "input_on": Kind.DAY,
    "processing_on": Kind.DAY,
    "arrival_on": Kind.DAY,
    "originator_name": Kind.TEXT,
    "originator_sort_code": Kind.TEXT,
    "originator_account": Kind.TEXT,
    "service_user_number": Kind.TEXT,
    "payments": Kind.NUMBER,
    "rows": Kind.NUMBER,
    "total_pence": Kind.PENCE,
    "hash_total": Kind.NUMBER,
}
