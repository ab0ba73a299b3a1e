from typing import Annotated, Final

from fastapi import Query, Response, Security

from app.api.deps import Door, authenticate, json
from app.api.problems import UnauthenticatedError, responses
from app.api.strict import router_at
from app.api.v1.bi.schemas import ChangeFilters, ChangeList
from app.core import change_feed
from app.core.actor import Actor
from app.core.errors import ForbiddenError, GoneError, InvalidError
from app.domain.feedback.models import FeedbackResponse

router = router_at("/bi", "bi")

# A response tells its day and nothing finer; so does its change, outside audit.
_DAY_ONLY: Final = (FeedbackResponse.__tablename__,)

Warehouse = Annotated[Actor, Security(authenticate, scopes=["bi:read"])]


@router.get(
    "/changes",
    response_model=ChangeList,
    responses=responses(UnauthenticatedError, ForbiddenError, GoneError, InvalidError),
)
async def list_changes(
    actor: Warehouse, door: Door, filters: Annotated[ChangeFilters, Query()]
) -> Response:
    """Follow every change of every record, in order.

    Whoever has read up to a cursor has seen all before it: each committed change appears once, and
    never before a place already read. Unlike in lists `next` is always given. Filtering by entity
    keeps the cursor's meaning, so that a filter may come and go between pages. A cursor of another
    life of the database, as before a restore, is refused with 410. The feed is trust-wide: a key
    that is limited to teams is refused.
    """
    return json(await change_feed.page(door, filters.asked(), to=actor, day_only=_DAY_ONLY))
