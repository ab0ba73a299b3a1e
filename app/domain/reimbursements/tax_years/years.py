"""What a person was paid in a tax year, as it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.domain.reimbursements.kinds import LineKind, Route, Vehicle
from app.domain.reimbursements.rates.tax_year import first_day
from app.domain.reimbursements.tax_years.errors import TaxYearNotFoundError


@dataclass(frozen=True, slots=True)
class Payment:
    """What was paid on a day by one route; vouchers are named by what was signed for them."""

    paid_on: date
    route: Route
    amount_pence: int
    reference: str


@dataclass(frozen=True, slots=True)
class Expenses:
    """What was paid back of one kind."""

    kind: LineKind
    amount_pence: int


@dataclass(frozen=True, slots=True)
class Mileage:
    """What was paid for one kind of vehicle, and what HMRC's rates for the same miles come to.

    `approved_pence` is None where no card of HMRC's holds for a day.
    """

    vehicle: Vehicle
    miles: Decimal
    amount_pence: int
    approved_pence: int | None

    @property
    def within_pence(self) -> int | None:
        return None if self.approved_pence is None else min(self.amount_pence, self.approved_pence)

    @property
    def above_pence(self) -> int | None:
        """Give what is above the approved amount, and so may be taxed."""
        if self.approved_pence is None:
            return None
        return max(self.amount_pence - self.approved_pence, 0)


@dataclass(frozen=True, slots=True)
class TaxYear:
    """What somebody was paid from 6 April of `year` to 5 April of the next, by payment day."""

    year: int
    payments: Sequence[Payment]
    expenses: Sequence[Expenses]
    mileage: Sequence[Mileage]

    @property
    def fees_pence(self) -> int:
        return self._by(Route.PAYROLL)

    @property
    def vouchers_pence(self) -> int:
        return self._by(Route.VOUCHER)

    @property
    def charity_pence(self) -> int:
        """Give what went to a charity instead, which is nobody's earnings."""
        return self._by(Route.CHARITY)

    @property
    def expenses_pence(self) -> int:
        return self._by(Route.ACCOUNTS_PAYABLE)

    def _by(self, route: Route) -> int:
        return sum(each.amount_pence for each in self.payments if each.route is route)


def begun(year: int, today: date) -> tuple[date, date]:
    """Give the days of a tax year that has begun; raises TaxYearNotFoundError."""
    first, last = days_of(year)
    if today < first:
        raise TaxYearNotFoundError
    return first, last


def days_of(year: int) -> tuple[date, date]:
    """Give the first and the last day of the tax year that begins in a calendar year."""
    return first_day(year), first_day(year + 1) - timedelta(days=1)
