from app.core.errors import DomainError, InvalidError, NotFoundError


class ResourceNotFoundError(NotFoundError):
    slug = "resource-not-found"
    title = "No such information resource"


class ResourceFormatNotFoundError(NotFoundError):
    slug = "resource-format-not-found"
    title = "The resource has no such format"


class FormatRequestNotFoundError(NotFoundError):
    slug = "format-request-not-found"
    title = "No such request for a format"


class ResourceFormatTakenError(DomainError):
    slug = "resource-format-taken"
    title = "The resource has this format in this language already"


class FormatRequestedError(DomainError):
    slug = "format-requested"
    title = "This format was asked for already"


class FormatRequestClosedError(DomainError):
    slug = "format-request-closed"
    title = "The request was answered already"


class FormatMadeLaterError(InvalidError):
    slug = "format-made-later"
    title = "A format is not made in the future"


# The constraints that hold the rules, and what it means where one of them refuses.
REFUSALS: dict[str, type[DomainError]] = {
    "uq_resource_format_resource_id_format_language": ResourceFormatTakenError,
    "uq_format_request_open": FormatRequestedError,
    "format_request_missing": ResourceFormatTakenError,
    "ck_resource_format_made": FormatMadeLaterError,
}
