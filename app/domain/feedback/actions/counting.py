"""What the figures were when an action was begun, from the roll-ups of whole months."""

from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.feedback import periods
from app.domain.feedback.actions.models import FeedbackAction
from app.domain.feedback.errors import WholeMonthsError
from app.domain.feedback.summary import ANSWERS

_COUNTED: Final = (*ANSWERS, "unanswered")
_SUMS: Final = ", ".join(f"sum({name})::bigint AS {name}" for name in _COUNTED)
_COUNT: Final = text(
    f"""
    SELECT dimension, value, {_SUMS}
      FROM feedback_monthly c
     WHERE month BETWEEN :first AND :last
       AND (dimension = 'all' OR dimension = 'theme' AND value = ANY(CAST(:themes AS text[])))
       AND CASE :level WHEN 'team' THEN team_id = ANY(CAST(:teams AS uuid[]))
                       WHEN 'directorate' THEN EXISTS (
                           SELECT FROM team_placement p
                            WHERE p.team_id = c.team_id AND p.directorate_id = :directorate
                              AND p.valid_from <= c.month
                              AND (p.valid_to IS NULL OR p.valid_to > c.month))
                       ELSE true END
     GROUP BY 1, 2"""
)


async def freeze(session: AsyncSession, action: FeedbackAction, first: date, last: date) -> None:
    """Keep the counts of whole months with the action: of all it is for, and of each theme.

    Raises WholeMonthsError.
    """
    if not periods.whole_months(first, last):
        raise WholeMonthsError.at("#/counted_from", "Give whole calendar months", "whole_months")
    nothing = dict.fromkeys(_COUNTED, 0)
    counts: dict[str, Any] = {
        "all": dict(nothing),
        "themes": {theme: dict(nothing) for theme in action.themes},
    }
    rows = await session.execute(
        _COUNT,
        {
            "first": first,
            "last": last,
            "themes": action.themes,
            "level": action.level.value,
            "teams": action.team_ids,
            "directorate": action.directorate_id,
        },
    )
    for row in rows:
        told = {name: getattr(row, name) for name in _COUNTED}
        if row.dimension == "all":
            counts["all"] = told
        else:
            counts["themes"][row.value] = told
    action.counts, action.counted_from, action.counted_to = counts, first, last


def people(action: FeedbackAction, linked: int) -> int:
    """Give how many people at least said it: of its greatest theme, or whose responses it links.

    Themes overlap, so that they are not added up.
    """
    themes: dict[str, dict[str, int]] = (action.counts or {}).get("themes", {})
    return max([linked, *(sum(theme.values()) for theme in themes.values())])
