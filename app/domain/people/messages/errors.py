from app.core.errors import DomainError, NotFoundError


class MessageNotFoundError(NotFoundError):
    slug = "message-not-found"
    title = "No such message"


class MessageNotFailedError(DomainError):
    slug = "message-not-failed"
    title = "Only a message that failed is sent again"


class MessageForgottenError(DomainError):
    slug = "message-forgotten"
    title = "What the message said is kept no longer"


class MessageNotByHandError(DomainError):
    slug = "message-not-by-hand"
    title = "Only a message that waits on the print list, or failed, is handed over"
