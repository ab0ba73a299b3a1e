from app.core.errors import DomainError, InvalidError, NotFoundError


class AccessNotFoundError(NotFoundError):
    slug = "subject-access-not-found"
    title = "This person has no such request"


class AccessReleasedError(DomainError):
    slug = "subject-access-released"
    title = "This request was answered already"


class AccessExtendedError(DomainError):
    slug = "subject-access-extended"
    title = "The time to answer is extended once"


class AccessReceivedError(InvalidError):
    slug = "subject-access-received"
    title = "A request was received on a day up to today"


class IdentityUncheckedError(DomainError):
    slug = "identity-unchecked"
    title = "Nothing is released to somebody whose identity was not checked"


class ReviewNeededError(InvalidError):
    slug = "review-needed"
    title = "What staff wrote is read before it is released, as it may name others"
