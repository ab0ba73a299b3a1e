from app.core.errors import DomainError, InvalidError, NotFoundError


class ReturnNotFoundError(NotFoundError):
    slug = "return-not-found"
    title = "No such national return, or you may not see it"


class DraftExistsError(DomainError):
    slug = "return-draft-exists"
    title = "This month's return is drafted already; sign or delete that draft"


class ReturnUnchangedError(DomainError):
    slug = "return-unchanged"
    title = "The signed return says the same; there is nothing to correct"


class ReturnSignedError(DomainError):
    slug = "return-signed"
    title = "A signed return never changes; draft a correction"


class OwnReturnError(DomainError):
    slug = "return-own-draft"
    title = "Another person than the one who drafted a return signs it off"


class ReturnNotReadyError(DomainError):
    slug = "return-not-ready"
    title = "Checks that must hold before sign-off do not"


class FutureMonthError(InvalidError):
    slug = "month-not-begun"
    title = "The month has not begun"
