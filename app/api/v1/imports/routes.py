from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response, Security
from fastapi.responses import StreamingResponse

from app.api.deps import Door, IdempotencyKey, Paging, Session, authenticate, json
from app.api.problems import TooLargeError, responses
from app.api.strict import router_at
from app.api.v1.imports import upload
from app.api.v1.imports.schemas import (
    DifferenceFilters,
    DifferenceList,
    ImportForm,
    ImportList,
    ImportOut,
    LinePaging,
    RejectedList,
)
from app.api.v1.jobs.routes import SECONDS_BETWEEN_LOOKS
from app.api.v1.jobs.schemas import JobOut
from app.core.actor import Actor
from app.core.errors import ForbiddenError
from app.core.idempotency import IdempotencyMismatchError, Once
from app.domain.feedback import imports
from app.domain.feedback.errors import ImportNotFoundError, UnusableFileError

# The file's own limit is a setting and is held while it comes in; this is beyond any.
LARGEST = 2**40

router = router_at("/feedback/imports", "imports", largest=LARGEST)

Importer = Annotated[Actor, Security(authenticate, scopes=["feedback:import"])]
FIELDS = tuple(ImportOut.model_fields)
_REFUSED = responses(ForbiddenError, ImportNotFoundError)
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}
}


def _form() -> dict[str, Any]:
    """Describe the form, which is read by hand so that the file is never held whole."""
    schema = ImportForm.model_json_schema()
    schema["properties"]["file"] = {
        "type": "string",
        "format": "binary",
        "description": "The file: CSV in UTF-8, commas, a header.",
    }
    schema["required"] = ["layout", "file"]
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


@router.post(
    "",
    status_code=202,
    responses=responses(ForbiddenError, UnusableFileError, IdempotencyMismatchError, TooLargeError),
    openapi_extra={"requestBody": _form()},
)
async def import_feedback(
    request: Request,
    response: Response,
    actor: Importer,
    session: Session,
    idempotency_key: IdempotencyKey = None,
) -> JobOut:
    """Take in a file of feedback.

    The file is stored and its header checked before the answer; the job at `Location` reads its
    rows. What cannot be read at all is refused, a row that cannot be taken is rejected with its
    reason, and the same file again changes nothing. With `layout` as the first field an unusable
    file is refused before all of it was sent.
    """
    once = Once(session, actor.id, "import_feedback", idempotency_key, b"")
    job = await upload.take(request, once, by=actor)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    response.headers["Retry-After"] = SECONDS_BETWEEN_LOOKS
    if once.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return JobOut.model_validate(job)


@router.get("", response_model=ImportList, responses=responses(ForbiddenError))
async def list_imports(actor: Importer, door: Door, paging: Annotated[Paging, Query()]) -> Response:
    """List files taken in, newest first, with what became of their rows."""
    return json(await imports.find(door, FIELDS, paging.page(), to=actor))


@router.get("/{import_id}", response_model=ImportOut, responses=_REFUSED)
async def get_import(actor: Importer, door: Door, import_id: UUID) -> Response:
    """Read one file's import: its progress and figures."""
    return json(*await imports.get(door, FIELDS, import_id, to=actor))


@router.get("/{import_id}/rejected", responses=_REFUSED)
async def list_rejected_rows(
    actor: Importer, door: Door, import_id: UUID, paging: Annotated[LinePaging, Query()]
) -> RejectedList:
    """List the rows that could not be taken, in the file's order, with their reasons."""
    found = await imports.rejected(door, import_id, paging.after, paging.limit, to=actor)
    return RejectedList.of(*found)


@router.get(
    "/{import_id}/rejected.csv",
    response_class=StreamingResponse,
    responses={**_REFUSED, **_CSV},
)
async def download_rejected_rows(actor: Importer, door: Door, import_id: UUID) -> Response:
    """Download the rows that could not be taken as CSV, with their reasons and as they stood.

    For who brought the file, and for holders of `feedback:read:comments`. A row that a spreadsheet
    would take for a formula has an apostrophe before it.
    """
    await imports.check_rows(door, import_id, to=actor)
    name = f'attachment; filename="rejected-{import_id}.csv"'
    return StreamingResponse(
        imports.rejected_csv(door, import_id),
        media_type="text/csv",
        headers={"Content-Disposition": name},
    )


@router.get("/{import_id}/differences", responses=_REFUSED)
async def list_differences(
    actor: Importer, door: Door, import_id: UUID, filters: Annotated[DifferenceFilters, Query()]
) -> DifferenceList:
    """List what a daily file and this service do not tell alike, up to 10,000 of each kind."""
    found = await imports.differences(
        door, import_id, filters.kind, filters.after, filters.limit, to=actor
    )
    return DifferenceList.of(*found)
