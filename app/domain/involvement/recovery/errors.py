from app.core.errors import DomainError, InvalidError, NotFoundError


class ReferralNotFoundError(NotFoundError):
    slug = "referral-not-found"
    title = "No such referral, or you may not see it"


class ReferralOpenError(DomainError):
    slug = "referral-open"
    title = "This person is referred to this service already"


class ReferralEndedError(DomainError):
    slug = "referral-ended"
    title = "The referral has ended"


class ReferralDayError(InvalidError):
    slug = "referral-day"
    title = "A referral comes first, then the first contact, then the end, none of them in future"


class ReferralOutcomeError(InvalidError):
    slug = "referral-outcome"
    title = "This service has no such outcome"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_recovery_referral_open": ReferralOpenError,
    "ck_recovery_referral_in_order": ReferralDayError,
    "ck_recovery_referral_paid_work": ReferralOutcomeError,
}
