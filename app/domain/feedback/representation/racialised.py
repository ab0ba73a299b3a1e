"""The share of respondents from racialised communities (measure K7b), beside how many responded.

Two denominators (domain reference 0.2): all respondents, in whom those who stated nothing or were
not asked are kept, which is what the strategy's 5 % is of; and those who stated their ethnicity.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from app.core.actor import Actor
from app.core.statement import Statement
from app.core.suppression import THRESHOLD
from app.domain.feedback import periods
from app.domain.feedback.codes import Source
from app.domain.feedback.periods import Per
from app.domain.feedback.representation import defining, queries, telling
from app.domain.feedback.representation.defining import Definition
from app.domain.feedback.representation.dimensions import ETHNIC_UNSTATED, Dimension
from app.domain.feedback.representation.queries import Totals
from app.domain.feedback.representation.representing import FIRST, LAST, check_months
from app.domain.feedback.representation.telling import Range, Veil, begins
from app.domain.feedback.representation.trees import RACIALISED, classes
from app.domain.feedback.summary import SMALL_NUMBERS

BY = Dimension.ETHNIC_CATEGORY.value


@dataclass(frozen=True, slots=True)
class Share:
    """One period; what is None is hidden."""

    period: str
    definition: Definition
    responses: int
    iwgc_responses: int | None
    racialised: int | None
    stated: int | None


async def shares(
    door: Statement, per: Per, first: date = FIRST, last: date = LAST, *, to: Actor
) -> list[Share]:
    """Give each period that anybody responded in; raises WholeMonthsError."""
    check_months(first, last)
    within = await queries.area(door, team=None, directorate=None, to=to)
    found = await queries.totals(door, BY, (first, last), within, per)
    known = await defining.known(door)
    ranges = _ranges(per, first, last, set(found))
    veils: dict[str, Veil] = {}
    if not to.can(SMALL_NUMBERS):
        years = await telling.read(door, BY, (first, last), within)
        trees = {n: classes(defining.in_force(known, n).codes) for n in years}
        veils = {
            period: telling.hidden(years, between, within, trees)
            for period, between in ranges.items()
        }
    exact = to.can(SMALL_NUMBERS)
    return [
        _share(
            (period, found[period]),
            defining.in_force(known, begins(between[0])),
            veils.get(period, Veil()),
            exact=exact,
        )
        for period, between in ranges.items()
    ]


def _ranges(per: Per, first: date, last: date, named: set[str]) -> dict[str, Range]:
    """Give the months that a range and each of its periods share, oldest first."""
    found: dict[str, Range] = {}
    month = first
    while month <= last and named:
        period = periods.name(month, per)
        following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
        if period not in named and len(found) == len(named):
            break
        if period in named:
            found[period] = (found.get(period, (month,))[0], following - timedelta(days=1))
        month = following
    return found


def _share(found: tuple[str, Totals], definition: Definition, veil: Veil, *, exact: bool) -> Share:
    period, told = found
    counts = {code: sum(each) for code, each in told[BY].items()}
    sources = {source: sum(each) for source, each in told["source"].items()}
    everyone, iwgc = sum(sources.values()), sources.get(Source.IWGC, 0)
    # By itself and with the others: neither tells of fewer than five.
    few = any(0 < number < THRESHOLD for number in (iwgc, everyone - iwgc))
    unstated = sum(counts.get(code, 0) for code in ETHNIC_UNSTATED)
    return Share(
        period=period,
        definition=definition,
        responses=everyone,
        iwgc_responses=iwgc if exact or not few else None,
        racialised=None
        if RACIALISED in veil.groups
        else sum(number for code, number in counts.items() if code in definition.codes),
        stated=None if veil.stated else everyone - unstated,
    )
