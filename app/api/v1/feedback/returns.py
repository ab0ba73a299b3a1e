from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request, Response, Security

from app.api.deps import Creation, Door, IfMatch, Session, authenticate, created, etag, json
from app.api.problems import PreconditionRequiredError, responses
from app.api.strict import router_at
from app.api.v1.feedback.publication_schemas import first_day
from app.api.v1.feedback.return_files import MEDIA, file_of, wanted
from app.api.v1.feedback.returns_schemas import (
    Checks,
    Deadlines,
    DeadlinesAsked,
    FiguresAsked,
    Format,
    ReturnDue,
    ReturnFigures,
    ReturnFilters,
    ReturnList,
    ReturnListed,
    ReturnNew,
    ReturnOut,
)
from app.core.actor import Actor
from app.core.errors import PreconditionFailedError
from app.core.idempotency import IdempotencyMismatchError
from app.domain.feedback.returns import queries, service
from app.domain.feedback.returns.errors import (
    DraftExistsError,
    FutureMonthError,
    OwnReturnError,
    ReturnNotFoundError,
    ReturnNotReadyError,
    ReturnSignedError,
    ReturnUnchangedError,
)
from app.domain.feedback.returns.models import FftReturn

# `:uuid` in paths: `fft`, `modes` and `deadlines` are no ids, and take only their own methods.
router = router_at("/feedback/returns", "feedback")

# Counts of a return are exact, however few: who drafts and signs must see what is sent.
Drafter = Annotated[Actor, Security(authenticate, scopes=["feedback:returns"])]
Signer = Annotated[Actor, Security(authenticate, scopes=["feedback:returns:sign_off"])]
Reader = Annotated[Actor, Security(authenticate, scopes=["feedback:read"])]
FIELDS: Final = tuple(ReturnListed.model_fields)
CHANGES: Final = (
    ReturnNotFoundError,
    ReturnSignedError,
    PreconditionFailedError,
    PreconditionRequiredError,
)
FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            MEDIA[Format.CSV]: {
                "schema": {"type": "string"},
                "example": "Period,Org code,Category,Total Responses",
            },
            MEDIA[Format.XLSX]: {
                "schema": {"type": "string", "format": "binary", "examples": ["a workbook"]}
            },
        }
    }
}


@router.get(
    "/fft",
    response_model=ReturnFigures,
    responses={**FILES, **responses(ReturnNotFoundError, FutureMonthError)},
)
async def get_return_figures(
    actor: Drafter, session: Session, request: Request, asked: Annotated[FiguresAsked, Query()]
) -> Response:
    """Read the counts of a month's return by category and mode, as JSON, CSV or workbook.

    Each team counts where it stood in that month. Responses without one of the six answers are
    in no count.
    """
    told = await service.told(session, asked.service, asked.first, asked.version, to=actor)
    form = wanted(asked.format, request.headers.get("accept", ""))
    return file_of(form, told)


@router.get("/deadlines")
async def list_return_deadlines(
    _: Reader, session: Session, asked: Annotated[DeadlinesAsked, Query()]
) -> Deadlines:
    """Tell when the returns of a month are due, and how far they have come."""
    month = first_day(asked.month) if asked.month else service.last_month()
    return Deadlines(items=[ReturnDue.told(each) for each in await service.due(session, month)])


@router.get("", response_model=ReturnList)
async def list_returns(
    actor: Drafter, door: Door, filters: Annotated[ReturnFilters, Query()]
) -> Response:
    """List returns, newest first; a key that is limited to teams sees none."""
    values = filters.filters() | queries.limits(actor)
    return json(await queries.RETURNS.page(door, FIELDS, filters.page(), values))


@router.post(
    "",
    status_code=201,
    responses=responses(
        DraftExistsError,
        ReturnUnchangedError,
        ReturnNotFoundError,
        FutureMonthError,
        IdempotencyMismatchError,
    ),
)
async def draft_return(
    actor: Drafter, session: Session, once: Creation, response: Response, new: ReturnNew
) -> ReturnOut:
    """Draft a month's return: its figures as they are now.

    Where one is signed already this is its correction, and says why. A draft whose figures
    changed since is deleted and drafted anew.
    """
    made = await once.do(
        lambda: service.draft(session, new.service, new.first, new.reason, by=actor),
        lambda id_: queries.get(session, id_, to=actor),
    )
    created(response, f"/v1/feedback/returns/{made.id}", made.version, once)
    return await _shown(session, made)


@router.get("/{return_id:uuid}", responses=responses(ReturnNotFoundError))
async def get_return(
    actor: Drafter, session: Session, response: Response, return_id: UUID
) -> ReturnOut:
    """Read one return with its figures, and what it changes of the signed one before it."""
    made = await queries.get(session, return_id, to=actor)
    response.headers["ETag"] = etag(made.version)
    return await _shown(session, made)


@router.delete("/{return_id:uuid}", status_code=204, responses=responses(*CHANGES))
async def delete_return(actor: Drafter, session: Session, match: IfMatch, return_id: UUID) -> None:
    """Delete a draft; what is signed stays."""
    made = await queries.get(session, return_id, to=actor)
    match.check(made.version)
    await service.discard(session, made)


@router.get("/{return_id:uuid}/checks", responses=responses(ReturnNotFoundError))
async def check_return(actor: Drafter, session: Session, return_id: UUID) -> Checks:
    """Check a return against what stands behind it now."""
    made = await queries.get(session, return_id, to=actor)
    return Checks.of(await service.check(session, made))


@router.post(
    "/{return_id:uuid}/sign-off",
    responses=responses(OwnReturnError, ReturnNotReadyError, *CHANGES),
)
async def sign_return_off(
    actor: Signer, session: Session, match: IfMatch, response: Response, return_id: UUID
) -> ReturnOut:
    """Sign a return off, by another person than the one who drafted it; it never changes again."""
    made = await queries.get(session, return_id, to=actor)
    match.check(made.version)
    await service.sign_off(session, made, by=actor)
    response.headers["ETag"] = etag(made.version)
    return await _shown(session, made)


async def _shown(session: Session, made: FftReturn) -> ReturnOut:
    due = await service.deadline(session, made)
    return ReturnOut.made(made, due, await service.corrected(session, made))
