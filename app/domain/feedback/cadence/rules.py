"""Whether teams heard people in time, and told them back: pure rules on periods and days.

Action 4.2 of the strategy: a community team collects feedback at least once a month, an inpatient
ward at least every two weeks or before discharge (domain reference 0.3).
"""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from app.domain.organisation.models import Setting

FORTNIGHT: Final = 14
EARLIEST, LATEST = date.min, date.max
NOTHING: Final[Mapping[date, int]] = {}


class State(StrEnum):
    """`pending` is a period that is not over, in which there is still time."""

    MET = "met"
    MISSED = "missed"
    PENDING = "pending"
    NOT_APPLICABLE = "not_applicable"


class Because(StrEnum):
    """Why a period is not applicable."""

    OPENED = "opened"
    CLOSED = "closed"
    MOVED = "moved"
    EMPTY = "empty"


class MetBy(StrEnum):
    COLLECTION = "collection"
    BEFORE_DISCHARGE = "before_discharge"


class Period(NamedTuple):
    """Days in which somebody must be heard once, both included."""

    name: str
    first: date
    last: date

    @property
    def monthly(self) -> bool:
        return (self.last - self.first).days >= FORTNIGHT


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a team stood, from one day until another, which is not included."""

    setting: Setting
    directorate: str
    since: date
    until: date = LATEST


@dataclass(frozen=True, slots=True)
class Team:
    """A team over time; `closed` is the first day on which it is no longer open."""

    id: UUID
    code: str
    name: str
    stays: Sequence[Stay]
    opened: date = EARLIEST
    closed: date = LATEST
    empty: Sequence[tuple[date, date]] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one team: by the first day of a period how much was collected in it, the
    periods that were told back of, and the months in which enough were heard before discharge.
    """

    collected: Mapping[Setting, Mapping[date, int]] = field(default_factory=dict)
    told_back: Mapping[Setting, frozenset[date]] = field(default_factory=dict)
    before_discharge: frozenset[date] = frozenset()


class Verdict(NamedTuple):
    """How one team did in one period; a tuple, for a trust has tens of thousands a year."""

    period: Period
    setting: Setting
    directorate: str
    collected: int
    state: State
    because: Because | None
    met_by: MetBy | None
    told_back: State


def months(first: date, last: date) -> list[Period]:
    """Give the calendar months that begin within these days, both included."""
    found = []
    at = first if first.day == 1 else next_month(first)
    while at <= last:
        end = at.replace(day=calendar.monthrange(at.year, at.month)[1])
        found.append(Period(f"{at:%Y-%m}", at, end))
        at = end + timedelta(1)
    return found


def fortnights(monday: date, first: date, last: date) -> list[Period]:
    """Give the periods of 14 days, counted from a Monday both ways, that begin then."""
    at = first + timedelta((monday - first).days % FORTNIGHT)
    found = []
    while at <= last:
        end = at + timedelta(FORTNIGHT - 1)
        found.append(Period(f"{at}/{end}", at, end))
        at = end + timedelta(1)
    return found


def next_month(day: date) -> date:
    """Give the first of the month after a day's."""
    return (day.replace(day=1) + timedelta(31)).replace(day=1)


def judge(
    team: Team,
    periods: Mapping[Setting, Sequence[Period]],
    evidence: Evidence,
    today: date,
    told_back_within: int,
) -> list[Verdict]:
    """Tell how a team did in each period in which it stood open for a day at least, in order.

    A period counts where the team was open, of one setting and not empty on all of its days.
    """
    found: list[Verdict] = []
    grace = timedelta(told_back_within)
    for setting, since, until, stays in _spans(team):
        collected = evidence.collected.get(setting, NOTHING)
        told = evidence.told_back.get(setting, frozenset())
        opens, closes = max(since, team.opened), min(until, team.closed)
        for period in periods[setting]:
            _, first, last = period
            if last < opens or first >= closes:
                continue
            whole = opens <= first and last < closes and not team.empty
            because = None if whole else _because(team, period, since, until)
            number = collected.get(first, 0)
            state, met_by = _state(period, number, because, today)
            if state is not State.MET and because is None and _early(setting, first, evidence):
                state, met_by = State.MET, MetBy.BEFORE_DISCHARGE
            told_back = State.NOT_APPLICABLE
            if number and because is None:
                told_back = _told_back(period, told, today - grace)
            stay = stays[0] if len(stays) == 1 else _at(stays, max(first, opens))
            found.append(
                Verdict(
                    period, setting, stay.directorate, number, state, because, met_by, told_back
                )
            )
    return found


