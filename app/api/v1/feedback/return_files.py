"""A return as the file that a caller asks for."""

from collections.abc import Mapping
from typing import Final

from fastapi import Response

from app.api.v1.feedback.returns_schemas import Format, ReturnFigures
from app.domain.feedback.returns.service import Told
from app.reports.fft_return import Heading, csv_of, workbook_of

MEDIA: Final[Mapping[Format, str]] = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def wanted(told: Format | None, accept: str) -> Format:
    """Choose by what is told, then by the first kind of `Accept` that there is, else JSON."""
    if told is not None:
        return told
    kinds = {media: form for form, media in MEDIA.items()} | {"application/json": Format.JSON}
    for part in accept.split(","):
        if form := kinds.get(part.partition(";")[0].strip().lower()):
            return form
    return Format.JSON


def file_of(form: Format, told: Told) -> Response:
    """Write a month's figures as JSON, or as a file with a name that says what it is."""
    if form is Format.JSON:
        body = ReturnFigures.of(told.month, told.figures, told.made)
        text = body.model_dump_json()
        return Response(text, media_type="application/json", headers={"Vary": "Accept"})
    made = told.made
    heading = Heading(
        told.trust_code,
        told.trust_name,
        told.month,
        made.number if made else None,
        made.status if made else "not drafted",
    )
    write = csv_of if form is Format.CSV else workbook_of
    name = f"fft-{told.figures.service}-{told.month:%Y-%m}.{form}"
    return Response(
        write(told.figures, heading),
        media_type=MEDIA[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept"},
    )
