from app.core.errors import DomainError, ForbiddenError, NotFoundError


class ReplyNotFoundError(NotFoundError):
    slug = "reply-not-found"
    title = "No such reply, or you may not see it"


class OwnWorkError(ForbiddenError):
    """Two pairs of eyes: what goes out to patients is approved by somebody who did not write it."""

    slug = "own-work"
    title = "Somebody else than its authors approves it"


class ReplyNotOpenError(DomainError):
    slug = "reply-not-open"
    title = "The reply is not in a state that allows this"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_feedback_reply_approved_by_another": OwnWorkError,
    "ck_feedback_reply_approved": ReplyNotOpenError,
    "feedback_reply_published_stays": ReplyNotOpenError,
}
