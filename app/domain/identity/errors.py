from app.core.errors import DomainError, InvalidError, NotFoundError


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
