"""What a benchmark reports, and how it is shown: pure, so that it can be tested."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure measured several times."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        found = sorted(values)
        return cls(statistics.median(found), found[0], found[-1])

    def shown(self, form: str = ".2f") -> str:
        return f"{self.median:{form}} ({self.low:{form}} to {self.high:{form}})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Compare two that took turns: each round of ours with the peer's round beside it."""
    return Spread.of(a / b for a, b in zip(ours, theirs, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least this share of all do not exceed."""
    found = sorted(values)
    at = min(len(found) - 1, max(0, -int(-share * len(found) // 1) - 1))
    return found[at]


@dataclass(frozen=True, slots=True)
class Goal:
    """What was wanted beside what was measured; `why` tells of a miss."""

    what: str
    wanted: str
    measured: str
    met: bool
    why: str = ""


@dataclass(slots=True)
class Report:
    """One benchmark's table, goals and what must be known to read them."""

    title: str
    peer: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    goals: Sequence[Goal] = ()
    notes: Sequence[str] = ()

    def table(self) -> str:
        return table(self.header, self.rows)

    def shown(self) -> str:
        """Write it as a section of Markdown."""
        parts = [f"## {self.title}", f"Peer: {self.peer}."]
        if self.rows:
            parts.append(self.table())
        if self.goals:
            parts.append(goals(self.goals))
        parts.extend(self.notes)
        return "\n\n".join(parts)


def not_measured(title: str, peer: str, why: str) -> Report:
    """Say of a benchmark that it could not be run; its goals are not met then."""
    missed = Goal("all of it", "measured", "not measured", met=False, why=why)
    return Report(title, peer, ("Measure",), (), (missed,))


def goals(found: Iterable[Goal]) -> str:
    rows = [(g.what, g.wanted, g.measured, _outcome(g)) for g in found]
    return table(("Goal", "Wanted", "Measured", "Met"), rows)


def _outcome(goal: Goal) -> str:
    if goal.met:
        return "yes"
    return "no: " + " ".join(goal.why.split()) if goal.why else "no"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table that is also easy on the eye as it stands."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(header))]
    shown = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([shown[0], rule, *shown[1:]])
