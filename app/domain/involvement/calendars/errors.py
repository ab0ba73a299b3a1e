from app.core.errors import NotFoundError


class CalendarNotFoundError(NotFoundError):
    slug = "calendar-not-found"
    title = "No calendar is read at this address"
