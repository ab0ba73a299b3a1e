from app.core.errors import DomainError, ForbiddenError, InvalidError, NotFoundError


class PaymentRunNotFoundError(NotFoundError):
    slug = "payment-run-not-found"
    title = "No such payment run"


class PaymentRunStatusError(DomainError):
    slug = "payment-run-status"
    title = "The payment run's status does not allow this"


class PaymentRunEmptyError(DomainError):
    slug = "payment-run-empty"
    title = "Nothing waits on this route that can be paid"


class PaymentRunReleaserError(ForbiddenError):
    slug = "payment-run-releaser"
    title = "A run is released by somebody who had no hand in it, its claims or its payees"


class PaymentRunChangedError(DomainError):
    slug = "payment-run-changed"
    title = "What the run pays is not what was agreed to any more"


class PaymentResultsError(InvalidError):
    slug = "payment-results"
    title = "Some lines of the result file are wrong, and none was taken"


class LayoutMissingError(DomainError):
    slug = "payment-layout-missing"
    title = "No layout is in use for this route"


class VoucherNotDueError(DomainError):
    slug = "voucher-not-due"
    title = "No fee of this claim is to be given as vouchers, or they were given"


class VoucherHandsError(ForbiddenError):
    slug = "voucher-hands"
    title = "Vouchers are handed over by somebody who had no hand in the claim"


class PaymentNotReturnedError(DomainError):
    slug = "payment-not-returned"
    title = "No payment of this claim came back"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_payment_run_released_by_another": PaymentRunReleaserError,
    "payment_run_apart": PaymentRunReleaserError,
    "voucher_apart": VoucherHandsError,
    "uq_claim_payment_live": VoucherNotDueError,
    "ck_payment_run_released": PaymentRunStatusError,
}
