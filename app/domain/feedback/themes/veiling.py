"""Which figures of themes are hidden because too few people stand behind them: pure.

A response has several themes, so that they add up to nothing; but each theme parts the responses
of a place and period in those that tell of it and those that do not, and both are people: who
takes one from all of them has the other. Hence a figure is hidden where either side is small, and
with it what would give it away in a sum: over places, over the months of a quarter, over the
quarters of a year. Where no other place tells of the theme, one that does not is shown as hidden,
for nobody to see that the whole sum is the one place's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.core.suppression import THRESHOLD, hidden
from app.domain.feedback import hiding
from app.domain.feedback.hiding import At

_LAST_RESORT = 10**12  # above all counts

Hidden = Mapping[At, frozenset[str]]
"""The themes that are hidden at a place in a month, quarter or year."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place and period, and how many people told of each theme; `small` names the small ones."""

    key: str
    period: str | None
    people: int
    telling: Mapping[str, int]
    small: frozenset[str]


def veil(places: Mapping[At, Place], parents: Mapping[At, Iterable[str]]) -> Hidden:
    """Choose what to hide of all themes, in months, quarters and years together."""
    lines = hiding.lines(places, parents)
    veiled: dict[At, set[str]] = {}
    for theme in sorted(frozenset[str]().union(*(place.small for place in places.values()))):
        for at in hidden({at: _rank(place, theme) for at, place in places.items()}, lines):
            veiled.setdefault(at, set()).add(theme)
    return {at: frozenset(themes) for at, themes in veiled.items()}


def _rank(place: Place, theme: str) -> int:
    """Say how soon a figure is hidden beside a small one, as its number; small ones have 1."""
    if theme in place.small:
        return 1
    people = place.telling.get(theme)
    return _LAST_RESORT + place.people if people is None else THRESHOLD + people
