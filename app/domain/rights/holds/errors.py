from app.core.errors import DomainError, NotFoundError
from app.domain.people.register.errors import PersonHeldError


class HoldNotFoundError(NotFoundError):
    slug = "legal-hold-not-found"
    title = "Nothing of this person is held"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {"legal_hold": PersonHeldError}
