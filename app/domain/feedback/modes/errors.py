from app.core.errors import InvalidError


class ModesOverlapError(InvalidError):
    slug = "modes-overlap"
    title = "A channel and collection point would have two modes at one time"


class ModeUnknownError(InvalidError):
    slug = "mode-not-of-service"
    title = "The service's return has no such mode"
