"""Cadence as it is told: by team with its periods, or by directorate and trust with months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import statement
from app.core.actor import Actor
from app.core.clock import today
from app.domain.feedback.cadence import queries, rules
from app.domain.feedback.cadence.errors import CadenceRangeError
from app.domain.feedback.cadence.queries import Periods, Which
from app.domain.feedback.cadence.rules import State, Tally, Team, Verdict
from app.domain.feedback.policy import service as policies
from app.domain.feedback.policy.models import InpatientPeriod, Policy
from app.domain.organisation.models import Setting

MOST_DAYS: Final = 1_100
_USUAL_MONTHS: Final = 11


class By(StrEnum):
    TEAM = "team"
    DIRECTORATE = "directorate"
    TRUST = "trust"


@dataclass(frozen=True, slots=True)
class Asked:
    """What cadence is wanted: of periods that begin within the days, both included."""

    by: By
    first: date | None = None
    last: date | None = None
    team: str | None = None
    directorate: str | None = None
    setting: Setting | None = None


Judged = list[tuple[Team, list[Verdict]]]


async def report(session: AsyncSession, asked: Asked, *, to: Actor) -> bytes:
    """Give cadence as JSON; raises CadenceRangeError.

    A directorate's figures are of the periods in which its teams stood in it; who is limited to
    teams gets figures of these.
    """
    day, policy = today(), await policies.current(session)
    first = asked.first or _months_before(asked.last or day, _USUAL_MONTHS)
    if (asked.last or day) - first > timedelta(MOST_DAYS):
        raise CadenceRangeError.at("#/from", "More than 1,100 days before `to`", "too_long")
    periods = calendars(policy, first, min(asked.last or day, day), asked.setting)
    which = Which(None if to.teams is None else list(to.teams), asked.team, asked.directorate)
    door = await statement.within(session)
    judged = await judge(door, which, periods, policy, day)
    if asked.directorate is not None:
        code = await queries.code_of(door, asked.directorate)
        judged = [(team, [v for v in found if v.directorate == code]) for team, found in judged]
    judged = [(team, found) for team, found in judged if found]
    return orjson.dumps({"items": await _rows(door, asked.by, judged)})


async def judge(
    door: statement.Statement, which: Which, periods: Periods, policy: Policy, day: date
) -> Judged:
    """Tell how each team did in each of the periods."""
    each = [period for calendar in periods.values() for period in calendar]
    if not each:
        return []
    first, last = min(p.first for p in each), max(p.last for p in each)
    found = await queries.teams(door, which, first, last)
    known = await queries.evidence(door, found, periods, policy)
    within = policy.told_back_within_days
    return [
        (team, rules.judge(team, periods, known[id_], day, within)) for id_, team in found.items()
    ]


def calendars(policy: Policy, first: date, last: date, only: Setting | None = None) -> Periods:
    """Give the periods of each setting, by the trust's policy, that begin within these days."""
    by_month = rules.months(first, last)
    found: dict[Setting, Sequence[rules.Period]] = dict.fromkeys(Setting, by_month)
    if policy.inpatient_period is InpatientPeriod.FORTNIGHT:
        monday = policy.inpatient_period_start
        found[Setting.INPATIENT] = rules.fortnights(monday, first, last)
    return {setting: p if only in (None, setting) else () for setting, p in found.items()}


def _months_before(day: date, number: int) -> date:
    months = day.year * 12 + day.month - 1 - number
    return date(max(months // 12, 1), months % 12 + 1, 1)


async def _rows(door: statement.Statement, by: By, judged: Judged) -> list[dict[str, Any]]:
    if by is By.TEAM:
        return [_team_row(team, found) for team, found in judged]
    verdicts = [verdict for _, found in judged for verdict in found]
    if not verdicts:
        return []
    if by is By.TRUST:
        return [_group_row(*await queries.trust(door), verdicts)]
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(verdict.directorate, []).append(verdict)
    names = await queries.names(door)
    return [_group_row(code, names[code], groups[code]) for code in sorted(groups)]


def _team_row(team: Team, found: Sequence[Verdict]) -> dict[str, Any]:
    states, told = _states(found)
    return {
        "key": team.code,
        "name": team.name,
        "directorate": found[-1].directorate,
        "setting": found[-1].setting,
        **_counted(rules.tally(states, rules.streak(states))),
        "told_back": _counted(rules.tally(told, rules.streak(told))),
        "periods": [_period(verdict) for verdict in found],
        "months": None,
    }


def _period(verdict: Verdict) -> dict[str, Any]:
    period = verdict.period
    return {
        "period": period.name,
        "first": period.first,
        "last": period.last,
        "setting": verdict.setting,
        "directorate": verdict.directorate,
        "expected": int(verdict.because is None),
        "collected": verdict.collected,
        "state": verdict.state,
        "because": verdict.because,
        "met_by": verdict.met_by,
        "told_back": verdict.told_back,
    }


def _group_row(code: str, name: str, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    by_day: dict[date, list[Verdict]] = {}
    for verdict in verdicts:
        by_day.setdefault(verdict.period.first, []).append(verdict)
    months: dict[str, list[Verdict]] = {}
    for first in sorted(by_day):
        months.setdefault(f"{first:%Y-%m}", []).extend(by_day[first])
    by_month = [(month, *_states(found)) for month, found in months.items()]
    streak = rules.streak_of_all(states for _, states, _ in by_month)
    told_streak = rules.streak_of_all(told for _, _, told in by_month)
    every = [state for _, states, _ in by_month for state in states]
    all_told = [state for _, _, told in by_month for state in told]
    return {
        "key": code,
        "name": name,
        "directorate": None,
        "setting": None,
        **_counted(rules.tally(every, streak)),
        "told_back": _counted(rules.tally(all_told, told_streak)),
        "periods": None,
        "months": [
            {"month": month, **_month(states), "told_back": _month(told)}
            for month, states, told in by_month
        ],
    }


def _states(verdicts: Sequence[Verdict]) -> tuple[list[State], list[State]]:
    return [verdict.state for verdict in verdicts], [verdict.told_back for verdict in verdicts]


def _counted(tally: Tally) -> Mapping[str, Any]:
    return {name: getattr(tally, name) for name in Tally.__slots__}


def _month(states: Sequence[State]) -> dict[str, Any]:
    counted = dict(_counted(rules.tally(states, 0)))
    del counted["streak"]
    return counted
