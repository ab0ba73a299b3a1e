"""Every team's months for its public page: what the strict publication tells of it, and no more.

Whoever reads both could work out what is hidden if each chose for itself what to hide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.core.statement import Statement
from app.domain.feedback import summary
from app.domain.feedback.codes import FftAnswer
from app.domain.feedback.modes.national import NationalService
from app.domain.feedback.publication import service
from app.domain.feedback.publication.service import Level
from app.domain.feedback.publication.tree import Shown, Vector

MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class TeamMonth:
    """A team's month; `counts` are the six answers, best first, and None where they are hidden."""

    code: str
    name: str
    month: date
    total: int
    counts: Vector | None

    def percentage(self, *answers: FftAnswer) -> float | None:
        """Give the share of these answers to one decimal place, half up; None where hidden."""
        return None if self.counts is None else summary.percentage(self.counts, *answers)


async def figures(door: Statement, day: date) -> dict[str, list[TeamMonth]]:
    """Give every team's months by its code, of the twelve whole ones before a day, oldest first.

    Left out are months without answers, and those in which a team stood in neither service's
    publication. What is hidden of one team depends on the others, so that all are found at once;
    each month is read by itself, and other requests are served meanwhile.
    """
    found: dict[str, list[TeamMonth]] = {}
    for month in months(day):
        for each in NationalService:
            told = await service.answers(door, each, month)
            for level, path, shown in service.levels(told):
                if level is Level.TEAM and shown.total:
                    team = TeamMonth(
                        shown.key, told.names[path], month, shown.total, _counts(shown)
                    )
                    found.setdefault(team.code, []).append(team)
    return found


def months(day: date) -> Sequence[date]:
    """Give the firsts of the whole months before a day, oldest first."""
    last = day.year * 12 + day.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(last - MONTHS, last)]


def _counts(shown: Shown) -> Vector | None:
    told = tuple(count for count in shown.counts if count is not None)
    return told if len(told) == len(shown.counts) else None
