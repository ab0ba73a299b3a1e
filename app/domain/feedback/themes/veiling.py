"""Which figures of themes are hidden because too few people stand behind them: pure.

A response has several themes, so that they add up to nothing; but each theme parts the responses
of a place and period in those that tell of it and those that do not, and both are people: who
takes one from all of them has the other. Hence a figure is hidden where either side is small, and
with it what would give it away in a sum: over places, over the months of a quarter, over the
quarters of a year. Where no other place tells of the theme, one that does not is shown as hidden,
for nobody to see that the whole sum is the one place's.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain.feedback import periods
from app.domain.feedback.periods import Per
from app.domain.feedback.suppression import THRESHOLD, hidden

Place = tuple[str, str | None]
_LAST_RESORT = 10**12  # above all counts


@dataclass(frozen=True, slots=True)
class Counted:
    """A place and period's counts of one theme, or of everything where it names none.

    `counts` are the six answers and the unanswered; `people` all of them, `answered` the six;
    `parents` what else it is part of.
    """

    theme: str
    key: str
    name: str
    period: str | None
    parents: tuple[tuple[int, str], ...]
    counts: tuple[int, ...]
    people: int
    answered: int

    @property
    def place(self) -> Place:
        return self.key, self.period

    def joined(self, other: "Counted") -> "Counted":
        """Add up a place that moved within its period: it stands under both of its parents."""
        return replace(
            self,
            counts=tuple(a + b for a, b in zip(self.counts, other.counts, strict=True)),
            parents=self.parents + other.parents,
            people=self.people + other.people,
            answered=self.answered + other.answered,
        )


@dataclass(frozen=True, slots=True)
class Veil:
    """What is hidden: periods by theme and place.

    `keys` are the places that all figures are about, where these are told as something wider;
    `months` the first and last of a range that is told as one: it is hidden where a month is.
    """

    hidden: Mapping[tuple[str, str], frozenset[str]]
    keys: frozenset[str] | None = None
    months: tuple[str, str] | None = None

    def hides(self, one: Counted) -> bool:
        keys = (one.key,) if self.keys is None else self.keys
        return any(self._hides(self.hidden.get((one.theme, key)), one.period) for key in keys)

    def beside(self, told: Iterable[Counted], everything: Iterable[Counted]) -> list[Counted]:
        """Give places to show as hidden which tell nothing of a theme."""
        known = {(one.theme, one.key, one.period) for one in told}
        themes = sorted({theme for theme, _ in self.hidden})
        found = []
        for each in everything:
            for theme in themes:
                if (theme, each.key, each.period) not in known:
                    counts = (0,) * len(each.counts)
                    nothing = replace(each, theme=theme, counts=counts, people=0, answered=0)
                    found += [nothing] if self.hides(nothing) else []
        return found

    def _hides(self, hidden: frozenset[str] | None, period: str | None) -> bool:
        if hidden is None:
            return False
        if self.months is None:
            return period in hidden
        first, last = self.months
        return any(first <= month <= last for month in hidden)


def small(part: Counted, whole: Counted) -> bool:
    """Tell whether those who tell of a theme, or the others, or those who answered, are few."""
    return (
        0 < part.people < THRESHOLD
        or 0 < part.answered < THRESHOLD
        or 0 < whole.people - part.people < THRESHOLD
        or 0 < whole.answered - part.answered < THRESHOLD
    )


def veil(found: Sequence[Counted], per: Per) -> dict[tuple[str, str], frozenset[str]]:
    """Choose what to hide of all themes, among places of one kind and periods of one kind."""
    everything = [each for each in found if not each.theme]
    lines = _lines(everything, per)
    themes: dict[str, dict[Place, Counted]] = {}
    for each in found:
        if each.theme:
            themes.setdefault(each.theme, {})[each.place] = each
    veiled: dict[tuple[str, str], set[str]] = {}
    for theme, told in themes.items():
        for key, period in _hidden_of_one(everything, told, lines):
            veiled.setdefault((theme, key), set()).add(period or "")
    return {place: frozenset(told) for place, told in veiled.items()}


def _hidden_of_one(
    everything: Sequence[Counted], told: Mapping[Place, Counted], lines: Iterable[Sequence[int]]
) -> Iterable[Place]:
    totals: dict[int, int] = {}
    for at, whole in enumerate(everything):
        part = told.get(whole.place)
        if part is None:
            totals[at] = _LAST_RESORT + whole.people
        else:
            totals[at] = 1 if small(part, whole) else THRESHOLD + part.people
    if 1 not in totals.values():
        return []
    return [everything[at].place for at in hidden(totals, lines)]


def _lines(everything: Sequence[Counted], per: Per) -> list[list[int]]:
    """Give what can be added up: places of a period, parts of a parent, periods of a longer one."""
    found: dict[Hashable, list[int]] = {}
    for at, each in enumerate(everything):
        found.setdefault(("all", each.period), []).append(at)
        for parent in each.parents:
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
