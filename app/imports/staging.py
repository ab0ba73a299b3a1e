"""Rows on their way from a file into the service: staged by COPY, fitted by whole sets.

A staged row's id is its place in the inbox, made of the import and the line, so that every try of
an import makes the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.imports.layouts import Layout
from app.imports.reader import Rejected, Taken

_LINES: Final = 2**32
_STAGED: Final = (
    "import_id",
    "line",
    "id",
    "review_id",
    "day",
    "source_version",
    "rows",
    "head",
    "tail",
    "question",
    "location",
    "row",
)
_REJECTED: Final = ("import_id", "line", "reason", "detail", "row")
_FORGET_STAGED: Final = text("DELETE FROM feedback_import_row WHERE import_id = :import")
_FORGET_REJECTED: Final = text("DELETE FROM feedback_rejected_row WHERE import_id = :import")


def _rejecting(unfit: str) -> Any:
    """Move the rows that `unfit` gives with line, reason and detail to the rejected ones."""
    return text(
        f"""
        WITH unfit AS MATERIALIZED ({unfit}),
        kept AS (
            INSERT INTO feedback_rejected_row (import_id, line, reason, detail, row)
            SELECT :import, u.line, u.reason, u.detail, s.row
              FROM unfit u JOIN feedback_import_row s ON s.import_id = :import AND s.line = u.line)
        DELETE FROM feedback_import_row s USING unfit u
         WHERE s.import_id = :import AND s.line = u.line
        """
    )


# The rows of one respondent must tell the same of everything but the comments, once each.
_REJECT_UNFIT: Final = _rejecting(
    """
    WITH compared AS (
        SELECT line, review_id, question,
               head = first_value(head) OVER (PARTITION BY review_id ORDER BY line) AS fits
          FROM feedback_import_row WHERE import_id = :import),
    counted AS (
        SELECT line, fits, row_number() OVER (
                   PARTITION BY review_id, question, fits ORDER BY line) AS nth
          FROM compared)
    SELECT line,
           CASE WHEN fits THEN 'question-answered-twice' ELSE 'rows-disagree' END AS reason,
           CASE WHEN fits THEN 'an earlier row answers this question for the respondent'
                ELSE 'an earlier row of the respondent tells something else' END AS detail
      FROM counted WHERE NOT fits OR nth > 1
    """
)
# One row a review: its newest version, and of equal ones the first.
_REJECT_REPEATED: Final = _rejecting(
    """
    SELECT line, 'told-twice' AS reason, 'another row of the file tells this' AS detail
      FROM (SELECT line, row_number() OVER (PARTITION BY review_id
                   ORDER BY source_version DESC NULLS LAST, line) AS nth
              FROM feedback_import_row WHERE import_id = :import) counted
     WHERE nth > 1
    """
)
_REJECT_COUNTED_TWICE: Final = _rejecting(
    """
    SELECT line, 'told-twice' AS reason, 'an earlier row counts this month of the team' AS detail
      FROM (SELECT line, row_number() OVER (PARTITION BY review_id, day, question
                   ORDER BY line) AS nth
              FROM feedback_import_row WHERE import_id = :import) counted
     WHERE nth > 1
    """
)
_REJECT_STRANGERS: Final = _rejecting(
    """
    SELECT line, 'unknown-team' AS reason, 'no team has this code' AS detail
      FROM feedback_import_row s
     WHERE import_id = :import AND NOT EXISTS (SELECT FROM team t WHERE t.code = s.review_id)
    """
)
_FOLD: Final = text(
    """
    WITH folded AS (
        SELECT review_id, min(line) AS line, count(*) AS rows,
               string_agg(tail, ',' ORDER BY question) AS tail
          FROM feedback_import_row WHERE import_id = :import
         GROUP BY review_id HAVING count(*) > 1),
    whole AS (
        UPDATE feedback_import_row s SET rows = f.rows, tail = f.tail FROM folded f
         WHERE s.import_id = :import AND s.line = f.line)
    DELETE FROM feedback_import_row s USING folded f
     WHERE s.import_id = :import AND s.review_id = f.review_id AND s.line <> f.line
    """
)
_NEXT: Final = text(
    "SELECT max(line) FROM (SELECT line FROM feedback_import_row"
    " WHERE import_id = :import AND line > :after ORDER BY line LIMIT :batch) batch"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import knows of itself from the start; `today` is the day it came in."""

    id: UUID
    layout: Layout
    dry_run: bool
    owner: UUID
    today: date
    attempt: int

    @property
    def at(self) -> int:
        """Give its version where rows have none: the microsecond at which it came in."""
        return (self.id.int >> 80) * 1000


def place(import_id: UUID, line: int) -> UUID:
    """Give a row's place in the inbox: in the order of the file, and the same on every try."""
    return UUID(int=import_id.int // _LINES * _LINES + line)


async def forget(session: AsyncSession, import_id: UUID, *, rejected: bool) -> None:
    """Forget what is staged, and what was rejected where an import starts again."""
    await session.execute(_FORGET_STAGED, {"import": import_id})
    if rejected:
        await session.execute(_FORGET_REJECTED, {"import": import_id})


async def stage(session: AsyncSession, plan: Plan, rows: Iterable[Taken | Rejected]) -> None:
    """Put a piece's rows into their tables."""
    good, bad = [], []
    for row in rows:
        if isinstance(row, Rejected):
            bad.append((plan.id, *row))
        else:
            review_id, day, version, *rest = row.good
            told = (review_id, day, version, 1, *rest, row.row)
            good.append((plan.id, row.line, place(plan.id, row.line), *told))
    driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    await driver.copy_records_to_table("feedback_import_row", records=good, columns=_STAGED)
    await driver.copy_records_to_table("feedback_rejected_row", records=bad, columns=_REJECTED)


async def fit(session: AsyncSession, plan: Plan) -> int:
    """Join rows that belong together, and reject what does not fit; gives how many were."""
    rejected = 0
    for statement in _fitting(plan.layout):
        result = await session.execute(statement, {"import": plan.id})
        rejected += int(getattr(result, "rowcount", 0))
    if plan.layout.questions:
        await session.execute(_FOLD, {"import": plan.id})
    return rejected


def _fitting(layout: Layout) -> Sequence[Any]:
    if layout.counts:
        return (_REJECT_STRANGERS, _REJECT_COUNTED_TWICE)
    return (_REJECT_UNFIT if layout.questions else _REJECT_REPEATED,)


async def next_batch(session: AsyncSession, import_id: UUID, after: int, batch: int) -> int | None:
    """Give the last line of the next batch; None at the end."""
    values: Mapping[str, Any] = {"import": import_id, "after": after, "batch": batch}
    found: int | None = await session.scalar(_NEXT, values)
    return found
