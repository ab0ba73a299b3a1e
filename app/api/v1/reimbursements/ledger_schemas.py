from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Paging
from app.api.v1.organisation.schemas import NEXT, VERSION
from app.core.wire import Day
from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.ledger.models import Account, PostingKind
from app.domain.reimbursements.ledger.queries import Balance, Proof
from app.domain.reimbursements.statements.queries import Standing

Signed = Annotated[
    int, Field(description="In pence: a debit above zero, a credit below.", examples=[-2500])
]
Pence = Annotated[int, Field(description="In pence.", examples=[2500])]
PERSON = Field(description="Null where it is nobody's, or you may not see them.")


class EntryOut(BaseModel):
    """One side of a posting."""

    account: Account
    amount_pence: Signed
    currency: str = Field(examples=["GBP"])
    line_kind: LineKind | None
    person_id: UUID | None = PERSON


class PostingOut(BaseModel):
    """Entries that belong together and sum to zero; never changed, only reversed by another."""

    id: UUID
    kind: PostingKind
    day: Day
    budget_id: UUID | None
    claim_id: UUID | None
    payment_id: UUID | None
    reverses_id: UUID | None = Field(description="The posting whose signs it turns.")
    made_by: UUID
    words: str | None = Field(examples=[None])
    entries: list[EntryOut]
    version: int = VERSION


class PostingList(BaseModel):
    items: list[PostingOut]
    next: str | None = NEXT


class PostingFilters(Paging):
    kind: PostingKind | None = None
    budget: UUID | None = None
    claim: UUID | None = None
    payment: UUID | None = None
    person: UUID | None = None
    day_from: Day | None = Field(None, description="The first day.", examples=["2026-04-01"])
    day_to: Day | None = Field(None, description="The last day.", examples=["2027-03-31"])


class StatementFilters(Paging):
    day_from: Day | None = Field(
        None, description="The first day; else from the start.", examples=["2026-04-01"]
    )
    day_to: Day | None = Field(
        None, description="The last day; else today.", examples=["2027-03-31"]
    )


class StandingOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    committed_pence: Pence = Field(description="Approved and not yet paid, in pence.")
    spent_pence: Pence = Field(description="Paid, in pence.")

    @classmethod
    def of(cls, standing: Standing) -> Self:
        return cls.model_validate(standing)


class StatementLine(BaseModel):
    """What one entry committed or spent, or took back."""

    id: UUID
    posting_id: UUID
    kind: PostingKind
    day: Day
    account: Account
    line_kind: LineKind | None
    amount_pence: Signed
    claim_id: UUID | None
    payment_id: UUID | None


class StatementHead(BaseModel):
    day_from: Day | None = Field(examples=["2026-04-01"])
    day_to: Day = Field(examples=["2027-03-31"])
    opening: StandingOut = Field(description="Before the first day.")
    closing: StandingOut = Field(description="At the end of the last day.")


class StatementOut(StatementHead):
    """What somebody or something came to in a time."""

    items: list[StatementLine] = Field(description="Newest first.")
    next: str | None = NEXT


class BudgetStatementHead(StatementHead):
    budget_id: UUID
    amount_pence: Pence = Field(description="As it is today, in pence.")
    left_pence: Pence = Field(description="As it is today, in pence.")


class BudgetStatementOut(BudgetStatementHead):
    """What a budget came to in a time."""

    items: list[StatementLine] = Field(description="Newest first.")
    next: str | None = NEXT


class BalanceOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    account: Account
    debit_pence: Pence
    credit_pence: Pence
    balance_pence: Signed

    @classmethod
    def of(cls, balance: Balance) -> Self:
        return cls(
            account=balance.account,
            debit_pence=balance.debit_pence,
            credit_pence=balance.credit_pence,
            balance_pence=balance.debit_pence - balance.credit_pence,
        )


class ProofOut(BaseModel):
    """Whether the books balance."""

    day: Day = Field(description="All postings up to this day are counted.")
    accounts: list[BalanceOut]
    sum_pence: int = Field(description="Of all entries: nothing.", examples=[0])
    unbalanced_postings: int = Field(description="None.", examples=[0])
    balanced: bool
    budgets_differing: list[UUID] = Field(
        description="Budgets that say something else today than their entries: none.",
        examples=[[]],
    )
    vouchers_pence: Pence = Field(
        description="What the vouchers in stock are worth today: the balance of `voucher_stock`."
    )


class ProofFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    on: Day | None = Field(None, description="Else today.", examples=["2026-06-30"])


def proved(proof: Proof, differing: list[UUID], vouchers_pence: int) -> ProofOut:
    """Put together what the ledger, the budgets and the stock of vouchers say."""
    return ProofOut(
        day=proof.day,
        accounts=[BalanceOut.of(each) for each in proof.balances],
        sum_pence=proof.sum_pence,
        unbalanced_postings=proof.unbalanced,
        balanced=proof.balanced,
        budgets_differing=differing,
        vouchers_pence=vouchers_pence,
    )
