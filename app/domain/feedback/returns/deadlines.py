"""When a return is due: a working day of the following month, by England's bank holidays."""

import calendar
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

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


@lru_cache(maxsize=256)
def due(month: date, working_day: int) -> date:
    """Give the n-th working day after a month, Mondays to Fridays without bank holidays."""
    england = holidays.country_holidays("UK", subdiv="ENG")
    return england.get_nth_working_day(last_day(month), working_day)


def working_day(policy: Policy, service: NationalService) -> int:
    """Give the number of the working day that the trust has set for a service."""
    if service is NationalService.MENTAL_HEALTH:
        return policy.deadline_working_day_mental_health
    return policy.deadline_working_day_community


def deadline(policy: Policy, service: NationalService, month: date, today: date) -> Deadline:
    """Tell when a return is due, and how long that is away."""
    day = due(month, working_day(policy, service))
    return Deadline(day, (day - today).days, today > day)
