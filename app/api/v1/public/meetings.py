from typing import Annotated

from fastapi import Query, Response

from app.api.deps import Door, json
from app.api.strict import router_at
from app.api.v1.feedback.meetings_schemas import PublicMeetingFilters, PublicMeetingList
from app.domain.feedback.meetings import queries

router = router_at("/public/meetings", "public")

CACHED = "public, max-age=300"


@router.get("", response_model=PublicMeetingList)
async def list_public_meetings(
    door: Door, filters: Annotated[PublicMeetingFilters, Query()]
) -> Response:
    """List where the trust listens from today on, next first; no key is needed.

    Cancelled meetings stay on the list until their day, so that nobody comes for nothing. The
    answer may be kept for five minutes.
    """
    answer = json(await queries.upcoming(door, filters.kind, filters.team))
    answer.headers["Cache-Control"] = CACHED
    return answer
