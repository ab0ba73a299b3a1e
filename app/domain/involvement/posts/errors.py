from app.core.errors import DomainError, InvalidError, NotFoundError
from app.domain.involvement.naming.errors import DayInFutureError, PeriodOrderError


class PostNotFoundError(NotFoundError):
    slug = "post-not-found"
    title = "No such post, or you may not see it"


class PostWteError(InvalidError):
    slug = "post-wte"
    title = "A post is more than 0 and at most 1 whole time equivalent"


class PostVacantError(InvalidError):
    slug = "post-vacant"
    title = "Nobody holds the post, so nobody was trained for it"


class WteExceededError(DomainError):
    slug = "wte-exceeded"
    title = "The person's posts would be more than 1 whole time equivalent on a day"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_involvement_post_wte": PostWteError,
    "ck_involvement_post_in_order": PeriodOrderError,
    "ck_involvement_post_trained_holder": PostVacantError,
    "ck_involvement_post_trained_by_now": DayInFutureError,
    "involvement_post_wte_a_day": WteExceededError,
}
