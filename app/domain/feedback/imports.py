"""Reads of what became of files: imports, the rows they rejected, the differences they found."""

import csv
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.sql.elements import ColumnElement

from app.core.actor import Actor
from app.core.errors import ForbiddenError
from app.core.jobs import Job
from app.core.json_rows import JsonRows
from app.core.paging import Page
from app.core.spreadsheet import harmless
from app.core.statement import Statement
from app.domain.feedback.errors import ImportNotFoundError
from app.domain.feedback.models import DifferenceKind, FeedbackImport
from app.domain.feedback.queries import COMMENTS

_WIRE: Final = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{name: getattr(FeedbackImport, name) for name in ("id", "layout", "dry_run", "size")},
    "sha256": func.encode(FeedbackImport.sha256, "hex"),
    **{name: getattr(Job, name) for name in ("status", "progress", "result", "problem")},
    "created_at": func.to_char(Job.created_at, _WIRE),
}
_PAGE: Final = 1_000
_AT_LEAST_THE_FIRST: Final = UUID(int=0)


def _imports(_: frozenset[str]) -> Select[Any]:
    return select(FeedbackImport).join(Job, Job.id == FeedbackImport.id)


_IMPORTS: Final = JsonRows(_COLUMNS, _imports, ImportNotFoundError, Job.__table__.c.version)

_OWNER: Final = (
    "SELECT job.owner_id FROM feedback_import JOIN job USING (id) WHERE feedback_import.id = $1"
)
_REJECTED: Final = """
SELECT line, reason, detail, row FROM feedback_rejected_row
 WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT $3"""
_DIFFERENCES: Final = """
SELECT id, kind, source_review_id, line, our_version, file_version
  FROM feedback_import_difference
 WHERE import_id = $1 AND id > $2 AND ($3::text IS NULL OR kind = $3) ORDER BY id LIMIT $4"""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """Why the row of a line was not taken; `line` counts from one."""

    line: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A review that a daily file and this service do not tell alike."""

    id: UUID
    kind: DifferenceKind
    source_review_id: str
    line: int | None
    our_version: int | None
    file_version: int | None


def check_whole(actor: Actor) -> None:
    """Refuse whoever is limited to some teams: a file holds rows of any."""
    if actor.teams is not None:
        raise ForbiddenError("Files hold rows of all teams; this key is limited to some")


async def find(door: Statement, fields: tuple[str, ...], page: Page, *, to: Actor) -> bytes:
    """Give a page of imports as JSON, newest first."""
    check_whole(to)
    return await _IMPORTS.page(door, fields, page, {})


async def get(
    door: Statement, fields: tuple[str, ...], import_id: UUID, *, to: Actor
) -> tuple[bytes, int]:
    """Give one import as JSON, and its version; raises ImportNotFoundError."""
    check_whole(to)
    return await _IMPORTS.one(door, fields, import_id, {})


async def rejected(
    door: Statement, import_id: UUID, after: int, limit: int, *, to: Actor
) -> tuple[list[RejectedRow], int | None]:
    """Give rejected rows behind a line, in the file's order, and where to read on."""
    await _owner(door, import_id, to)
    rows = await door.fetch(_REJECTED, import_id, after, limit + 1)
    items = [RejectedRow(row["line"], row["reason"], row["detail"]) for row in rows[:limit]]
    return items, items[-1].line if len(rows) > limit else None


async def differences(
    door: Statement,
    import_id: UUID,
    kind: DifferenceKind | None,
    after: UUID | None,
    limit: int,
    *,
    to: Actor,
) -> tuple[list[Difference], UUID | None]:
    """Give differences that a reconciling file found, and where to read on."""
    await _owner(door, import_id, to)
    start = after or _AT_LEAST_THE_FIRST
    rows = await door.fetch(_DIFFERENCES, import_id, start, kind, limit + 1)
    items = [Difference(**{**row, "kind": DifferenceKind(row["kind"])}) for row in rows[:limit]]
    return items, items[-1].id if len(rows) > limit else None


async def check_rows(door: Statement, import_id: UUID, *, to: Actor) -> None:
    """Let who brought the file, and who may read comments, see its rows as they stood.

    Raises ImportNotFoundError, ForbiddenError.
    """
    if await _owner(door, import_id, to) != to.id and not to.can(COMMENTS):
        raise ForbiddenError(missing=[COMMENTS])


async def rejected_csv(door: Statement, import_id: UUID) -> AsyncIterator[bytes]:
    """Write line, reason, detail and the row as it stood, in bounded memory.

    A row that a spreadsheet would take for a formula has an apostrophe before it.
    """
    yield b"line,reason,detail,row\r\n"
    after, full = 0, True
    while full:
        rows = await door.fetch(_REJECTED, import_id, after, _PAGE)
        out = StringIO()
        writer = csv.writer(out)
        for line, reason, detail, row in rows:
            text = row.rstrip("\r\n")
            writer.writerow((line, reason, detail, harmless(text)))
            after = line
        yield out.getvalue().encode()
        full = len(rows) == _PAGE


async def _owner(door: Statement, import_id: UUID, to: Actor) -> UUID:
    check_whole(to)
    owner: UUID | None = await door.fetchval(_OWNER, import_id)
    if owner is None:
        raise ImportNotFoundError
    return owner
