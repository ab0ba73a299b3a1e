from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, SAYS, VERSION, Code, Name
from app.core.wire import Day
from app.domain.reimbursements.budgets.models import MOST_PENCE, BudgetChange
from app.domain.reimbursements.kinds import LineKind

CentreCode = Annotated[Code, Field(description="As the general ledger has it.", examples=["A1234"])]
CentreName = Annotated[Name, Field(examples=["Patient involvement"])]
Pence = Annotated[int, Field(ge=1, le=MOST_PENCE, description="In pence.", examples=[5000000])]
Sum = Annotated[int, Field(ge=0, description="In pence.", examples=[120000])]
GlAccount = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,20}$")]
Accounts = Annotated[
    dict[LineKind, GlAccount],
    Field(
        description="The general ledger's account of each kind of line.",
        examples=[{"involvement_fee": "52110", "mileage": "53200"}],
    ),
]
Words = StringConstraints(pattern=SAYS, strip_whitespace=True)
Reason = Annotated[str, Words, Field(max_length=500, examples=["The board gave more in May."])]
BudgetName = Annotated[Name, Field(examples=["Involvement 2026/27"])]
Starts = Annotated[Day, Field(description="The first day.", examples=["2026-04-01"])]
Ends = Annotated[Day, Field(description="The last day.", examples=["2027-03-31"])]
Directorate = Annotated[
    str | None,
    Field(max_length=100, description="A directorate's id or code.", examples=["ADULT"]),
]
HOLDERS = Field(
    max_length=50,
    description="The users who answer for what it spends.",
    examples=[["0195542d-8f00-7c3a-9d55-2f4a6b8c0d1e"]],
)


class CostCentreOut(BaseModel):
    """Where the general ledger counts a cost."""

    id: UUID
    code: CentreCode
    name: CentreName
    directorate_id: UUID | None = Field(description="Null: the whole trust's.")
    holders: list[UUID] = HOLDERS
    accounts: Accounts
    version: int = VERSION


class CostCentreList(BaseModel):
    items: list[CostCentreOut]
    next: str | None = NEXT


class CostCentreFilters(Paging):
    directorate: Directorate = None
    code: str | None = Field(None, max_length=50, examples=["A1234"])


class CostCentreNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: CentreCode
    name: CentreName
    directorate_id: UUID | None = Field(None, examples=[None])


class CostCentreHolders(BaseModel):
    model_config = ConfigDict(extra="forbid")

    holders: list[UUID] = HOLDERS


class CostCentreAccounts(BaseModel):
    model_config = ConfigDict(extra="forbid")

    accounts: Accounts


class BudgetOut(BaseModel):
    """What a cost centre may spend in a period, and how much of it is left."""

    id: UUID
    cost_centre_id: UUID
    directorate_id: UUID | None = Field(description="The cost centre's; null: the whole trust's.")
    name: BudgetName
    starts_on: Starts
    ends_on: Ends
    amount_pence: Pence
    fund_application_id: UUID | None = Field(description="The award that it is, if it is one.")
    committed_pence: Sum = Field(description="Approved and not yet paid, in pence.")
    spent_pence: Sum = Field(description="Paid, in pence.")
    billed_pence: Sum = Field(
        description="Of an award: bills noted at the fund, in pence.", examples=[0]
    )
    left_pence: Sum = Field(description="What may still be approved, in pence.")
    version: int = VERSION


class BudgetList(BaseModel):
    items: list[BudgetOut]
    next: str | None = NEXT


class BudgetFilters(Paging):
    directorate: Directorate = None
    cost_centre: UUID | None = None
    fund_application: UUID | None = None
    on: Day | None = Field(None, description="Budgets of a day.", examples=["2026-06-01"])


class BudgetNew(BaseModel):
    """Tell `amount_pence`, or `fund_application_id` for the budget that an award is, not both."""

    model_config = ConfigDict(extra="forbid")

    cost_centre_id: UUID
    name: BudgetName
    starts_on: Starts
    ends_on: Ends | None = Field(
        None, description="The last day; else that of the financial year.", examples=[None]
    )
    amount_pence: Pence | None = None
    fund_application_id: UUID | None = Field(None, examples=[None])

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.amount_pence is None) == (self.fund_application_id is None):
            raise ValueError("tell `amount_pence` or `fund_application_id`, and not both")
        return self


class BudgetPatch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount_pence: Pence
    reason: Reason


class BudgetChangeOut(BaseModel):
    """That a budget was raised or lowered."""

    id: UUID
    before_pence: Pence
    after_pence: Pence
    reason: Reason
    changed_by: UUID

    @classmethod
    def of(cls, change: BudgetChange) -> Self:
        return cls.model_validate(change, from_attributes=True)


class BudgetChangeList(BaseModel):
    items: list[BudgetChangeOut] = Field(description="Oldest first.")
