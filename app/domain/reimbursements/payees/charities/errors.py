from app.core.errors import DomainError, InvalidError, NotFoundError


class CharityNotFoundError(NotFoundError):
    slug = "charity-not-found"
    title = "No such charity"


class CharityKnownError(DomainError):
    slug = "charity-known"
    title = "A charity of this number is held already"


class CharityUnpaidError(InvalidError):
    slug = "charity-unpaid"
    title = "A charity is paid by a supplier number or a bank account"


class CharityStatusError(DomainError):
    slug = "charity-status"
    title = "The charity's status does not allow this"


# The constraints that hold the rules, and what it means where one of them refuses; those of every
# payee stand with the payees'.
OWN_REFUSALS: dict[str, type[DomainError]] = {
    "uq_charity_known": CharityKnownError,
    "ck_charity_paid_somehow": CharityUnpaidError,
}
