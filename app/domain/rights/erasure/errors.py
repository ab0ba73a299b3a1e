from app.core.errors import DomainError, InvalidError, NotFoundError


class ErasureNotFoundError(NotFoundError):
    slug = "erasure-not-found"
    title = "There was no such erasure"


class MattersUnfinishedError(DomainError):
    slug = "matters-unfinished"
    title = "Something of this person is still to come to its end"


class ErasureReceivedError(InvalidError):
    slug = "erasure-received"
    title = "An erasure was asked for on a day up to today"


class DeciderUnknownError(InvalidError):
    slug = "decider-unknown"
    title = "Who decides is an active user"
