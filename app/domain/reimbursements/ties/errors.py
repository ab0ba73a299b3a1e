from app.core.errors import DomainError, NotFoundError
from app.domain.identity.errors import UserNotFoundError


class TieNotFoundError(NotFoundError):
    slug = "tie-not-found"
    title = "The person is not noted to be this user"


class TieKnownError(DomainError):
    slug = "tie-known"
    title = "The person is noted to be this user already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_person_user_person_id_user_id": TieKnownError,
    "fk_person_user_user_id": UserNotFoundError,
}
