from app.core.errors import DomainError, NotFoundError


class DirectorateNotFoundError(NotFoundError):
    slug = "directorate-not-found"
    title = "No such directorate, or you may not see it"


class ServiceNotFoundError(NotFoundError):
    slug = "service-not-found"
    title = "No such service, or you may not see it"


class TeamNotFoundError(NotFoundError):
    slug = "team-not-found"
    title = "No such team, or you may not see it"


class CodeTakenError(DomainError):
    slug = "code-taken"
    title = "Another record of this kind has this code"


class LocationCodeTakenError(DomainError):
    slug = "location-code-taken"
    title = "Another team has this location code at that time"


class PlacementOverlapError(DomainError):
    slug = "placement-overlap"
    title = "A team stands in one place at a time"
