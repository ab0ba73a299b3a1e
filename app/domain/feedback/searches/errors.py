from app.core.errors import DomainError, ForbiddenError, InvalidError, NotFoundError


class SearchNotFoundError(NotFoundError):
    slug = "saved-search-not-found"
    title = "No such saved search, or it is somebody else's and not shared"


class SearchNotYoursError(ForbiddenError):
    slug = "saved-search-not-yours"
    title = "Only who saved a search changes or deletes it"


class SearchNameTakenError(DomainError):
    slug = "saved-search-name-taken"
    title = "You have a saved search of this name already"


class SearchOutdatedError(DomainError):
    slug = "saved-search-outdated"
    title = "The filters of this search are no longer understood; save it with others"


class AlertAddressError(InvalidError):
    slug = "alert-address-missing"
    title = "An alert needs an address to go to"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_feedback_search_owner_id_name": SearchNameTakenError,
    "ck_feedback_search_alert_has_address": AlertAddressError,
}
