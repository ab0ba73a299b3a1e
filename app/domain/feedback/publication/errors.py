from app.core.errors import InvalidError


class MonthNotOverError(InvalidError):
    slug = "month-not-over"
    title = "A month is published when it is over"
