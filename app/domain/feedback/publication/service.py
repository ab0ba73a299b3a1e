"""The figures of a month for the open web: the trust, its directorates, services and teams.

The levels are those that people look for care by, and each team stands where it stood in that
month. Services are told beside directorates because a service is what patients know; one that
stands in two directorates is told in both, each with its own teams.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from app.core.clock import today
from app.core.statement import Statement
from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.modes import service as modes
from app.domain.feedback.modes.national import CATEGORIES, MODES, Mode, NationalService
from app.domain.feedback.modes.service import Translation
from app.domain.feedback.publication import cascade
from app.domain.feedback.publication.errors import MonthNotOverError
from app.domain.feedback.publication.tree import Node, Rule, Shown

ANSWERS: Final = tuple(FftAnswer)
_ANSWERED: Final = " + ".join(f"c.{answer}" for answer in ANSWERS)

# One statement, so that answers and modes are those of one moment.
_TEAMS: Final = f"""
SELECT d.code AS directorate, d.name AS directorate_name, s.code AS service,
       s.name AS service_name, t.code AS team, t.name AS team_name,
       {", ".join(f"coalesce(a.{answer}, 0) AS {answer}" for answer in ANSWERS)},
       {{pairs}}
  FROM team_placement p
       JOIN team t ON t.id = p.team_id
       JOIN service s ON s.id = p.service_id
       JOIN directorate d ON d.id = p.directorate_id
       LEFT JOIN feedback_monthly a
         ON a.team_id = t.id AND a.month = $1 AND a.dimension = 'all' AND a.value = 'all'
       {{joined}}
 WHERE p.valid_from <= $1 AND (p.valid_to IS NULL OR p.valid_to > $1)
   AND p.fft_category = ANY($2)
   AND (a.team_id IS NOT NULL
        OR (t.opened_on IS NULL OR t.opened_on < $1 + interval '1 month')
           AND (t.closed_on IS NULL OR t.closed_on > $1))
 ORDER BY d.code, s.code, t.code"""
_WITH_MODES: Final = _TEAMS.format(
    pairs="m.pairs, m.totals",
    joined=f"""LEFT JOIN (
            SELECT team_id, array_agg(value) AS pairs, array_agg({_ANSWERED}) AS totals
              FROM feedback_monthly c WHERE month = $1 AND dimension = 'mode'
             GROUP BY team_id) m ON m.team_id = t.id""",
)
_WITHOUT_MODES: Final = _TEAMS.format(pairs="NULL AS pairs, NULL AS totals", joined="")
_TRUST: Final = "SELECT code, name FROM trust ORDER BY code LIMIT 1"


class Level(StrEnum):
    TRUST = "trust"
    DIRECTORATE = "directorate"
    SERVICE = "service"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Month:
    """A month's tree as it is told, and the names of its nodes by their paths of codes."""

    shown: Shown
    names: Mapping[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Publication:
    """A month, and the month before as that was published itself."""

    service: NationalService
    month: date
    rule: Rule
    now: Month
    before: Month

    @property
    def previous(self) -> date:
        return (self.month - timedelta(days=1)).replace(day=1)


async def publication(
    door: Statement, service: NationalService, month: date, rule: Rule
) -> Publication:
    """Give what may be told of a month; raises MonthNotOverError.

    While a month goes on, two readings of it would tell what was answered between them. The month
    before is told as it was published: the same figures in another tree would give teams away that
    moved.
    """
    following = (month + timedelta(days=31)).replace(day=1)
    if following > today():
        raise MonthNotOverError.at("#/month", "Give a month that is over", "not_over")
    earlier = (month - timedelta(days=1)).replace(day=1)
    told = await modes.translation(door, service, month)
    now = await _read(door, _WITH_MODES, told, month, rule)
    # Nothing but totals and percentages is told of the month before, and these go by answers alone.
    before = await _read(door, _WITHOUT_MODES, told, earlier, rule)
    return Publication(service, month, rule, now, before)


async def answers(door: Statement, service: NationalService, month: date) -> Month:
    """Give a month as the strict rule tells its answers; its modes are not read.

    What is hidden of the answers goes by answers alone, so that it is what `publication` hides.
    """
    return await _read(door, _WITHOUT_MODES, Translation(service, {}, {}), month, Rule.STRICT)


def levels(told: Month) -> Iterator[tuple[Level, tuple[str, ...], Shown]]:
    """Give every node of a month with its level and path, parents before their children."""
    yield from _walk(told.shown, (), tuple(Level))


def _walk(
    shown: Shown, above: tuple[str, ...], below: Sequence[Level]
) -> Iterator[tuple[Level, tuple[str, ...], Shown]]:
    path = (*above, shown.key)
    yield below[0], path, shown
    for child in shown.children:
        yield from _walk(child, path, below[1:])


async def _read(
    door: Statement, statement: str, told: Translation, month: date, rule: Rule
) -> Month:
    trust = await door.fetchrow(_TRUST)
    rows = await door.fetch(statement, month, [str(each) for each in CATEGORIES[told.service]])
    code, name = (trust["code"], trust["name"]) if trust else ("", "")
    names: dict[tuple[str, ...], str] = {(code,): name}
    for row in rows:
        path = (code, row["directorate"])
        names[path] = row["directorate_name"]
        names[(*path, row["service"])] = row["service_name"]
        names[(*path, row["service"], row["team"])] = row["team_name"]
    return Month(cascade.publish(_tree(code, rows, told), rule), names)


def _tree(trust: str, rows: Iterable[Any], told: Translation) -> Node:
    by_place: dict[str, dict[str, list[Node]]] = {}
    places = _Places(told)
    for row in rows:
        counts = tuple(row[answer] for answer in ANSWERS)
        leaf = Node.leaf(row["team"], counts, _modes(row, sum(counts), places))
        by_place.setdefault(row["directorate"], {}).setdefault(row["service"], []).append(leaf)
    directorates = [
        Node.over(code, [Node.over(each, teams) for each, teams in services.items()])
        for code, services in by_place.items()
    ]
    if not directorates:
        return Node.leaf(trust, (0,) * len(ANSWERS), (0,) * len(MODES[told.service]))
    return Node.over(trust, directorates)


class _Places(dict[str, int]):
    """Where each pair is counted among the modes, found once a month: "other" without a mode."""

    def __init__(self, told: Translation) -> None:
        super().__init__()
        self.told, self.order = told, list(MODES[told.service])
        self.other = self.order.index(Mode.OTHER)

    def __missing__(self, pair: str) -> int:
        self[pair] = self.order.index(self.told.mode(pair) or Mode.OTHER)
        return self[pair]


def _modes(row: Any, total: int, places: _Places) -> tuple[int, ...]:
    """Count a team's answers by mode; those of which no channel is known are "other"."""
    found = [0] * len(places.order)
    for pair, answered in zip(row["pairs"] or (), row["totals"] or (), strict=True):
        found[places[pair]] += answered
    found[places.other] += total - sum(found)
    return tuple(found)
