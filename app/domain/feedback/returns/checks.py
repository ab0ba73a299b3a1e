"""What must hold before a return is signed off: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.feedback.returns.deadlines import last_day
from app.domain.feedback.returns.figures import Figures, differences


class Code(StrEnum):
    """The checks, in the order in which they are told."""

    MONTH_OVER = "month_over"
    TEAMS_HAVE_CATEGORIES = "teams_have_categories"
    MODES_MAPPED = "modes_mapped"
    TOTALS_AGREE = "totals_agree"
    FIGURES_CURRENT = "figures_current"
    NO_ZERO_RETURNS = "no_zero_returns"


WARNS = frozenset({Code.NO_ZERO_RETURNS})
"""A team may have had no answers; who signs should know which."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it found where it does not hold."""

    code: Code
    items: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.items

    @property
    def blocking(self) -> bool:
        return self.code not in WARNS


@dataclass(frozen=True, slots=True)
class Found:
    """What stands behind a month's figures now: the figures and codes of teams."""

    figures: Figures
    without_category: tuple[str, ...]
    without_answers: tuple[str, ...]


def check(month: date, snapshot: Figures, found: Found, today: date) -> Sequence[Check]:
    """Give every check of a drafted return."""
    over = () if last_day(month) < today else (f"{month:%Y-%m}",)
    disagree = tuple(
        line.category for line in snapshot.lines if sum(line.counts) != sum(line.modes)
    )
    pairs = tuple(f"{each.channel}:{each.collection_point}" for each in found.figures.unmapped)
    changed = dict.fromkeys(each.category for each in differences(snapshot, found.figures))
    return (
        Check(Code.MONTH_OVER, over),
        Check(Code.TEAMS_HAVE_CATEGORIES, found.without_category),
        Check(Code.MODES_MAPPED, pairs),
        Check(Code.TOTALS_AGREE, disagree),
        Check(Code.FIGURES_CURRENT, tuple(changed)),
        Check(Code.NO_ZERO_RETURNS, found.without_answers),
    )
