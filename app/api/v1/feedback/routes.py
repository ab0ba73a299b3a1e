from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response, Security
from fastapi.responses import StreamingResponse

from app.api import direct
from app.api.deps import Door, authenticate, json
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.feedback.schemas import (
    DownloadFilters,
    ResponseFilters,
    ResponseList,
    ResponseOut,
    Summary,
    SummaryFilters,
    SummaryItem,
)
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import ForbiddenError
from app.domain.feedback import summarising, summary
from app.domain.feedback.errors import ResponseNotFoundError, WholeMonthsError
from app.domain.feedback.moderation import downloads
from app.domain.feedback.moderation import responses as reading
from app.domain.feedback.moderation.downloads import DownloadTooLargeError
from app.reports import sheets

router = router_at("/feedback", "feedback")
hot = direct.router_at("/feedback", "feedback")

Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read"])]
# Whoever reads single responses can count them, however few: suppression would hide nothing.
RowReader = Annotated[
    Actor, Security(authenticate, scopes=["feedback:read", summary.SMALL_NUMBERS])
]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            media.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for media in sheets.MEDIA.values()
        }
    }
}
FIELDS = tuple(ResponseOut.model_fields)


@hot.get("/responses", response_model=ResponseList, responses=responses(ForbiddenError))
async def list_responses(
    actor: RowReader, door: Door, filters: Annotated[ResponseFilters, Query()]
) -> Response:
    """List responses, newest day first.

    A single response is a small number, hence both scopes. Comments need
    `feedback:read:comments` too; without it they are null, and `search` is refused. In the place of
    a name or another identifier that screening found stands a word such as `[name]`, and `search`
    finds what is shown so; with `feedback:moderate` comments are shown as they were written. What
    is not screened yet is null, and `comments_pending` is true: mostly for a moment. A search tells
    in `highlights` where the words stand. `status` finds by how a text stands in moderation.
    """
    return json(await reading.find(door, FIELDS, filters.page(), filters.filters(), to=actor))


@hot.get(
    "/responses/download",
    response_class=StreamingResponse,
    responses={**responses(ForbiddenError, DownloadTooLargeError), **_FILES},
)
async def download_responses(
    actor: RowReader, door: Door, filters: Annotated[DownloadFilters, Query()]
) -> Response:
    """Download responses as CSV or as a workbook, with the list's filters and the list's rights.

    One row a response, newest day first, codes and labels; at most 100,000. The CSV is UTF-8 with
    a byte order mark, by which Excel knows it, and a cell that a spreadsheet would take for a
    formula has an apostrophe before it. In the workbook every text is a text; one of more than
    32,000 characters is cut there and says so.
    """
    pages = downloads.rows(door, filters.filters(), to=actor)
    file = await sheets.write(filters.format, downloads.HEADER, pages)
    name = f'attachment; filename="responses-{today()}.{filters.format}"'
    return StreamingResponse(
        sheets.chunks(file),
        media_type=sheets.MEDIA[filters.format],
        headers={"Content-Disposition": name},
    )


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
    groups = await summarising.summarise(door, filters.asked(), to=actor)
    return Summary(items=[SummaryItem.of(group) for group in groups])
