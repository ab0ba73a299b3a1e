from app.core.errors import DomainError, InvalidError, NotFoundError


class OpportunityNotFoundError(NotFoundError):
    slug = "opportunity-not-found"
    title = "No such opportunity, or it is not yours"


class OpportunityStatusError(DomainError):
    slug = "opportunity-status"
    title = "The opportunity's status does not allow this"


class OpportunityIncompleteError(DomainError):
    slug = "opportunity-incomplete"
    title = "An opportunity is published with a text in easy read"


class OpportunityTimesError(InvalidError):
    slug = "opportunity-times"
    title = "A time ends after it begins, within a day, and no two begin together"


class OpportunityFullError(DomainError):
    slug = "opportunity-full"
    title = "Every place of the opportunity is taken"


class CoordinatorUnknownError(InvalidError):
    slug = "coordinator-unknown"
    title = "A coordinator is an active user"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_opportunity_easy_read": OpportunityIncompleteError,
    "ck_opportunity_places_taken": OpportunityFullError,
    "ck_opportunity_time_in_order": OpportunityTimesError,
    "uq_opportunity_time_opportunity_id_starts_at": OpportunityTimesError,
}
