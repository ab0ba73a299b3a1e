from app.core.errors import DomainError, InvalidError, NotFoundError


class MessageTemplateNotFoundError(NotFoundError):
    slug = "message-template-not-found"
    title = "No such template"


class TemplatePlaceUnknownError(InvalidError):
    slug = "template-place-unknown"
    title = "The notice has no such value to stand in its text"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "ck_message_template_places_known": TemplatePlaceUnknownError,
}
