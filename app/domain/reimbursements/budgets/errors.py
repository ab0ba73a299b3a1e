from app.core.errors import DomainError, InvalidError, NotFoundError
from app.domain.reimbursements.ledger.errors import BudgetExceededError, CommitmentExceededError


class CostCentreNotFoundError(NotFoundError):
    slug = "cost-centre-not-found"
    title = "No such cost centre, or you may not see it"


class CostCentreCodeError(DomainError):
    slug = "cost-centre-code-taken"
    title = "A cost centre has this code already"


class BudgetHolderError(InvalidError):
    slug = "budget-holder"
    title = "Holders of a cost centre are active users, each named once"


class BudgetNotFoundError(NotFoundError):
    slug = "budget-not-found"
    title = "No such budget, or you may not see it"


class BudgetPeriodError(InvalidError):
    slug = "budget-period"
    title = "A budget ends on the day it starts, or later"


class BudgetOverlapsError(DomainError):
    slug = "budget-overlaps"
    title = "The cost centre has a budget for a part of this period already"


class BudgetAmountError(DomainError):
    slug = "budget-amount"
    title = "A budget is not lowered below what is committed and spent"


class BudgetOfAwardError(DomainError):
    slug = "budget-of-award"
    title = "The budget of an award is one, and as much as was awarded"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_cost_centre_code": CostCentreCodeError,
    "uq_budget_holder_cost_centre_id_user_id": BudgetHolderError,
    "ck_budget_in_order": BudgetPeriodError,
    "ex_budget_one_at_a_time": BudgetOverlapsError,
    "uq_budget_fund_application_id": BudgetOfAwardError,
    "ck_budget_of_award": BudgetOfAwardError,
    "ck_budget_within_amount": BudgetAmountError,
}

__all__ = ["BudgetExceededError", "CommitmentExceededError"]
