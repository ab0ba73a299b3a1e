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
