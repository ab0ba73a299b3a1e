from typing import Annotated

from fastapi import Query, Response, Security

from app.api.cacheable import UNCHANGED, IfNoneMatch, cacheable
from app.api.deps import Door, authenticate
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.feedback.publication_schemas import (
    PublicationAsked,
    PublicationOut,
    first_day,
    written,
)
from app.core.actor import Actor
from app.domain.feedback.publication import service
from app.domain.feedback.publication.errors import MonthNotOverError

router = router_at("/feedback/publication", "feedback")

Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read"])]


@router.get(
    "",
    response_model=PublicationOut,
    responses={**UNCHANGED, **responses(MonthNotOverError)},
)
async def get_publication(
    _: Reader,
    door: Door,
    asked: Annotated[PublicationAsked, Query()],
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Give a month's figures for the open web, suppressed as a whole.

    The trust, its directorates, their services and teams, as they stood in that month. These are
    the figures that everybody may see, so that every key gets the same. A month can be read when
    it is over, and then once: readings before and after late answers came would tell them.
    """
    month = first_day(asked.month)
    told = await service.publication(door, asked.service, month, asked.rule)
    return cacheable(written(told), if_none_match)
