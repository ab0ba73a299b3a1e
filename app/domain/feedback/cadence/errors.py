from app.core.errors import DomainError, InvalidError, NotFoundError


class EmptyPeriodNotFoundError(NotFoundError):
    slug = "empty-period-not-found"
    title = "No such period, or you may not see it"


class EmptyPeriodTakenError(DomainError):
    slug = "empty-period-taken"
    title = "The team is marked empty on one of these days already"


class EmptyPeriodOrderError(InvalidError):
    slug = "empty-period-order"
    title = "A period ends after the day on which it begins"


class CadenceRangeError(InvalidError):
    slug = "cadence-range"
    title = "Cadence is given for at most three years at a time"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ex_feedback_empty_period_once": EmptyPeriodTakenError,
    "ck_feedback_empty_period_not_empty": EmptyPeriodOrderError,
}
