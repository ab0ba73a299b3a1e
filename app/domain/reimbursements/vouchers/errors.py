from app.core.errors import DomainError, InvalidError, NotFoundError


class VoucherNotFoundError(NotFoundError):
    slug = "voucher-not-found"
    title = "No such voucher"


class VoucherNumberError(DomainError):
    slug = "voucher-number-taken"
    title = "A voucher of these numbers is in the stock already"


class VoucherStatusError(DomainError):
    slug = "voucher-status"
    title = "The voucher's status does not allow this"


class VoucherAmountError(DomainError):
    slug = "voucher-amount"
    title = "No vouchers in stock make up just this amount"


class VoucherReceiverError(InvalidError):
    slug = "voucher-receiver"
    title = "Vouchers are issued to one person, who signs for them"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_voucher_number": VoucherNumberError,
    "ck_voucher_follows": VoucherStatusError,
    "ck_voucher_issued": VoucherReceiverError,
    "ck_voucher_signature_reference": VoucherReceiverError,
}
