from app.core.errors import DomainError, ForbiddenError, NotFoundError


class PublicCodeNotFoundError(NotFoundError):
    slug = "public-code-not-found"
    title = "No such public code, or it is not in use, or you may not see it"


class TokenRefusedError(ForbiddenError):
    slug = "token-refused"
    title = "This public code needs its token"


class ReceiptUsedError(DomainError):
    slug = "receipt-used"
    title = "Another response was sent with this receipt"


class ReceiptUnknownError(NotFoundError):
    slug = "receipt-unknown"
    title = "No response has this receipt"


class ActiveToError(DomainError):
    status = 422
    slug = "active-to-before-from"
    title = "A public code ends on the day it begins or later"


REFUSALS: dict[str, type[DomainError]] = {"ck_public_code_active_to": ActiveToError}
