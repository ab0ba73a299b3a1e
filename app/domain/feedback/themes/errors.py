from app.core.errors import DomainError, NotFoundError


class PartNotFoundError(NotFoundError):
    slug = "response-part-not-found"
    title = "The response has no such text"


class ModelNotFoundError(NotFoundError):
    slug = "theme-model-not-found"
    title = "No such model, or none is active"


class ModelUnusableError(DomainError):
    """A stored model that is not loaded; `reason` is a closed set, told in the documentation."""

    slug = "theme-model-unusable"
    title = "The model cannot be used, so that no themes are proposed"


class TooFewExamplesError(DomainError):
    slug = "too-few-coded-comments"
    title = "There are too few coded comments to learn from"


class ThemesNotInstalledError(DomainError):
    slug = "themes-not-installed"
    title = "Themes are not proposed here: install the extra `themes` (scikit-learn and skops)"
