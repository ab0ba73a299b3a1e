from typing import Annotated

import orjson
from fastapi import Query, Request, Response

from app.api.cacheable import UNCHANGED, IfNoneMatch, cacheable
from app.api.deps import Door
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.public.schemas import (
    PublicFeedback,
    PublicFeedbackFilters,
    YouSaidWeDid,
    YouSaidWeDidFilters,
    YouSaidWeDidList,
    cursor,
    written,
)
from app.domain.feedback.actions import public
from app.domain.feedback.replies import showing
from app.domain.organisation.errors import TeamNotFoundError

router = router_at("/public", "public")

FIELDS = tuple(YouSaidWeDid.model_fields)


@router.get("/you-said-we-did", response_model=YouSaidWeDidList, responses=UNCHANGED)
async def list_you_said_we_did(
    request: Request,
    door: Door,
    filters: Annotated[YouSaidWeDidFilters, Query()],
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List what people said and what was done about it, newest first.

    No key is needed, and any cache may keep it as long as its `Cache-Control` says. A code that
    nobody has gives an empty list.
    """
    body = await public.find(door, FIELDS, filters.page(), filters.filters())
    return cacheable(body, if_none_match, request.app.state.settings.public.cache_seconds)


@router.get(
    "/feedback",
    response_model=PublicFeedback,
    responses={**UNCHANGED, **responses(TeamNotFoundError)},
)
async def list_public_feedback(
    request: Request,
    door: Door,
    filters: Annotated[PublicFeedbackFilters, Query()],
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List what people said about a team, newest month first, with replies and the team's figures.

    Only comments that were released, of people who did not object, are here, and of each month only
    figures that its publication by the strict rule tells as well. No key is needed, and any cache
    may keep it as long as its `Cache-Control` says.
    """
    shown = await showing.comments(door, filters.team, filters.place(), filters.limit)
    figures = await request.app.state.figures.of(door, filters.team)
    told = {
        "team": {"code": filters.team, "name": shown.name},
        "figures": [written(month) for month in figures],
        "items": orjson.Fragment(b"[" + shown.items + b"]"),
        "next": cursor(shown.following),
    }
    seconds = request.app.state.settings.public.cache_seconds
    return cacheable(orjson.dumps(told), if_none_match, seconds)
