"""Which figures of themes are hidden because too few people stand behind them: pure.

A response has several themes, so that they add up to nothing; but each theme parts the responses
of a place and period in those that tell of it and those that do not, and both are people: who
takes one from all of them has the other. Hence a figure is hidden where either side is small, and
with it what would give it away in a sum: over places, over the months of a quarter, over the
quarters of a year. Where no other place tells of the theme, one that does not is shown as hidden,
for nobody to see that the whole sum is the one place's.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.core.suppression import THRESHOLD, hidden
from app.domain.feedback import periods
from app.domain.feedback.periods import Per

# What else a place is part of, by its key and period.
Parents = Mapping[tuple[str, str | None], Iterable[str]]
Hidden = Mapping[str, Mapping[str, frozenset[str]]]
"""What is hidden: themes by place and period."""
_LAST_RESORT = 10**12  # above all counts


@dataclass(frozen=True, slots=True)
class Place:
    """A place and period, and how many people told of each theme; `small` names the small ones."""

    key: str
    period: str | None
    people: int
    telling: Mapping[str, int]
    small: frozenset[str]


@dataclass(frozen=True, slots=True)
class Veil:
    """What is hidden of that which is told.

    `keys` are the places that all figures are about, where these are told as something wider;
    `months` the first and last of a range that is told as one: it is hidden where a month is.
    """

    hidden: Hidden
    keys: frozenset[str] | None = None
    months: tuple[str, str] | None = None

    def over(self, place: Place) -> frozenset[str]:
        """Give the themes that are hidden at a place, of which some may be told of by nobody."""
        found = place.small
        for key in (place.key,) if self.keys is None else self.keys:
            for period, themes in self.hidden.get(key, {}).items():
                if self._concerns(period, place.period):
                    found |= themes
        return found

    def _concerns(self, hidden: str, period: str | None) -> bool:
        if self.months is None:
            return hidden == (period or "")
        first, last = self.months
        return first <= hidden <= last


def veil(places: Sequence[Place], parents: Parents, per: Per) -> Hidden:
    """Choose what to hide of all themes, among places of one kind and periods of one kind."""
    lines = _lines(places, parents, per)
    veiled: dict[str, dict[str, set[str]]] = {}
    for theme in frozenset[str]().union(*(place.small for place in places)):
        for at in hidden({at: _rank(each, theme) for at, each in enumerate(places)}, lines):
            place = places[at]
            veiled.setdefault(place.key, {}).setdefault(place.period or "", set()).add(theme)
    return {
        key: {period: frozenset(themes) for period, themes in told.items()}
        for key, told in veiled.items()
    }


def _rank(place: Place, theme: str) -> int:
    """Say how soon a figure is hidden beside a small one, as its number; small ones have 1."""
    if theme in place.small:
        return 1
    people = place.telling.get(theme)
    return _LAST_RESORT + place.people if people is None else THRESHOLD + people


def _lines(places: Sequence[Place], parents: Parents, per: Per) -> list[list[int]]:
    """Give what can be added up: places of a period, parts of a parent, periods of a longer one."""
    found: dict[Hashable, list[int]] = {}
    for at, each in enumerate(places):
        found.setdefault(("all", each.period), []).append(at)
        for parent in parents.get((each.key, each.period), ()):
            found.setdefault((parent, each.period), []).append(at)
        longer = _longer(each.period or "", per)
        if longer is not None:
            found.setdefault((each.key, longer), []).append(at)
    return list(found.values())


def _longer(period: str, per: Per) -> str | None:
    """Name the next longer period that a period is part of."""
    if per is Per.MONTH:
        return periods.name(date.fromisoformat(f"{period}-01"), Per.QUARTER)
    return period.rpartition("-")[0] if per is Per.QUARTER else None
