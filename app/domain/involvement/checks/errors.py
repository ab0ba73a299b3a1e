from app.core.errors import DomainError, InvalidError, NotFoundError


class CheckNotFoundError(NotFoundError):
    slug = "check-not-found"
    title = "This person has no such check"


class CheckPolicyNotFoundError(NotFoundError):
    slug = "check-policy-not-found"
    title = "It is not decided how long this level counts"


class CheckInFutureError(InvalidError):
    slug = "check-in-future"
    title = "A certificate is not issued after today"


class CheckRecordedError(DomainError):
    slug = "check-recorded"
    title = "This check was recorded already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_dbs_check_not_in_future": CheckInFutureError,
    "uq_dbs_check_person_id_level_issued_on": CheckRecordedError,
}
