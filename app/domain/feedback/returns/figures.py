"""The figures of a return in the order of the national one: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.modes.national import CATEGORIES, MODES, NationalService
from app.domain.feedback.modes.service import Translation
from app.domain.organisation.models import FftCategory

ANSWERS: Final = tuple(FftAnswer)
TOTAL: Final = "total"


@dataclass(frozen=True, slots=True)
class Counted:
    """A row of the roll-up: a category's answers of one kind, `pair` being None for all."""

    category: FftCategory
    pair: str | None
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A category's answers and the modes they came by; counts best first, modes in order."""

    category: str
    counts: tuple[int, ...]
    modes: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        return cls(told["category"], tuple(told["counts"]), tuple(told["modes"]))

    def written(self) -> dict[str, Any]:
        return {
            "category": self.category,
            "counts": list(self.counts),
            "modes": list(self.modes),
        }


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A channel and collection point that no mode is told for, with how many answered by it."""

    channel: str
    collection_point: str
    responses: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Every category of a service's return, those without answers too."""

    service: NationalService
    lines: tuple[Line, ...]
    unmapped: tuple[Unmapped, ...] = field(default=())

    @property
    def whole(self) -> Line:
        """Give the sum of all categories."""
        counts = tuple(map(sum, zip(*(line.counts for line in self.lines), strict=True)))
        modes = tuple(map(sum, zip(*(line.modes for line in self.lines), strict=True)))
        return Line(TOTAL, counts, modes)

    @classmethod
    def read(cls, service: NationalService, told: Iterable[Mapping[str, Any]]) -> Self:
        return cls(service, tuple(Line.read(each) for each in told))

    def written(self) -> list[dict[str, Any]]:
        return [line.written() for line in self.lines]


@dataclass(frozen=True, slots=True)
class Difference:
    """A count that a correction changes."""

    category: str
    what: str
    before: int
    after: int


def count(service: NationalService, rows: Iterable[Counted], told: Translation) -> Figures:
    """Add the roll-up's rows up to a return; absent modes and categories are zeros."""
    modes = {mode: place for place, mode in enumerate(MODES[service])}
    answers = {category: [0] * len(ANSWERS) for category in CATEGORIES[service]}
    by_mode = {category: [0] * len(modes) for category in CATEGORIES[service]}
    unmapped: dict[str, int] = {}
    for row in rows:
        if row.pair is None:
            answers[row.category] = list(row.counts)
        elif mode := told.mode(row.pair):
            by_mode[row.category][modes[mode]] += sum(row.counts)
        elif total := sum(row.counts):
            unmapped[row.pair] = unmapped.get(row.pair, 0) + total
    lines = (Line(c, tuple(answers[c]), tuple(by_mode[c])) for c in CATEGORIES[service])
    left = (
        Unmapped(pair.partition(":")[0], pair.partition(":")[2], unmapped[pair])
        for pair in sorted(unmapped)
    )
    return Figures(service, tuple(lines), tuple(left))


def differences(before: Figures, after: Figures) -> Sequence[Difference]:
    """Tell every count that is not the same in two returns of one service."""
    names = (*ANSWERS, *MODES[after.service])
    return [
        Difference(new.category, name, was, now)
        for old, new in zip(before.lines, after.lines, strict=True)
        for name, was, now in zip(
            names, (*old.counts, *old.modes), (*new.counts, *new.modes), strict=True
        )
        if was != now
    ]
