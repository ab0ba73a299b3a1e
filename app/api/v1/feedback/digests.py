from typing import Annotated, Any, Final

from fastapi import Path, Query, Request, Response, Security

from app.api.deps import Session, authenticate
from app.api.problems import responses
from app.api.strict import router_at
from app.api.v1.feedback.digests_schemas import DigestAsked, DigestOut, Format
from app.core.actor import Actor
from app.domain.feedback import summary
from app.domain.feedback.digests import service
from app.domain.feedback.digests.digest import Digest
from app.domain.organisation.errors import TeamNotFoundError
from app.reports import digest as report

router = router_at("/feedback/digests", "feedback")

# A team's week is small numbers.
RowReader = Annotated[
    Actor, Security(authenticate, scopes=["feedback:read", summary.SMALL_NUMBERS])
]
# Of a code or an id.
TeamName = Annotated[
    str, Path(max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", examples=["CMHT-CITY"])
]
_MEDIA: Final = {"text/html": Format.HTML, "application/json": Format.JSON}
_PAGE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"text/html": {"schema": {"type": "string"}, "example": "<!doctype html>"}},
    }
}
# The page is what one person may see, and runs and fetches nothing.
_HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Vary": "Accept",
}


@router.get(
    "/{team}", response_model=DigestOut, responses={**_PAGE, **responses(TeamNotFoundError)}
)
async def get_digest(
    actor: RowReader,
    session: Session,
    request: Request,
    team: TeamName,
    asked: Annotated[DigestAsked, Query()],
) -> Response:
    """Read a team's week, as JSON or as a page to read and print; the team by code or id.

    A team's week is a small number, hence both scopes; its comments need `feedback:read:comments`
    too. Contacts of the team who are its lead or champion are sent it on Mondays, with figures of
    one to four people hidden and without comments.
    """
    made = await service.digest(session, team, asked.chosen, to=actor)
    form = asked.format or _accepted(request.headers.get("accept", ""))
    return _page(made) if form is Format.HTML else _json(made)


def _accepted(accept: str) -> Format:
    """Choose by the first kind of `Accept` that there is, else JSON."""
    kinds = (part.partition(";")[0].strip().lower() for part in accept.split(","))
    return next((_MEDIA[kind] for kind in kinds if kind in _MEDIA), Format.JSON)


def _page(made: Digest) -> Response:
    return Response(report.page(made), media_type="text/html", headers=_HEADERS)


def _json(made: Digest) -> Response:
    body = DigestOut.of(made).model_dump_json()
    return Response(body, media_type="application/json", headers=_HEADERS)
