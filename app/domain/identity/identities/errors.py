from app.core.errors import DomainError, NotFoundError


class IdentityNotFoundError(NotFoundError):
    slug = "identity-not-found"
    title = "This user has no such identity"


class IdentityTakenError(DomainError):
    slug = "identity-taken"
    title = "This subject of the issuer is a user's already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_user_identity_issuer_subject": IdentityTakenError,
}
