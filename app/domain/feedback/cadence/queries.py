"""What cadence is judged by: places, roll-ups, meetings, and what was told back. No response is
read.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from app.core.statement import Statement
from app.domain.feedback.actions import queries as actions
from app.domain.feedback.cadence.rules import (
    EARLIEST,
    FORTNIGHT,
    LATEST,
    Evidence,
    Period,
    Stay,
    Team,
    enough_before_discharge,
)
from app.domain.feedback.meetings import queries as meetings
from app.domain.feedback.policy.models import Policy
from app.domain.feedback.summary import ANSWERS
from app.domain.organisation.models import Setting

_ALL = " + ".join(f"c.{name}" for name in (*ANSWERS, "unanswered"))

_TEAMS: Final = """
SELECT t.id, t.code, t.name, t.opened_on, t.closed_on,
       p.setting, p.valid_from, p.valid_to, d.code AS directorate
  FROM team t JOIN team_placement p ON p.team_id = t.id
       JOIN directorate d ON d.id = p.directorate_id
 WHERE ($1::uuid[] IS NULL OR t.id = ANY($1)) AND ($2::text IS NULL OR $2 IN (t.code, t.id::text))
   AND ($3::text IS NULL OR EXISTS (
           SELECT FROM team_placement o JOIN directorate e ON e.id = o.directorate_id
            WHERE o.team_id = t.id AND $3 IN (e.code, e.id::text)))
 ORDER BY t.code, p.valid_from"""
_EMPTY: Final = """
SELECT team_id, valid_from, valid_to FROM feedback_empty_period
 WHERE valid_from <= $2 AND (valid_to IS NULL OR valid_to > $1)"""
_MONTHLY: Final = f"""
SELECT c.team_id, c.month, {_ALL} AS responses FROM feedback_monthly c
 WHERE c.dimension = 'all' AND c.month BETWEEN $1 AND $2 AND c.team_id = ANY($3)"""
_FORTNIGHTLY: Final = f"""
SELECT c.team_id, $1::date + (c.day - $1) / {FORTNIGHT} * {FORTNIGHT} AS first,
       sum({_ALL})::bigint AS responses
  FROM feedback_daily c
 WHERE c.day BETWEEN $1 AND $2 AND c.team_id = ANY($3) GROUP BY 1, 2"""
_DISCHARGED: Final = f"""
SELECT c.team_id, c.month, d.discharged, sum({_ALL})::bigint AS heard
  FROM feedback_denominator d JOIN feedback_monthly c ON c.team_id = d.team_id AND c.month = d.month
 WHERE c.dimension = 'mode' AND c.value LIKE '%:before_or_at_discharge'
   AND d.discharged > 0 AND d.month BETWEEN $1 AND $2 AND d.team_id = ANY($3)
 GROUP BY 1, 2, 3"""
_HEARD_WITHIN: Final = f"""
SELECT w.number FROM unnest($1::uuid[], $2::date[], $3::date[])
       WITH ORDINALITY AS w (team_id, first, last, number)
 WHERE EXISTS (SELECT FROM feedback_daily c WHERE c.team_id = w.team_id
                  AND c.day BETWEEN w.first AND w.last AND {_ALL} > 0)"""
_DIRECTORATES: Final = "SELECT code, name FROM directorate"
_TRUST: Final = "SELECT code, name FROM trust ORDER BY code LIMIT 1"
_DIRECTORATE_CODE: Final = "SELECT code FROM directorate WHERE $1 IN (code, id::text)"

# Where people are told back what came of it: actions and replies that were published, promises
# that were kept. Each gives teams and days, and whatever else tells back joins here.
TELLERS: Final = (actions.told_back, meetings.kept_days)

Periods = Mapping[Setting, Sequence[Period]]
Days = list[tuple[UUID, date]]
Held = dict[UUID, list[date]]
Window = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Which:
    """Which teams are looked at; None is no limit. A place is named by its id or its code."""

    visible: Sequence[UUID] | None = None
    team: str | None = None
    directorate: str | None = None


@dataclass(slots=True)
class _Gathered:
    collected: dict[Setting, dict[date, int]] = field(
        default_factory=lambda: {setting: defaultdict(int) for setting in Setting}
    )
    told_back: dict[Setting, set[date]] = field(
        default_factory=lambda: {setting: set() for setting in Setting}
    )
    before_discharge: set[date] = field(default_factory=set)


class _Edges:
    """The periods of a calendar, to be found by days."""

    def __init__(self, calendar: Sequence[Period]) -> None:
        self.calendar = calendar
        self._firsts = [period.first for period in calendar]
        self._lasts = [period.last for period in calendar]

    def around(self, first: date, last: date) -> Sequence[Period]:
        """Give the periods that have a day among these."""
        begin = bisect_left(self._lasts, first)
        return self.calendar[begin : bisect_right(self._firsts, last, begin)]


async def teams(door: Statement, which: Which, first: date, last: date) -> dict[UUID, Team]:
    """Give teams by id in the order of their codes, with the times in which they were empty."""
    empty: dict[UUID, list[tuple[date, date]]] = {}
    for row in await door.fetch(_EMPTY, first, last):
        empty.setdefault(row["team_id"], []).append((row["valid_from"], row["valid_to"] or LATEST))
    rows: dict[UUID, list[Any]] = {}
    for row in await door.fetch(_TEAMS, which.visible, which.team, which.directorate):
        rows.setdefault(row["id"], []).append(row)
    return {id_: _team(group, empty.get(id_, ())) for id_, group in rows.items()}


def _team(rows: Sequence[Any], empty: Sequence[tuple[date, date]]) -> Team:
    return Team(
        rows[0]["id"],
        rows[0]["code"],
        rows[0]["name"],
        [
            Stay(
                Setting(row["setting"]),
                row["directorate"],
                row["valid_from"],
                row["valid_to"] or LATEST,
            )
            for row in rows
        ],
        rows[0]["opened_on"] or EARLIEST,
        rows[0]["closed_on"] or LATEST,
        empty,
    )


async def evidence(
    door: Statement, found: Mapping[UUID, Team], periods: Periods, policy: Policy
) -> dict[UUID, Evidence]:
    """Give what is known of each team in these periods."""
    gathered: dict[UUID, _Gathered] = {id_: _Gathered() for id_ in found}
    held = await _count(door, found, periods, gathered)
    wards = _of(found, Setting.INPATIENT)
    for row in await door.fetch(_DISCHARGED, *_reach(periods), wards):
        share = policy.before_discharge_share_pct
        if enough_before_discharge(row["heard"], row["discharged"], share):
            gathered[row["team_id"]].before_discharge.add(row["month"])
    grace = timedelta(policy.told_back_within_days)
    await _tell_back(door, periods, grace, held, gathered)
    return {
        id_: Evidence(
            each.collected,
            {setting: frozenset(days) for setting, days in each.told_back.items()},
            frozenset(each.before_discharge),
        )
        for id_, each in gathered.items()
    }


def _of(found: Mapping[UUID, Team], setting: Setting) -> list[UUID]:
    return [id_ for id_, team in found.items() if any(s.setting is setting for s in team.stays)]


async def told_back_days(door: Statement, first: date, last: date) -> Days:
    """Give the days on which each team told people back what came of what they said."""
    return [each for teller in TELLERS for each in await teller(door, first, last)]


async def _count(
    door: Statement,
    found: Mapping[UUID, Team],
    periods: Periods,
    gathered: Mapping[UUID, _Gathered],
) -> Held:
    """Add up responses and meetings by period; gives the days of each team's meetings."""
    held: Held = {}
    for team_id, day in await meetings.heard_days(door, *_reach(periods)):
        held.setdefault(team_id, []).append(day)
    for setting, calendar in periods.items():
        if not calendar:
            continue
        ids = _of(found, setting)
        statement = _MONTHLY if calendar[0].monthly else _FORTNIGHTLY
        days = calendar[0].first, calendar[-1].last
        for team_id, first, number in await door.fetch(statement, *days, ids):
            gathered[team_id].collected[setting][first] = number
        edges = _Edges(calendar)
        for team_id in ids:
            for day in held.get(team_id, ()):
                for period in edges.around(day, day):
                    gathered[team_id].collected[setting][period.first] += 1
    return held


