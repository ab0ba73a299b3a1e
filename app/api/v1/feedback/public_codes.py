import asyncio
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response, Security

from app.api.cacheable import UNCHANGED, IfNoneMatch, cacheable
from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, etag, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.public_code_schemas import (
    PosterFilters,
    PublicCodeChange,
    PublicCodeFilters,
    PublicCodeList,
    PublicCodeNew,
    PublicCodeOut,
    QrFilters,
    TokenOut,
)
from app.api.v1.feedback.survey_schemas import FormFilters, TeamFormOut, form, spoken
from app.api.v1.feedback.surveys import FRESH, AcceptLanguage
from app.core import statement
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.feedback.submissions import queries, service
from app.domain.feedback.submissions.errors import ActiveToError, PublicCodeNotFoundError
from app.domain.feedback.surveys import queries as surveys
from app.domain.feedback.surveys.errors import SurveyNotFoundError
from app.reports import posters
from app.reports.posters import Poster

router = router_at("/feedback/public-codes", "submissions")

FIELDS = tuple(PublicCodeOut.model_fields)
Writer = Annotated[Actor, Security(authenticate, scopes=["feedback:surveys"])]
Code = Annotated[str, Path(max_length=20, examples=["4T9KX2MD"])]
CHANGES = (PublicCodeNotFoundError, PreconditionFailedError, PreconditionRequiredError)


def _file(*media: str) -> dict[int | str, dict[str, Any]]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"content": dict.fromkeys(media, binary), "description": "The file."}}


@router.get("", response_model=PublicCodeList)
async def list_public_codes(
    actor: Writer, door: Door, filters: Annotated[PublicCodeFilters, Query()]
) -> Response:
    """List teams' public codes, newest first."""
    values = {**filters.filters(), **queries.limits(actor)}
    return json(await queries.CODES.page(door, FIELDS, filters.page(), values))


@router.post(
    "",
    status_code=201,
    response_model=PublicCodeOut,
    responses=responses(ActiveToError, IdempotencyMismatchError),
)
async def create_public_code(
    actor: Writer, session: Session, once: Creation, new: PublicCodeNew
) -> Response:
    """Give a team another public code: one for each place where answers come from.

    It is random and tells nothing of the team. Whoever opens it sees the team's name and survey.
    """
    made = await once.do(
        lambda: service.create_code(session, new.team, new.survey, new.told(), by=actor),
        lambda id_: queries.by_id(session, id_),
    )
    door = await statement.within(session)
    answer = json(*await queries.shown(door, FIELDS, made.id, to=actor))
    answer.status_code = 201
    created(answer, f"/v1/feedback/public-codes/{made.code}", made.version, once)
    return answer


@router.get("/{code}", response_model=PublicCodeOut, responses=responses(PublicCodeNotFoundError))
async def get_public_code(actor: Writer, session: Session, code: Code) -> Response:
    """Read one public code."""
    found = await queries.get(session, code, to=actor)
    door = await statement.within(session)
    return json(*await queries.shown(door, FIELDS, found.id, to=actor))


@router.patch("/{code}", response_model=PublicCodeOut, responses=responses(*CHANGES, ActiveToError))
async def change_public_code(
    actor: Writer, session: Session, match: IfMatch, code: Code, change: PublicCodeChange
) -> Response:
    """Change how a code is used, by JSON merge patch; end its use with `active_to`.

    `token_required` needs a token made before: from then on only who shows it is heard.
    """
    found = await queries.get(session, code, to=actor)
    match.check(found.version)
    await service.change_code(session, found, change.model_dump(exclude_unset=True))
    door = await statement.within(session)
    return json(*await queries.shown(door, FIELDS, found.id, to=actor))


@router.post("/{code}/token", responses=responses(*CHANGES))
async def rotate_public_code_token(
    actor: Writer, session: Session, match: IfMatch, code: Code, response: Response
) -> TokenOut:
    """Make a code's token, or make it anew: it is shown this once, and the old one ends."""
    found = await queries.get(session, code, to=actor)
    match.check(found.version)
    token = await service.rotate_token(session, found)
    response.headers["ETag"] = etag(found.version)
    return TokenOut(token=token)


@router.get(
    "/{code}/survey",
    response_model=TeamFormOut,
    responses={**UNCHANGED, **responses(PublicCodeNotFoundError, SurveyNotFoundError)},
)
async def open_public_code(
    request: Request,
    code: Code,
    filters: Annotated[FormFilters, Query()],
    accept_language: AcceptLanguage = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Open what a poster's QR code leads to: the team's name and its survey, ready to show.

    The form is chosen as with `GET /v1/feedback/surveys/{code}`. No key is needed, and any cache
    may keep it for a minute.
    """
    state, asked = request.app.state, filters.asked(accept_language)
    place = await state.desk.place(code)
    offered = await surveys.offered(state.door, place.survey_code)
    shown = TeamFormOut(
        public_code=place.code,
        team=place.team_name,
        token_required=place.token_required,
        **form(offered, (await state.desk.form(offered.id)).content, asked),
    )
    return spoken(shown, cacheable(shown.model_dump_json().encode(), if_none_match, FRESH))


@router.get(
    "/{code}/qr",
    response_class=Response,
    responses={
        **_file("image/svg+xml", "image/png"),
        **responses(PublicCodeNotFoundError),
    },
)
async def get_public_code_qr(
    request: Request,
    actor: Writer,
    session: Session,
    code: Code,
    filters: Annotated[QrFilters, Query()],
) -> Response:
    """Get the QR code alone, to put on a poster of your own."""
    found = await queries.get(session, code, to=actor)
    address = posters.address(request.app.state.settings.submissions.form_url, found.code)
    drawn = posters.qr(address, filters.format)
    media = {"svg": "image/svg+xml", "png": "image/png"}[filters.format]
    return Response(drawn, media_type=media)


@router.get(
    "/{code}/poster",
    response_class=Response,
    responses={**_file("application/pdf"), **responses(PublicCodeNotFoundError)},
)
async def get_public_code_poster(
    request: Request,
    actor: Writer,
    session: Session,
    code: Code,
    filters: Annotated[PosterFilters, Query()],
) -> Response:
    """Get a team's poster or card as a PDF that screen readers can read (PDF/UA-1)."""
    found, settings = await queries.get(session, code, to=actor), request.app.state.settings
    address = posters.address(settings.submissions.form_url, found.code)
    team = await queries.team_name(session, found)
    poster = Poster(settings.trust.name, team, found.code, address)
    drawn = await asyncio.to_thread(posters.draw, poster, filters.size, easy_read=filters.easy_read)
    return Response(drawn, media_type="application/pdf")
