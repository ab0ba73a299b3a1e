"""The newest responses of which a text has some status, found in steps of bounded work.

Few texts are held and most are released, and the planner cannot know which is asked for once it
keeps a plan. So the index of statuses is walked first, newest first: of a rare status it soon has
shown all there is, of a common one enough for a page. Where neither is so, the other filters let
little through, and the responses are asked as without a status, or their index of words is.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Select, Uuid, bindparam, func, select

from app.core.json_rows import Build
from app.core.statement import Kept, Statement
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.searching import BEHIND_ALL, Words
from app.domain.feedback.texts import STANDING, STATUS

R = FeedbackResponse
STEPS: Final = (500, 4_000, 32_000)  # texts looked at in one statement after the other
# Each text of a search is cut into words anew; few teams have few responses, whatever their status.
STEPS_OF_SEARCH: Final = STEPS[:2]
STEPS_OF_FEW_TEAMS: Final = STEPS[:1]
FEW_TEAMS: Final = 20
_BEFORE: Final[Any] = bindparam("before", type_=Uuid())
_MOST: Final[Any] = bindparam("most", type_=Integer())
_STEP: Final[Any] = bindparam("step", type_=Integer())


class Standing:
    """Finds by status within one view of the responses; `build` makes it, as for its lists."""

    def __init__(self, build: Build, words: Words) -> None:
        self._build, self._words = build, words
        self._kept: dict[tuple[frozenset[str], bool], Kept] = {}

    async def newest(
        self, door: Statement, values: Mapping[str, Any], after: UUID | None, most: int
    ) -> Sequence[UUID]:
        """Give the ids of the newest responses below `after`, in order; `values` are filters."""
        found: list[UUID] = []
        before = after or BEHIND_ALL
        for step in _steps(values):
            told = {"before": before, "most": most - len(found), "step": step}
            row = await self._ask(door, values, told)
            found += row["ids"]
            if len(found) >= most or row["walked"] < step:
                return found
            before = row["reached"]
        if "search" in values:
            return [*found, *await self._words.newest(door, values, before, most - len(found))]
        row = await self._ask(door, values, {"before": before, "most": most - len(found)})
        return [*found, *row["ids"]]

    async def _ask(
        self, door: Statement, values: Mapping[str, Any], told: Mapping[str, Any]
    ) -> Any:
        using, walking = frozenset(values), "step" in told
        kept = self._kept.get((using, walking))
        if kept is None:
            start = self._build(using).with_only_columns(R.id)
            kept = self._kept[using, walking] = (_walking if walking else _asking)(start)
        return await door.fetchrow(kept.text, *kept.arguments({**values, **told}))


def _steps(values: Mapping[str, Any]) -> Sequence[int]:
    if "team" in values or len(values.get("visible", range(FEW_TEAMS + 1))) <= FEW_TEAMS:
        return STEPS_OF_FEW_TEAMS
    return STEPS_OF_SEARCH if "search" in values else STEPS


def _walking(start: Select[Any]) -> Kept:
    """Walk back over so many texts of the status, and find those that the filters let through."""
    at = STANDING.c.response_id
    walk = select(at).where(STANDING.c.status == STATUS, at < _BEFORE).order_by(at.desc())
    walked = walk.limit(_STEP).cte("walked")
    ids = func.array(select(walked.c.response_id).scalar_subquery(), type_=ARRAY(Uuid()))
    hits = start.where(R.id == func.any(ids)).order_by(R.id.desc()).limit(_MOST)
    reached = select(walked.c.response_id).order_by(walked.c.response_id).limit(1)
    return Kept.of(
        select(
            func.array(hits.scalar_subquery()).label("ids"),
            select(func.count()).select_from(walked).scalar_subquery().label("walked"),
            reached.scalar_subquery().label("reached"),
        )
    )


def _asking(start: Select[Any]) -> Kept:
    hits = start.where(R.id < _BEFORE).order_by(R.id.desc()).limit(_MOST)
    return Kept.of(select(func.array(hits.scalar_subquery()).label("ids")))