def _spans(team: Team) -> Iterable[tuple[Setting, date, date, Sequence[Stay]]]:
    """Join stays of one setting that follow each other: a change of directorate is none of it."""
    stays = team.stays
    start = 0
    for at in range(1, len(stays) + 1):
        if at == len(stays) or stays[at].setting is not stays[start].setting:
            yield stays[start].setting, stays[start].since, stays[at - 1].until, stays[start:at]
            start = at


def _because(team: Team, period: Period, since: date, until: date) -> Because | None:
    first, last = period.first, period.last
    if team.opened > first or (since > first and since == team.stays[0].since):
        return Because.OPENED
    if team.closed <= last:
        return Because.CLOSED
    if since > first or until <= last:
        return Because.MOVED
    if team.empty and any(a <= last and b > first for a, b in team.empty):
        return Because.EMPTY
    return None


def _at(stays: Sequence[Stay], day: date) -> Stay:
    return next(stay for stay in stays if day < stay.until)


def _state(
    period: Period, number: int, because: Because | None, today: date
) -> tuple[State, MetBy | None]:
    if because is not None:
        return State.NOT_APPLICABLE, None
    if number:
        return State.MET, MetBy.COLLECTION
    return (State.PENDING if period.last >= today else State.MISSED), None


def _early(setting: Setting, first: date, evidence: Evidence) -> bool:
    """Tell whether a ward heard enough before discharge in the month its period begins in."""
    enough = evidence.before_discharge
    return bool(enough) and setting is Setting.INPATIENT and first.replace(day=1) in enough


def _told_back(period: Period, told: frozenset[date], since: date) -> State:
    """Tell whether people heard what came of it; there is time until so long after the period."""
    if period.first in told:
        return State.MET
    return State.PENDING if period.last >= since else State.MISSED


@dataclass(frozen=True, slots=True)
class Tally:
    """Periods counted by how they went; `expected` leaves out those that are not applicable.

    `streak` is how many periods in a row, up to the last one that is over, were met.
    """

    expected: int
    met: int
    missed: int
    pending: int
    not_applicable: int
    pct_met: float | None
    streak: int


def tally(states: Sequence[State], streak: int) -> Tally:
    """Count states; the percentage is of what is decided, to one decimal place, half up."""
    met, missed = states.count(State.MET), states.count(State.MISSED)
    pending, decided = states.count(State.PENDING), met + missed
    return Tally(
        expected=decided + pending,
        met=met,
        missed=missed,
        pending=pending,
        not_applicable=len(states) - decided - pending,
        pct_met=(2000 * met + decided) // (2 * decided) / 10 if decided else None,
        streak=streak,
    )


def streak(states: Iterable[State]) -> int:
    """Count what was met in a row up to the end, newest last.

    What is pending or not applicable neither counts nor breaks it.
    """
    found = 0
    for state in states:
        if state is State.MET:
            found += 1
        elif state is State.MISSED:
            found = 0
    return found


def streak_of_all(groups: Iterable[Sequence[State]]) -> int:
    """Count the months in a row in which nobody missed; one without a decision is passed over."""
    return streak(
        State.MISSED
        if State.MISSED in states
        else State.MET
        if State.MET in states
        else State.PENDING
        for states in groups
    )


def enough_before_discharge(heard: int, discharged: int | None, share_pct: int) -> bool:
    """Tell whether a month reached the trust's share; where nobody left there is none to reach."""
    return bool(discharged) and 100 * heard >= share_pct * (discharged or 0)
