"""The Friends and Family Test figures, from the roll-ups.

percentages = answers of a kind / all six answers, "don't know" included (domain reference 1.2);
they are made from summed counts, never averaged.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from app.core.actor import Actor
from app.core.errors import ForbiddenError, InvalidError
from app.core.statement import Statement
from app.core.suppression import hidden
from app.domain.feedback import periods
from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.errors import WholeMonthsError
from app.domain.feedback.periods import Per
from app.domain.people.monitoring.codes import ETHNIC_CATEGORY

SMALL_NUMBERS: Final = "feedback:read:small_numbers"
ANSWERS: Final = tuple(answer.value for answer in FftAnswer)
_PLACES: Final = {answer: place for place, answer in enumerate(FftAnswer)}
_FIRST, _LAST = date(2000, 1, 1), date(2999, 12, 31)


class By(StrEnum):
    TRUST = "trust"
    SEGMENT = "segment"
    DIRECTORATE = "directorate"
    SERVICE = "service"
    TEAM = "team"
    MONTH = "month"
    WEEK = "week"
    SOURCE = "source"
    CHANNEL = "channel"
    ETHNIC_GROUP = "ethnic_group"


@dataclass(frozen=True, slots=True)
class Asked:
    """What figures are wanted; a directorate or team is named by its id or its code."""

    by: By
    first: date | None = None
    last: date | None = None
    directorate: str | None = None
    team: str | None = None
    per: Per | None = None

    @property
    def period(self) -> Per | None:
        """Months and weeks as groups are the periods of everything asked for."""
        return {By.MONTH: Per.MONTH, By.WEEK: Per.WEEK}.get(self.by, self.per)

    @property
    def whole_months(self) -> bool:
        return self.period is not Per.WEEK and periods.whole_months(
            self.first or _FIRST, self.last or _LAST
        )


@dataclass(frozen=True, slots=True)
class Group:
    """One line of figures; counts in the order of ANSWERS."""

    key: str
    name: str
    period: str | None
    counts: tuple[int, ...]
    unanswered: int
    suppressed: bool = False

    @property
    def total(self) -> int:
        return sum(self.counts)

    def percentage(self, *answers: FftAnswer) -> float | None:
        """Give the share of these answers as `percentage` does; None where they are hidden."""
        return None if self.suppressed else percentage(self.counts, *answers)


def percentage(counts: Sequence[int], *answers: FftAnswer) -> float | None:
    """Give the share of these answers to one decimal place, half up; None of nothing."""
    total = sum(counts)
    if not total:
        return None
    part = sum(counts[_PLACES[answer]] for answer in answers)
    return (2000 * part + total) // (2 * total) / 10


# What a group is in SQL: the raw values it is counted by, then its key, its name, and the wider
# groups whose sums can be had as well.
_GROUPS: Final[Mapping[By, tuple[str, str, str, str]]] = {
    By.TRUST: ("c.trust", "c.trust", "coalesce(tr.name, c.trust)", ""),
    By.SEGMENT: ("p.segment", "c.segment", "c.segment", ""),
    By.DIRECTORATE: ("p.directorate_id, p.segment", "d.code", "d.name", "c.segment"),
    By.SERVICE: (
        "p.service_id, p.directorate_id, p.segment",
        "s.code",
        "s.name",
        "d.code, c.segment",
    ),
    By.TEAM: (
        "c.team_id, p.service_id, p.directorate_id, p.segment",
        "t.code",
        "t.name",
        "d.code, s.code, c.segment",
    ),
    By.SOURCE: ("c.{value} AS told", "c.told", "c.told", ""),
    By.CHANNEL: ("c.{value} AS told", "c.told", "c.told", ""),
    By.ETHNIC_GROUP: ("c.{value} AS told", "c.told", "c.told", ""),
}
_NAMED: Final = (
    ("c.trust", "LEFT JOIN trust tr ON tr.code = c.trust"),
    ("p.directorate_id", "JOIN directorate d ON d.id = c.directorate_id"),
    ("p.service_id", "JOIN service s ON s.id = c.service_id"),
    ("c.team_id", "JOIN team t ON t.id = c.team_id"),
)
_DIMENSIONS: Final = {
    By.SOURCE: "source",
    By.CHANNEL: "channel",
    By.ETHNIC_GROUP: "ethnic_category",
}
_PLACED = """
        JOIN team_placement p ON p.team_id = c.team_id AND p.valid_from <= {day}
             AND (p.valid_to IS NULL OR p.valid_to > {day})"""
_IN_TEAM: Final = "c.team_id IN (SELECT id FROM team WHERE $5 IN (code, id::text))"
_IN_DIRECTORATE: Final = (
    "p.directorate_id IN (SELECT id FROM directorate WHERE $6 IN (code, id::text))"
)
_SUMS = ", ".join(f"sum(c.{name})::bigint AS {name}" for name in (*ANSWERS, "unanswered"))


async def summarise(door: Statement, asked: Asked, *, to: Actor) -> list[Group]:
    """Give the groups asked for, in order of key and period.

    Who may not see small numbers gets whole months only, with small groups hidden. Raises
    WholeMonthsError, ForbiddenError for groups of ethnicity, and InvalidError for what cannot be
    asked together.
    """
    if asked.per is not None and asked.by in (By.MONTH, By.WEEK):
        raise InvalidError.at("#/per", "Months and weeks are periods already", "not_together")
    exact = to.can(SMALL_NUMBERS)
    if asked.by is By.ETHNIC_GROUP and not exact:
        # One range after another could be subtracted; representation hides across them all.
        raise ForbiddenError("/v1/feedback/representation tells these", missing=[SMALL_NUMBERS])
    if not asked.whole_months and (not exact or asked.by is By.ETHNIC_GROUP):
        raise WholeMonthsError.at("#/from", "Give whole calendar months", "whole_months")
    groups = await _fetch(door, asked, to)
    if exact:
        return [_named(asked, group) for group, _ in groups]
    return [_named(asked, group) for group in await _suppressed(door, asked, groups, to)]


Placed = tuple[Group, frozenset[tuple[int, str]]]
Found = list[Placed]


async def _suppressed(door: Statement, asked: Asked, groups: Found, to: Actor) -> list[Group]:
    """Hide by the place that a figure has among all its siblings, whatever is filtered for.

    A filter makes a figure one of its team's or directorate's: where that one is hidden among
    the others of its kind, so is everything told of it.
    """
    level = _level(asked)
    if level is None:
        small = _hidden(groups)
        return [_veiled(group, (group.key, group.period) in small) for group, _ in groups]
    everyone = replace(asked, by=level, per=asked.period, team=None, directorate=None)
    small = _hidden(await _fetch(door, everyone, to))
    if level is asked.by:
        return [_veiled(group, (group.key, group.period) in small) for group, _ in groups]
    filtered = await _fetch(door, replace(asked, by=level, per=asked.period), to)
    periods_hidden = {g.period for g, _ in filtered if (g.key, g.period) in small}
    within = _hidden(groups)
    return [
        _veiled(g, g.period in periods_hidden or (g.key, g.period) in within) for g, _ in groups
    ]


def _level(asked: Asked) -> By | None:
    """Name the level whose siblings a figure must be hidden among; None where only its own."""
    if asked.team is not None:
        return By.TEAM
    if asked.by in (By.TEAM, By.SERVICE):
        return asked.by
    if asked.directorate is not None:
        return By.DIRECTORATE
    return None


def _hidden(found: Found) -> frozenset[tuple[str, str | None]]:
    totals: dict[tuple[str, str | None], int] = {}
    sums: dict[tuple[str | None, ...], set[tuple[str, str | None]]] = {}
    for group, parents in found:
        cell = (group.key, group.period)
        totals[cell] = group.total
        for line in (("all", group.period), ("over time", group.key)):
            sums.setdefault(line, set()).add(cell)
        for place, parent in sorted(parents, key=str):  # the same order in every process
            sums.setdefault((str(place), parent, group.period), set()).add(cell)
    return hidden(totals, sums.values())


def _veiled(group: Group, small: bool) -> Group:  # noqa: FBT001  said by its name
    return replace(group, suppressed=True) if small else group


def _named(asked: Asked, group: Group) -> Group:
    """Give a group the key and name that it is shown by."""
    if asked.by in (By.MONTH, By.WEEK):
        return replace(group, key=group.period or "", name=group.period or "", period=None)
    if asked.by is By.ETHNIC_GROUP:
        return replace(group, name=ETHNIC_CATEGORY.get(group.key, group.key))
    return group


async def _fetch(door: Statement, asked: Asked, to: Actor) -> Found:
    statement = _statement(
        asked.by,
        asked.period,
        monthly=asked.whole_months,
        limited=to.teams is not None,
        team=asked.team is not None,
        directorate=asked.directorate is not None,
    )
    rows = await door.fetch(
        statement,
        asked.first or _FIRST,
        asked.last or _LAST,
        _DIMENSIONS.get(asked.by, "all"),
        None if to.teams is None else list(to.teams),
        asked.team,
        asked.directorate,
    )
    found: dict[tuple[str, str | None], Placed] = {}
    for row in rows:
        counts = tuple(row[name] for name in ANSWERS)
        group = Group(row["key"], row["name"], row["period"], counts, row["unanswered"])
        cell = (group.key, group.period)
        found[cell] = _joined(found.get(cell), group, row["parents"])
    return list(found.values())


def _joined(before: Placed | None, group: Group, parents: Iterable[str]) -> Placed:
    """Add up a group that moved within its period: it stands under both of its parents."""
    places = frozenset(enumerate(parents))
    if before is None:
        return group, places
    earlier, stood = before
    counts = tuple(a + b for a, b in zip(earlier.counts, group.counts, strict=True))
    unanswered = earlier.unanswered + group.unanswered
    return replace(earlier, counts=counts, unanswered=unanswered), stood | places


@lru_cache(maxsize=1024)
def _statement(
    by: By, period: Per | None, *, monthly: bool, limited: bool, team: bool, directorate: bool
) -> str:
    """Write the one statement for these figures; whole months are read from their own table.

    It adds up by ids and days first and names what comes of that, since names of groups and
    periods cost more than sums.
    """
    table, day = ("feedback_monthly", "c.month") if monthly else ("feedback_daily", "c.day")
    value = "value" if monthly else _DIMENSIONS.get(by, "")
    grouped = By.TRUST if by in (By.MONTH, By.WEEK) else by
    raw, key, name, parents = (part.format(value=value) for part in _GROUPS[grouped])
    shown = periods.SQL[period].format(day="c.start") if period else "NULL"
    counted_by = f"{raw}, {day} AS start" if period else raw
    where = [f"{day} BETWEEN $1 AND $2"]
    where.append("c.dimension = $3" if monthly else "$3::text IS NOT NULL")
    where.append("c.team_id = ANY($4)" if limited else "$4::uuid[] IS NULL")
    where.append(_IN_TEAM if team else "$5::text IS NULL")
    where.append(_IN_DIRECTORATE if directorate else "$6::text IS NULL")
    placed = _PLACED.format(day=day) if directorate or "p." in raw else ""
    named = " ".join(join for column, join in _NAMED if column in raw)
    numbers = ", ".join(str(at) for at in range(1, counted_by.count(",") + 2))
    return f"""
SELECT {key} AS key, {name} AS name, {shown} AS period, ARRAY[{parents}]::text[] AS parents,
       {_SUMS}
  FROM (SELECT {counted_by}, {_SUMS}
          FROM {table} c {placed}
         WHERE {" AND ".join(where)}
         GROUP BY {numbers}) c {named}
 GROUP BY 1, 2, 3, 4
HAVING sum({" + ".join(f"c.{name}" for name in (*ANSWERS, "unanswered"))}) > 0
 ORDER BY 1, 3"""
