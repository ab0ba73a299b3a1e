from app.core.errors import InvalidError


class StaffUnknownError(InvalidError):
    slug = "staff-unknown"
    title = "A member of staff is an active user"


class PersonOrStaffError(InvalidError):
    slug = "person-or-staff"
    title = "Name a person of the register or a member of staff, and not both"


class PeriodOrderError(InvalidError):
    slug = "period-order"
    title = "A period ends after it begins"


class DayInFutureError(InvalidError):
    slug = "day-in-future"
    title = "What was done was not done after today"
