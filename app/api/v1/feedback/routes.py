from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, Security

from app.api import direct
from app.api.deps import Door, authenticate, json
from app.api.problems import responses
from app.api.strict import StrictRoute
from app.api.v1.feedback.schemas import (
    ResponseFilters,
    ResponseList,
    ResponseOut,
    Summary,
    SummaryFilters,
    SummaryItem,
)
from app.core.actor import Actor
from app.core.errors import ForbiddenError
from app.domain.feedback import responses as reading
from app.domain.feedback import summary
from app.domain.feedback.errors import ResponseNotFoundError, WholeMonthsError

router = APIRouter(prefix="/feedback", tags=["feedback"], route_class=StrictRoute)
hot = direct.router(prefix="/v1/feedback", tags=["feedback"])

Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read"])]
# Whoever reads single responses can count them, however few: suppression would hide nothing.
RowReader = Annotated[
    Actor, Security(authenticate, scopes=["feedback:read", summary.SMALL_NUMBERS])
]
FIELDS = tuple(ResponseOut.model_fields)


@hot.get("/responses", response_model=ResponseList, responses=responses(ForbiddenError))
async def list_responses(
    actor: RowReader, door: Door, filters: Annotated[ResponseFilters, Query()]
) -> Response:
    """List responses, newest day first.

    A single response is a small number, hence both scopes. Comments need
    `feedback:read:comments` too; without it they are null, and `search` is refused. A search tells
    in `highlights` where the words stand.
    """
    return json(await reading.find(door, FIELDS, filters.page(), filters.filters(), to=actor))


@hot.get(
    "/responses/{response_id}",
    response_model=ResponseOut,
    responses=responses(ResponseNotFoundError),
)
async def get_response(actor: RowReader, door: Door, response_id: UUID) -> Response:
    """Read one response."""
    return json(*await reading.get(door, FIELDS, response_id, to=actor))


@router.get("/summary", responses=responses(WholeMonthsError))
async def get_summary(
    actor: Reader, door: Door, filters: Annotated[SummaryFilters, Query()]
) -> Summary:
    """Give the Friends and Family Test figures of each group.

    Without the scope `feedback:read:small_numbers`, `from` and `to` make whole calendar months
    and groups that few answered in are hidden; groups of ethnicity are then told by
    `/v1/feedback/representation` alone. Figures are no means to compare providers.
    """
    groups = await summary.summarise(door, filters.asked(), to=actor)
    return Summary(items=[SummaryItem.of(group) for group in groups])
