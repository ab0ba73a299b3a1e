from app.core.errors import DomainError, NotFoundError


class PostingNotFoundError(NotFoundError):
    slug = "posting-not-found"
    title = "No such posting in the ledger, or you may not see it"


class PostingUnbalancedError(DomainError):
    slug = "posting-unbalanced"
    title = "The entries of a posting are two or more, none of nothing, and sum to zero"


class PostingDiffersError(DomainError):
    slug = "posting-differs"
    title = "Something else was posted for this before"


class PostingReversedError(DomainError):
    slug = "posting-reversed"
    title = "The posting is reversed already"


class PostingNotReversibleError(DomainError):
    slug = "posting-not-reversible"
    title = "A posting of this kind is not reversed"


class PostedInFutureError(DomainError):
    slug = "posted-in-future"
    title = "Nothing is posted for a day after today"


class BudgetExceededError(DomainError):
    slug = "budget-exceeded"
    title = "The budget has not enough left"


class CommitmentExceededError(DomainError):
    slug = "commitment-exceeded"
    title = "No more is released or paid than was committed"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_ledger_entry_amount_pence": PostingUnbalancedError,
    "ck_ledger_posting_balanced": PostingUnbalancedError,
    "ck_ledger_posting_entries": PostingUnbalancedError,
    "ck_ledger_posting_mirrors": PostingNotReversibleError,
    "ck_ledger_posting_not_in_future": PostedInFutureError,
    "uq_ledger_posting_reverses_id": PostingReversedError,
    "ck_ledger_posting_committed": CommitmentExceededError,
    "ck_budget_committed_pence": CommitmentExceededError,
    "ck_budget_spent_pence": CommitmentExceededError,
    "ck_budget_within_amount": BudgetExceededError,
}
