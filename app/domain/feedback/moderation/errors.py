from app.core.errors import DomainError, InvalidError, NotFoundError


class ModerationNotFoundError(NotFoundError):
    slug = "moderation-not-found"
    title = "No such text to moderate, or you may not see it"


class EscalationNotFoundError(NotFoundError):
    slug = "escalation-not-found"
    title = "No such escalation, or you may not see it"


class DoNotPublishError(DomainError):
    slug = "do-not-publish"
    title = "Its author asked that it is not published; nobody can release it"


class TextChangedError(DomainError):
    slug = "text-changed"
    title = "Its author changed the text; it is screened again in a moment, and held until then"


class StillIdentifiesError(InvalidError):
    slug = "still-identifies"
    title = "What was marked still stands in the redacted text"


class EscalationStatusError(DomainError):
    slug = "escalation-status"
    title = "An escalation is acknowledged once, and closed once after that"
