from app.core.errors import DomainError, InvalidError, NotFoundError


class PaymentCapNotFoundError(NotFoundError):
    slug = "payment-cap-not-found"
    title = "The person has set no cap on their fees"


class CapStartError(InvalidError):
    slug = "cap-start"
    title = "A week starts on a weekday from 1 to 7, a month on a day from 1 to 31"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {"ck_payment_cap_starts_on": CapStartError}
