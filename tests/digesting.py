"""Digests for tests of what is made of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from app.domain.feedback.cadence.rules import MetBy, Period, State, Verdict
from app.domain.feedback.digests.digest import Digest, Named, Standing, ThemeCount, Week
from app.domain.feedback.summary import Group
from app.domain.organisation.models import Setting

WEEK = Week(date(2026, 3, 2))
MARCH = Verdict(
    Period("2026-03", date(2026, 3, 1), date(2026, 3, 31)),
    Setting.COMMUNITY,
    "ADULT",
    24,
    State.MET,
    None,
    MetBy.COLLECTION,
    State.PENDING,
)


def group(counts: Sequence[int] = (0,) * 6, unanswered: int = 0, week: Week = WEEK) -> Group:
    return Group("x", "", week.name, tuple(counts), unanswered)


def digest(**values: Any) -> Digest:
    """A team's week with something of everything."""
    start = {
        "team": Named(UUID(int=1), "CITY", "City team"),
        "week": WEEK,
        "over": True,
        "figures": group((21, 9, 6, 3, 0, 1), 2),
        "before": group((18, 12, 0, 0, 0, 0), 0, WEEK.before),
        "themes": [ThemeCount("a", "Gratitude", 18), ThemeCount("b", "Feeling safe", 3)],
        "standing": Standing(7, 6, 1, 0, 3, 1, 1, 2, 0),
        "cadence": [MARCH],
    }
    return Digest(**start | values)
