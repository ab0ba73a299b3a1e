from app.core.errors import DomainError, ForbiddenError, InvalidError, NotFoundError


class SupporterNotFoundError(NotFoundError):
    slug = "supporter-not-found"
    title = "The person named no such supporter"


class SupporterTimeError(InvalidError):
    slug = "supporter-time"
    title = "A supporter is named until a later day, at most a year ahead"


class SupporterEndedError(DomainError):
    slug = "supporter-ended"
    title = "The supporter acts for the person no more"


class SupporterMayNotError(ForbiddenError):
    slug = "supporter-may-not"
    title = "The person did not name the supporter for this"


class SupporterLoginError(DomainError):
    slug = "supporter-login-taken"
    title = "The supporter signs in by another login already"


class NotBoundError(ForbiddenError):
    slug = "not-bound"
    title = "This login is bound to no record; bind it by a sign-in code"


class OwnRecordNotFoundError(NotFoundError):
    slug = "own-record-not-found"
    title = "This credential has no record of its own"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_person_supporter_in_order": SupporterTimeError,
    "ck_person_supporter_fixed": SupporterEndedError,
    "ck_acted_for_allowed": SupporterEndedError,
}
