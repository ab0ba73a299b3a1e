from app.core.errors import DomainError, InvalidError, NotFoundError
from app.domain.people.register.errors import HELD


class ReceiptNotFoundError(NotFoundError):
    slug = "receipt-not-found"
    title = "No such receipt, or you may not see it"


class ReceiptTypeError(InvalidError):
    slug = "receipt-type"
    title = "A receipt is a JPEG, a PNG or a PDF, by what is in the file"


class ReceiptPixelsError(InvalidError):
    slug = "receipt-pixels"
    title = "An image has 40 megapixels at most"


class ReceiptPagesError(InvalidError):
    slug = "receipt-pages"
    title = "A PDF has 20 pages at most"


class ReceiptEncryptedError(InvalidError):
    slug = "receipt-encrypted"
    title = "A PDF that is encrypted cannot be read"


class ReceiptQuotaError(DomainError):
    slug = "receipt-quota"
    title = "The person has as many receipts waiting for a claim as one may have"


class ReceiptUsedError(DomainError):
    slug = "receipt-in-use"
    title = "A claim uses this receipt"


class ReceiptQuarantinedError(DomainError):
    slug = "receipt-quarantined"
    title = "This file could not be made safe, so that nobody downloads it"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    **HELD,
    "receipt_used": ReceiptUsedError,
    "fk_claim_line_receipt_receipt_id": ReceiptUsedError,
}
