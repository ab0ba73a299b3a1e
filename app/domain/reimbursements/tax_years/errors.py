from app.core.errors import NotFoundError


class TaxYearNotFoundError(NotFoundError):
    slug = "tax-year-not-found"
    title = "This tax year has not begun"
