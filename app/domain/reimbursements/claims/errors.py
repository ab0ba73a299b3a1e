from app.core.errors import DomainError, ForbiddenError, InvalidError, NotFoundError
from app.domain.reimbursements.receipts.errors import ReceiptNotFoundError


class ClaimNotFoundError(NotFoundError):
    slug = "claim-not-found"
    title = "No such claim, or you may not see it"


class ClaimStatusError(DomainError):
    slug = "claim-status"
    title = "The claim's status does not allow this"


class ClaimDuplicateError(DomainError):
    slug = "claim-duplicate"
    title = "This was claimed already: the same kind, for the same activity, on the same day"


class ClaimEmptyError(DomainError):
    slug = "claim-empty"
    title = "A claim needs a line that comes to something"


class ClaimLateError(DomainError):
    slug = "claim-late"
    title = "The time to claim this has ended"


class ClaimDayError(InvalidError):
    slug = "claim-day"
    title = "Nothing is claimed for a day that has not come"


class ClaimTotalError(InvalidError):
    slug = "claim-total"
    title = "This comes to more than one claim may"


class ReceiptMissingError(InvalidError):
    slug = "receipt-missing"
    title = "What was paid needs a receipt, or a word why there is none"


class ReceiptClaimedError(DomainError):
    slug = "receipt-claimed"
    title = "This receipt belongs to another claim"


class ActivityMissingError(InvalidError):
    slug = "activity-missing"
    title = "The person has no such activity to claim for"


class ActivityNotAttendedError(DomainError):
    slug = "activity-not-attended"
    title = "Nobody noted that the person took part"


class ClaimSelfError(ForbiddenError):
    slug = "claim-self"
    title = "Nobody decides on their own claim, or for somebody they acted for"


class ClaimHandsError(ForbiddenError):
    slug = "claim-hands"
    title = "Whoever submits, certifies and approves a claim are different people"


class VouchersNotAllowedError(DomainError):
    slug = "vouchers-not-allowed"
    title = "The trust gives no vouchers"


class ClaimApproverError(ForbiddenError):
    slug = "claim-approver"
    title = "A claim is approved by who holds the budget that it is paid from"


class ClaimBudgetError(InvalidError):
    slug = "claim-budget"
    title = "A claim is paid from a budget of its activity's day"


class ClaimPartPaidError(DomainError):
    slug = "claim-part-paid"
    title = "A part of the claim was paid, so that it is not taken back"


class ClaimCertifierError(ForbiddenError):
    slug = "claim-certifier"
    title = "An activity is certified by who coordinates it"


class FlagsUnansweredError(DomainError):
    slug = "flags-unanswered"
    title = "What the checks of the claim found needs an answer first"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_claim_occasion_live": ClaimDuplicateError,
    "uq_claim_receipt_live": ReceiptClaimedError,
    "fk_claim_receipt_receipt_id": ReceiptNotFoundError,
    "uq_claim_action_hands": ClaimHandsError,
    "uq_claim_action_claim_id": ClaimStatusError,
    "ck_claim_action_not_oneself": ClaimSelfError,
    "ck_claim_action_step": ClaimStatusError,
    "claim_action_apart": ClaimSelfError,
    "claim_flags_answered": FlagsUnansweredError,
    "claim_line_open": ClaimStatusError,
    "claim_unpaid": ClaimPartPaidError,
    "fk_claim_moves": ClaimStatusError,
    "ck_claim_comes_to_something": ClaimEmptyError,
}
