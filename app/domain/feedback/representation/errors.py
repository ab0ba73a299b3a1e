from app.core.errors import NotFoundError


class ProfileNotFoundError(NotFoundError):
    slug = "population-profile-not-found"
    title = "No such population profile"


class DefinitionNotFoundError(NotFoundError):
    slug = "racialised-definition-not-found"
    title = "No definition of racialised communities begins on that day"
