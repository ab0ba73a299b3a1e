"""What is hidden of places and periods, whichever range and kind of period is asked for.

A caller may ask for months, quarters, financial years and any range of months, one after the
other, and subtract. So what is hidden is settled for whole years at once, among months, quarters
and years together: a quarter is the sum of its months and a year that of its quarters, and where
just one of these is unknown the others tell it. A range is told as the fewest periods that make it
up, where none of them is hidden: then it is a sum of what is told.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from app.domain.feedback import periods
from app.domain.feedback.periods import Per

LONGER: Final[Mapping[Per, Per]] = {Per.MONTH: Per.QUARTER, Per.QUARTER: Per.YEAR}


class At(NamedTuple):
    """A place in a month, quarter or financial year, named by its first day."""

    key: str
    per: Per
    start: date


def longer(at: At) -> At | None:
    """Give the next longer period of a place; a year is part of none."""
    per = LONGER.get(at.per)
    return None if per is None else At(at.key, per, periods.start(at.start, per))


def lines(cells: Iterable[At], parents: Mapping[At, Iterable[str]]) -> list[list[At]]:
    """Give what can be added up: the places of a period, parts of a parent, and what a period is
    made of together with the period itself.
    """
    found: dict[Hashable, list[At]] = {}
    for at in cells:
        found.setdefault(("all", at.per, at.start), []).append(at)
        for parent in parents.get(at, ()):
            found.setdefault((parent, at.per, at.start), []).append(at)
        for whole in (longer(at), at if at.per is not Per.MONTH else None):
            if whole is not None:
                found.setdefault(whole, []).append(at)
    return list(found.values())


def parts(keys: Iterable[str], first: date, last: date) -> Iterator[At]:
    """Name the cells that make up what is told of places in a range of whole months."""
    for key in keys:
        for per, start in _parts(first, last):
            yield At(key, per, start)


@lru_cache(maxsize=1024)
def _parts(first: date, last: date) -> Sequence[tuple[Per, date]]:
    return tuple(periods.cover(first, last))


def years(first: date | None, last: date | None) -> tuple[date | None, date | None]:
    """Widen a range of days to whole financial years; where it is open it stays so."""
    return (
        None if first is None else periods.start(first, Per.YEAR),
        None if last is None else periods.following(last, Per.YEAR) - date.resolution,
    )


class Range(NamedTuple):
    """Whole months that figures are asked for, within those that anything is known of."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date | None, last: date | None, known: Iterable[date]) -> "Range":
        """Take what is asked for, as far as the financial years reach that hold `known` days."""
        days = sorted(known)
        begin = periods.start(days[0], Per.YEAR)
        end = periods.following(days[-1], Per.YEAR) - date.resolution
        return cls(max(first or begin, begin), min(last or end, end))

    def within(self, period: str | None, per: Per | None) -> "Range":
        """Give what is told of by a figure of a period, or of all where it is of none."""
        if period is None or per is None:
            return self
        start = periods.first_day(period, per)
        end = periods.following(start, per) - date.resolution
        return Range(max(self.first, start), min(self.last, end))
