"""The figures as somebody is told them: exact, or with small numbers hidden."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from app.core.actor import Actor
from app.core.errors import ForbiddenError, InvalidError
from app.core.statement import Statement
from app.core.suppression import hidden
from app.domain.feedback import hiding
from app.domain.feedback.errors import WholeMonthsError
from app.domain.feedback.hiding import At, Range
from app.domain.feedback.periods import Per
from app.domain.feedback.summary import SMALL_NUMBERS, Asked, By, Group, Placed, fetch
from app.domain.people.monitoring.codes import ETHNIC_CATEGORY


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
    groups = [group for group, _ in await fetch(door, asked, to)]
    if groups and not exact:
        groups = await _veiled(door, asked, groups, to)
    return [_named(asked, group) for group in groups]


async def _veiled(door: Statement, asked: Asked, groups: list[Group], to: Actor) -> list[Group]:
    """Hide by the place that a figure has among all its siblings, whatever is filtered for.

    A filter makes a figure one of its team's or directorate's: where that one is hidden among
    the others of its kind, so is everything told of it.
    """
    first, last = hiding.years(asked.first, asked.last)
    years = replace(asked, first=first, last=last, per=Per.MONTH)
    if asked.by is By.MONTH:
        years = replace(years, by=By.TRUST)
    own = await fetch(door, years, to)
    hidden_own = _hidden(own)
    level = _level(asked)
    hidden_above: frozenset[At] = frozenset()
    above: frozenset[str] = frozenset()
    if level is not None:
        everyone = replace(years, by=level, team=None, directorate=None)
        hidden_above = _hidden(await fetch(door, everyone, to))
        filtered = replace(everyone, team=asked.team, directorate=asked.directorate)
        concerned = await fetch(door, filtered, to)
        above = frozenset(group.key for group, _ in concerned)
    whole = Range.of(asked.first, asked.last, [_first(group) for group, _ in own])
    told = []
    for group in groups:
        span = whole.within(group.period, asked.period)
        keys = (group.key,) if level is asked.by else above
        small = not hidden_above.isdisjoint(hiding.parts(keys, *span))
        if level is not asked.by:
            small = small or not hidden_own.isdisjoint(hiding.parts((group.key,), *span))
        told.append(replace(group, suppressed=True) if small else group)
    return told


def _level(asked: Asked) -> By | None:
    """Name the level whose siblings a figure must be hidden among; None where only its own."""
    if asked.team is not None:
        return By.TEAM
    if asked.by in (By.TEAM, By.SERVICE):
        return asked.by
    if asked.directorate is not None:
        return By.DIRECTORATE
    return None


def _hidden(months: Iterable[Placed]) -> frozenset[At]:
    """Choose the months, quarters and years of groups that are hidden."""
    totals: dict[At, int] = {}
    parents: dict[At, list[str]] = {}
    for group, parts in months:
        at: At | None = At(group.key, Per.MONTH, _first(group))
        while at is not None:
            totals[at] = totals.get(at, 0) + group.total
            # In order: which of two equal groups goes must not differ between two processes.
            parents.setdefault(at, []).extend(sorted(parts - set(parents.get(at, ()))))
            at = hiding.longer(at)
    return hidden(totals, hiding.lines(totals, parents))


def _first(group: Group) -> date:
    return date.fromisoformat(f"{group.period}-01")


def _named(asked: Asked, group: Group) -> Group:
    """Give a group the key and name that it is shown by."""
    if asked.by in (By.MONTH, By.WEEK):
        return replace(group, key=group.period or "", name=group.period or "", period=None)
    if asked.by is By.ETHNIC_GROUP:
        return replace(group, name=ETHNIC_CATEGORY.get(group.key, group.key))
    return group