async def _tell_back(
    door: Statement,
    periods: Periods,
    grace: timedelta,
    held: Held,
    gathered: Mapping[UUID, _Gathered],
) -> None:
    """Mark the periods in which something was collected of which people heard in time.

    Each has windows of days before those on which people were told; the widest are looked into
    first, and most periods need no other.
    """
    first, last = _reach(periods)
    told: dict[UUID, list[date]] = {}
    for team_id, day in await told_back_days(door, first, last + grace):
        told.setdefault(team_id, []).append(day)
    open_: dict[tuple[UUID, Setting, date], list[Window]] = {}
    edges = {setting: _Edges(calendar) for setting, calendar in periods.items()}
    for team_id in told.keys() & gathered.keys():
        each, met = gathered[team_id], held.get(team_id, [])
        for setting, begin, window in _windows(edges, told[team_id], grace, each):
            at = bisect_left(met, window[0])
            if at < len(met) and met[at] <= window[1]:
                each.told_back[setting].add(begin)
            else:
                open_.setdefault((team_id, setting, begin), []).append(window)
    while open_:
        keys = [key for key in open_ if key[2] not in gathered[key[0]].told_back[key[1]]]
        looked = [max(open_[key], key=_width) for key in keys]
        sides = [key[0] for key in keys], [w[0] for w in looked], [w[1] for w in looked]
        for row in await door.fetch(_HEARD_WITHIN, *sides):
            team_id, setting, begin = keys[row["number"] - 1]
            gathered[team_id].told_back[setting].add(begin)
        left = zip(keys, looked, strict=True)
        open_ = {k: rest for k, w in left if (rest := [o for o in open_[k] if o != w])}


def _windows(
    edges: Mapping[Setting, _Edges], told: Iterable[date], grace: timedelta, known: _Gathered
) -> Iterable[tuple[Setting, date, Window]]:
    """Give the days of each period that are told back of, where anything was collected in it."""
    for day in told:
        since = day - grace
        for setting, collected in known.collected.items():
            for _, first, last in edges[setting].around(since, day) if collected else ():
                if first in collected and first not in known.told_back[setting]:
                    yield setting, first, (max(first, since), min(last, day))


def _width(window: Window) -> timedelta:
    return window[1] - window[0]


def _reach(periods: Periods) -> tuple[date, date]:
    """Give the days that periods lie within, from the first of a month on."""
    each = [period for calendar in periods.values() for period in calendar]
    return min(p.first for p in each).replace(day=1), max(p.last for p in each)


async def names(door: Statement) -> dict[str, str]:
    """Give directorates' names by their codes."""
    return {row["code"]: row["name"] for row in await door.fetch(_DIRECTORATES)}


async def trust(door: Statement) -> tuple[str, str]:
    """Give the trust's code and name."""
    row = await door.fetchrow(_TRUST)
    return row["code"], row["name"]


async def code_of(door: Statement, directorate: str) -> str | None:
    """Give the code of a directorate that is named by its id or its code."""
    found: str | None = await door.fetchval(_DIRECTORATE_CODE, directorate)
    return found
