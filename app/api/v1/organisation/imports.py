from typing import Annotated

from fastapi import File, Form, UploadFile

from app.api.deps import Session
from app.api.problems import TooLargeError, responses
from app.api.strict import router_at
from app.api.v1.organisation.access import Manager
from app.api.v1.organisation.schemas import FaultOut, ReportOut
from app.domain.feedback.errors import UnusableFileError
from app.domain.organisation.errors import TrustUnnamedError
from app.imports import organisation

router = router_at("/organisation/imports", "organisation")

Csv = Annotated[
    UploadFile,
    File(
        description="CSV in UTF-8, at most 1 MiB, with the columns directorate_code,"
        " directorate_name, service_code, service_name, team_code, team_name, segment and setting;"
        " pathway, fft_category, iwgc_codes (`;` between them) and effective_from may be missing.",
        json_schema_extra={"format": "binary"},
    ),
]


@router.post("", responses=responses(UnusableFileError, TrustUnnamedError, TooLargeError))
async def import_organisation(
    _: Manager,
    session: Session,
    file: Csv,
    dry_run: Annotated[bool, Form(description="Only tell what would be done.")] = False,  # noqa: FBT002
) -> ReportOut:
    """Bring the organisation to what a file says: one row a team, or one a month of its history.

    Nothing is applied unless every row is good; the same file twice changes nothing. What the
    file does not name stays. A team stands as its row says from `effective_from` on: where that
    is empty, a new team has always stood so, and a known one does from this month on. Codes are
    those of a team's last row; where it tells none they stay.
    """
    report = await organisation.take(session, await file.read(), dry_run=dry_run)
    errors = [FaultOut(line=e.line, column=e.column, reason=e.reason) for e in report.errors]
    return ReportOut(
        applied=report.applied,
        rows=report.rows,
        created=report.created,
        changed=report.changed,
        unchanged=report.unchanged,
        errors=errors,
    )
