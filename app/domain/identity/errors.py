from app.core.errors import DomainError, ForbiddenError, InvalidError, NotFoundError


class KeyNotFoundError(NotFoundError):
    slug = "key-not-found"
    title = "No such API key"


class UserNotFoundError(NotFoundError):
    slug = "user-not-found"
    title = "No such user"


class TooManyLiveKeysError(DomainError):
    slug = "too-many-live-keys"
    title = "A key may be live twice, while it is rotated; revoke one first"


class ScopeNotHeldError(InvalidError):
    slug = "scope-not-held"
    title = "A key cannot be given what its user's roles do not hold"


class UserInactiveError(DomainError):
    slug = "user-inactive"
    title = "The user is not active; no key of theirs would be taken"


class GrantExceedsOwnError(ForbiddenError):
    slug = "grant-exceeds-own"
    title = "Nobody grants more than they hold themselves"
