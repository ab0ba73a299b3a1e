"""When a return is due: a working day of the following month, by England's bank holidays."""

import calendar
from dataclasses import dataclass
from datetime import date

from app.core.working_days import working_day_after
from app.domain.feedback.modes.national import NationalService
from app.domain.feedback.policy.models import Policy


@dataclass(frozen=True, slots=True)
class Deadline:
    """The day on which a month's return is due, as it is seen on a day."""

    due: date
    days_left: int
    overdue: bool


def last_day(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def due(month: date, working_day: int) -> date:
    """Give the n-th working day after a month."""
    return working_day_after(last_day(month), working_day)


def working_day(policy: Policy, service: NationalService) -> int:
    """Give the number of the working day that the trust has set for a service."""
    if service is NationalService.MENTAL_HEALTH:
        return policy.deadline_working_day_mental_health
    return policy.deadline_working_day_community


def deadline(policy: Policy, service: NationalService, month: date, today: date) -> Deadline:
    """Tell when a return is due, and how long that is away."""
    day = due(month, working_day(policy, service))
    return Deadline(day, (day - today).days, today > day)
