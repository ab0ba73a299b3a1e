"""What a digest tells: one team's week, and how the team stands with what it was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self
from uuid import UUID

from app.domain.feedback import periods
from app.domain.feedback.cadence.rules import Verdict
from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.periods import Per
from app.domain.feedback.summary import Group

MOST_THEMES: Final = 5
MOST_COMMENTS: Final = 20
POSITIVE: Final = (FftAnswer.VERY_GOOD, FftAnswer.GOOD)
NEGATIVE: Final = (FftAnswer.POOR, FftAnswer.VERY_POOR)


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday to Sunday, named as ISO 8601 does: `2026-W10`."""

    first: date

    @classmethod
    def named(cls, name: str) -> Self:
        """Find a week by its name; raises ValueError where the year has no such week."""
        year, _, number = name.partition("-W")
        return cls(date.fromisocalendar(int(year), int(number), 1))

    @classmethod
    def last_whole(cls, day: date) -> Self:
        """Give the newest week that is over on a day."""
        return cls(day - timedelta(day.weekday() + 7))

    @property
    def last(self) -> date:
        return self.first + timedelta(6)

    @property
    def name(self) -> str:
        return periods.name(self.first, Per.WEEK)

    @property
    def before(self) -> "Week":
        return Week(self.first - timedelta(7))


@dataclass(frozen=True, slots=True)
class Named:
    """A team as people know it."""

    id: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ThemeCount:
    code: str
    name: str
    responses: int


@dataclass(frozen=True, slots=True, repr=False)
class Comment:
    """What one person wrote, as its reader may see it; never shown in a log."""

    response_id: UUID
    day: date
    fft_answer: FftAnswer | None
    comment_good: str | None
    comment_better: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Comments:
    """The newest of the week; `more` where there are others."""

    shown: Sequence[Comment]
    more: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How the team stands today, and what it told back in the week.

    Of the responses that ask for a reply or an action, `overdue` are those past the trust's days.
    Of its texts, `texts_held` are kept from the public until somebody decides of them.
    """

    waiting: int = 0
    overdue: int = 0
    replies_to_approve: int = 0
    replies_to_publish: int = 0
    actions_open: int = 0
    actions_overdue: int = 0
    actions_told: int = 0
    replies_told: int = 0
    promises_kept: int = 0
    texts_held: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """A team's week. `comments` is None for who may not read any, `over` once the week is."""

    team: Named
    week: Week
    over: bool
    figures: Group
    before: Group
    themes: Sequence[ThemeCount]
    standing: Standing
    cadence: Sequence[Verdict]
    comments: Comments | None = None

    @property
    def change(self) -> int | None:
        """Give how many responses more than in the week before; None while the week runs."""
        return responses(self.figures) - responses(self.before) if self.over else None

    def points(self, *answers: FftAnswer) -> float | None:
        """Give by how many percentage points the share of these answers is greater than before."""
        now, then = self.figures.percentage(*answers), self.before.percentage(*answers)
        if not self.over or now is None or then is None:
            return None
        return round(now - then, 1)


def responses(group: Group) -> int:
    return group.total + group.unanswered
