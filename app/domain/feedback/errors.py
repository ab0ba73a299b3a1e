from typing import Self

from app.core.errors import DomainError, InvalidError, NotFoundError


class ResponseNotFoundError(NotFoundError):
    slug = "response-not-found"
    title = "No such response, or you may not see it"


class EventNotFoundError(NotFoundError):
    slug = "event-not-found"
    title = "No such inbox event"


class EventNotReplayableError(DomainError):
    slug = "event-not-replayable"
    title = "The event's body is no longer kept, or the event is not at rest"


class WholeMonthsError(InvalidError):
    slug = "whole-months-required"
    title = "These figures are given for whole calendar months only"


class ImportNotFoundError(NotFoundError):
    slug = "import-not-found"
    title = "No such import"


class UnusableFileError(InvalidError):
    """A file that cannot be taken as a whole; `errors` says why, nothing of it was applied."""

    slug = "unusable-file"
    title = "The file cannot be read by this layout; nothing of it was applied"

    @classmethod
    def because(cls, code: str, detail: str) -> Self:
        return cls(errors=[{"pointer": "#/file", "detail": detail, "code": code}])
