from app.core.errors import DomainError, InvalidError, NotFoundError, PreconditionFailedError
from app.domain.feedback.replies.errors import OwnWorkError


class ActionNotFoundError(NotFoundError):
    slug = "action-not-found"
    title = "No such action, or you may not see it"


class ActionIncompleteError(InvalidError):
    """What an action lacks before patients may read it; `errors` points into the action."""

    slug = "action-incomplete"
    title = "The action lacks what the public is told"


class ActionWithdrawnError(DomainError):
    slug = "action-withdrawn"
    title = "The action was withdrawn; begin another"


class ActionPublishedError(DomainError):
    slug = "action-published"
    title = "What was published is withdrawn, not deleted"


class NothingToPublishError(DomainError):
    slug = "nothing-to-publish"
    title = "What is published says the same already"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_feedback_action_version_action_id_number": PreconditionFailedError,
    "ck_feedback_action_version_approved_by_another": OwnWorkError,
    "ck_feedback_action_published_is_owned": ActionIncompleteError,
}
