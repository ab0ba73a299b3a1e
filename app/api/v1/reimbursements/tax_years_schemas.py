from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from app.api.v1.organisation.schemas import NEXT
from app.core.wire import Day
from app.domain.reimbursements.kinds import LineKind, Route, Vehicle
from app.domain.reimbursements.tax_years.years import TaxYear, days_of
from app.reports.sheets import MEDIA, Format

Year = Annotated[
    int,
    Path(
        ge=2000,
        le=2199,
        description="The calendar year on whose 6 April the tax year begins.",
        examples=[2026],
    ),
]
Pence = Annotated[int, Field(description="In pence.", examples=[18_000])]
CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            MEDIA[Format.CSV].partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
        }
    }
}


class TaxPaymentOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    paid_on: Day
    route: Route
    amount_pence: Pence
    reference: str = Field(
        description="Ours; of vouchers the number of the signed receipt.",
        examples=["EV00000042P1"],
    )


class TaxExpensesOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: LineKind
    amount_pence: Pence


class TaxMileageOut(BaseModel):
    """Mileage beside what HMRC's rates for the same miles come to, of all journeys together."""

    model_config = ConfigDict(from_attributes=True)

    vehicle: Vehicle
    miles: str = Field(examples=["120.5"])
    amount_pence: Pence
    approved_pence: Pence | None = Field(description="Null where no card of HMRC's holds.")
    within_pence: Pence | None = Field(description="What of it HMRC approves.")
    above_pence: Pence | None = Field(description="What is above, and may be taxed.", examples=[0])


class TaxYearOut(BaseModel):
    """What somebody was paid in a tax year, by the day of payment."""

    year: int = Field(examples=[2026])
    first_day: Day = Field(examples=["2026-04-06"])
    last_day: Day = Field(examples=["2027-04-05"])
    fees_pence: Pence = Field(description="Paid by payroll, before tax.")
    vouchers_pence: Pence = Field(description="Given in vouchers, which are taxed as fees are.")
    charity_pence: Pence = Field(description="Given to charities instead: nobody's earnings.")
    expenses_pence: Pence = Field(description="Paid back of what was spent.")
    expenses: list[TaxExpensesOut] = Field(description="The same by kind, mileage too.")
    mileage: list[TaxMileageOut]
    payments: list[TaxPaymentOut] = Field(description="Oldest first.")
    number_of_payments: int = Field(examples=[4])

    @classmethod
    def of(cls, told: TaxYear) -> Self:
        first, last = days_of(told.year)
        return cls(
            year=told.year,
            first_day=first,
            last_day=last,
            fees_pence=told.fees_pence,
            vouchers_pence=told.vouchers_pence,
            charity_pence=told.charity_pence,
            expenses_pence=told.expenses_pence,
            expenses=[TaxExpensesOut.model_validate(each) for each in told.expenses],
            mileage=[
                TaxMileageOut(
                    vehicle=each.vehicle,
                    miles=str(each.miles),
                    amount_pence=each.amount_pence,
                    approved_pence=each.approved_pence,
                    within_pence=each.within_pence,
                    above_pence=each.above_pence,
                )
                for each in told.mileage
            ],
            payments=[TaxPaymentOut.model_validate(each) for each in told.payments],
            number_of_payments=len(told.payments),
        )


class PersonPaidOut(BaseModel):
    """What somebody was paid in the year."""

    person_id: UUID
    name: str = Field(examples=["Amara Okafor"])
    payroll_number: str | None = Field(examples=["30014077"])
    fees_pence: Pence
    payments: int = Field(description="Of fees.", examples=[6])
    vouchers_pence: Pence = Field(examples=[0])


class AnnualReturnOut(BaseModel):
    """All involvement payments of a tax year that payroll tells of, person by person."""

    year: int = Field(examples=[2026])
    first_day: Day = Field(examples=["2026-04-06"])
    last_day: Day = Field(examples=["2027-04-05"])
    people: int = Field(description="On all pages.", examples=[140])
    fees_pence: Pence = Field(description="Of all people.")
    payments: int = Field(description="Of fees, of all people.", examples=[610])
    vouchers_pence: Pence = Field(description="Of all people.")
    ledger_pence: Pence = Field(
        description="What the ledger booked for fees that payroll paid on these days."
    )
    holds: bool = Field(description="Whether that and the fees are the same.")
    items: list[PersonPaidOut]
    next: str | None = NEXT
