from app.core.errors import DomainError, InvalidError


class CodeUnknownError(InvalidError):
    slug = "monitoring-code-unknown"
    title = "The NHS Data Dictionary has no such code"


class DisabilityAloneError(InvalidError):
    slug = "disability-alone"
    title = "No disability, and not stated, stand alone"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_equality_monitoring_disabilities_alone": DisabilityAloneError,
}
