from typing import Annotated, Any, Final

from fastapi import Path, Query, Request, Response

from app.api.cacheable import UNCHANGED, IfNoneMatch, cacheable
from app.api.deps import Door
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.registers.opportunities_schemas import (
    PublicOpportunityFilters,
    PublicOpportunityList,
)
from app.domain.involvement.calendars import queries as calendars
from app.domain.involvement.calendars.errors import CalendarNotFoundError
from app.domain.involvement.opportunities import queries

router = router_at("/public", "public")

_CALENDAR: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            "text/calendar": {"schema": {"type": "string"}, "example": "BEGIN:VCALENDAR\r\n"}
        }
    }
}
# As long as a calendar program waits before it asks again, at least; it is the person's alone.
_KEPT: Final = {"Cache-Control": "private, max-age=900", "Referrer-Policy": "no-referrer"}
Token = Annotated[
    str,
    Path(
        min_length=20,
        max_length=64,
        pattern=r"^[A-Za-z0-9_-]+$",
        examples=["Xq2v0mH8r1bQw3nT5yZ7aC9dE4fG6jKl"],
    ),
]


@router.get("/opportunities", response_model=PublicOpportunityList, responses=UNCHANGED)
async def list_public_opportunities(
    request: Request,
    door: Door,
    filters: Annotated[PublicOpportunityFilters, Query()],
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List what anybody on the register can apply to, what ends first before the rest.

    Each tells in easy read too what it is. No key is needed, and any cache may keep the answer as
    long as its `Cache-Control` says.
    """
    body = await queries.public(door, filters.kind, filters.pathway)
    return cacheable(body, if_none_match, request.app.state.settings.public.cache_seconds)


@router.get(
    "/calendars/{token}",
    response_class=Response,
    responses={**_CALENDAR, **responses(CalendarNotFoundError)},
)
async def read_calendar(door: Door, token: Token) -> Response:
    """Read a person's calendar as iCalendar (RFC 5545); who has its address needs no key."""
    return Response(await calendars.read(door, token), media_type="text/calendar", headers=_KEPT)
