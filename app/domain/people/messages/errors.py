from app.core.errors import DomainError, NotFoundError


class MessageNotFoundError(NotFoundError):
    slug = "message-not-found"
    title = "No such message"


class MessageNotFailedError(DomainError):
    slug = "message-not-failed"
    title = "Only a message that failed is sent again"
