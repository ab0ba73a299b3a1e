from app.core.errors import DomainError, ForbiddenError, InvalidError, NotFoundError


class PaymentLayoutNotFoundError(NotFoundError):
    slug = "payment-layout-not-found"
    title = "No such payment layout"


class PaymentLayoutStatusError(DomainError):
    slug = "payment-layout-status"
    title = "The layout's status does not allow this"


class PaymentLayoutTwoPeopleError(ForbiddenError):
    slug = "payment-layout-two-people"
    title = "One person proposes a payment layout, and another activates it"


class PaymentLayoutColumnsError(InvalidError):
    slug = "payment-layout-columns"
    title = "The layout's columns cannot be written"


class PaymentFileError(DomainError):
    """`errors` are {row, column, code}: places and rules, never what stands there."""

    slug = "payment-file"
    title = "The rows cannot be written in this layout"


class PayDayError(InvalidError):
    slug = "pay-day"
    title = "No payment can arrive on this day"


class ResultFileError(InvalidError):
    slug = "result-file"
    title = "The result file cannot be read"

    @classmethod
    def because(cls, code: str, detail: str) -> "ResultFileError":
        return cls(errors=[{"pointer": "#/file", "detail": detail, "code": code}])


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_payment_layout_two_people": PaymentLayoutTwoPeopleError,
    "ck_payment_layout_by_another": PaymentLayoutTwoPeopleError,
    "ck_payment_layout_following": PaymentLayoutStatusError,
    "uq_payment_layout_active": PaymentLayoutStatusError,
    "ck_payment_layout_fields_known": PaymentLayoutColumnsError,
    "ck_payment_layout_shape": PaymentLayoutColumnsError,
}
