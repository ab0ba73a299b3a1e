from app.core.errors import DomainError, InvalidError
from app.domain.reimbursements.payees.charities.errors import CharityNotFoundError


class ChoiceMissingError(DomainError):
    slug = "choice-missing"
    title = "The person has not said yet whether they take a fee for this activity"


class ChoiceDeclinedError(DomainError):
    slug = "choice-declined"
    title = "The person declined a fee for this activity"


class ChoiceLateError(DomainError):
    slug = "choice-late"
    title = "A choice is made before the activity"


class ChoiceLimitError(InvalidError):
    slug = "choice-limit"
    title = "To take less says how much at most, and to give it away says to whom"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "payment_choice_before": ChoiceLateError,
    "ck_payment_choice_limit": ChoiceLimitError,
    "ck_payment_choice_charity": ChoiceLimitError,
    "fk_payment_choice_charity_id": CharityNotFoundError,
    "ck_payment_choice_made_before_told": ChoiceLateError,
}
