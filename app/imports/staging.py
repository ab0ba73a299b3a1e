"""Rows on their way from a file into the inbox: by COPY, then by statements over whole sets.

An event's id is made of the layout, the review and a hash of what the row says, so that the same
row enters once; its place in the inbox is made of the import and the line, so that an import which
starts again finds what it had entered.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.imports.layouts import Layout
from app.imports.reader import Rejected, Taken

MOST_LISTED: Final = 10_000  # of each kind of difference; the counts are whole
_LINES: Final = 2**32
# Below, a version is the feed's own; above, the second of an import of rows without versions.
_SECONDS: Final = 1_000_000_000

_COLUMNS: Final = (
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
    "row",
)
_WIPE: Final = tuple(
    text(f"DELETE FROM {table} WHERE import_id = :import")
    for table in ("feedback_import_row", "feedback_rejected_row", "feedback_import_difference")
)
# The rows of one respondent must tell the same of everything but the comments, once each.
_REJECT_UNFIT: Final = text(
    """
    WITH compared AS (
        SELECT line, review_id, question, row,
               head = first_value(head) OVER (PARTITION BY review_id ORDER BY line) AS fits
          FROM feedback_import_row WHERE import_id = :import),
    counted AS (
        SELECT line, row, fits, row_number() OVER (
                   PARTITION BY review_id, question, fits ORDER BY line) AS nth
          FROM compared),
    unfit AS (SELECT * FROM counted WHERE NOT fits OR nth > 1),
    kept AS (
        INSERT INTO feedback_rejected_row (import_id, line, reason, detail, row)
        SELECT :import, line,
               CASE WHEN fits THEN 'question-answered-twice' ELSE 'rows-disagree' END,
               CASE WHEN fits THEN 'an earlier row answers this question for the respondent'
                    ELSE 'an earlier row of the respondent tells something else' END, row
          FROM unfit)
    DELETE FROM feedback_import_row s USING unfit u
     WHERE s.import_id = :import AND s.line = u.line
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


def _squeezed(comment: str) -> str:
    """Compare comments without regard to how their lines end and how wide their spaces are."""
    return f"nullif(btrim(regexp_replace({comment}, '\\s+', ' ', 'g')), '')"


_SAME: Final = f"""
    jsonb_strip_nulls(
        (told - 'demographics' || coalesce(told -> 'demographics', '{{}}') || jsonb_build_object(
            'day', day, 'comment_good', {_squeezed("told ->> 'comment_good'")},
            'comment_better', {_squeezed("told ->> 'comment_better'")}))
        - ARRAY['source_review_id', 'submitted_at'])
  = jsonb_strip_nulls(
        (to_jsonb(r) || jsonb_build_object(
            'disability', nullif(to_jsonb(r.disability), '[]'),
            'comment_good', {_squeezed("r.comment_good")},
            'comment_better', {_squeezed("r.comment_better")}))
        - ARRAY['id', 'team_id', 'version', 'source', 'source_review_id', 'source_version',
                'source_hash']
        - CAST(:untold AS text[]))"""

_JUDGED: Final = f"""
WITH batch AS MATERIALIZED (
    SELECT id, line, review_id, day, rows, source_version,
           head || coalesce(',' || tail, '') || '}}' AS data
      FROM feedback_import_row
     WHERE import_id = :import AND line > :after AND line <= :upto),
stood AS (
    SELECT b.*, r.source_version AS ours, t.source_version AS buried, r.id IS NOT NULL AS stands,
           CASE WHEN r.id IS NOT NULL THEN (
               SELECT {_SAME} FROM (SELECT b.data::jsonb AS told) parsed) END AS same,
           :name || b.review_id || ':' || encode(sha256(convert_to(
               coalesce(b.source_version::text, '') || b.data, 'UTF8')), 'hex') AS event_id
      FROM batch b
      LEFT JOIN feedback_response r ON r.source = :source AND r.source_review_id = b.review_id
      LEFT JOIN feedback_tombstone t ON t.source = :source AND t.source_review_id = b.review_id),
known AS (
    SELECT s.*, x.id AS known
      FROM stood s LEFT JOIN inbox_event x ON x.source = :source AND x.event_id = s.event_id),
judged AS MATERIALIZED (
    SELECT *, CASE
        WHEN known = id THEN 'entered'
        WHEN NOT stands AND buried >= coalesce(source_version, buried) THEN 'different'
        WHEN NOT stands THEN CASE WHEN known IS NULL THEN 'enter' ELSE 'unchanged' END
        WHEN source_version < ours THEN 'unchanged'
        WHEN source_version > ours
            THEN CASE WHEN known IS NULL THEN 'enter' ELSE 'unchanged' END
        WHEN same THEN 'unchanged'
        WHEN source_version = ours THEN 'different'
        WHEN :reconciles AND NOT (ours = 0 OR ours BETWEEN {_SECONDS} AND :at) THEN 'different'
        ELSE 'enter' END AS verdict,
        -- What a file says again after something else is an event of its own.
        event_id || CASE WHEN stands AND source_version IS NULL AND known IS NOT NULL
                         THEN ':' || :at ELSE '' END AS entry,
        -- A row without version of a source that has a feed gives way to every event of the feed.
        coalesce(source_version, CASE WHEN :reconciles AND NOT stands THEN 0 ELSE :at END)
            AS version
      FROM known)"""

_INSERTED: Final = """
    INSERT INTO inbox_event
           (id, source, event_id, body, body_hash, received_at, status, import_id)
    SELECT id, :source, entry, body, sha256(body), :now, 'pending', :import
      FROM (SELECT id, entry, convert_to('{"type":"review.created","data":{"version":' || version
                   || ',' || substr(data, 2) || '}', 'UTF8') AS body
              FROM judged WHERE verdict = 'enter') made
     ORDER BY id
    ON CONFLICT (source, event_id) DO NOTHING
    RETURNING id"""
_IMAGINED: Final = "SELECT id FROM judged WHERE verdict = 'enter' AND CAST(:now AS text) IS NULL"

_REPORT: Final = """
outcome AS MATERIALIZED (
    SELECT j.*, CASE WHEN verdict = 'entered' OR i.id IS NOT NULL THEN 'missing'
                     WHEN verdict = 'different' THEN 'different' END AS kind
      FROM judged j LEFT JOIN inserted i ON i.id = j.id),
listed AS (
    INSERT INTO feedback_import_difference
           (import_id, id, kind, source_review_id, line, our_version, file_version)
    SELECT :import, id, kind, review_id, line, coalesce(ours, buried), source_version
      FROM (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY line) AS nth
              FROM outcome WHERE kind IS NOT NULL) numbered
     WHERE :reconciles AND nth <= CASE kind WHEN 'missing' THEN CAST(:room_missing AS integer)
                                            ELSE CAST(:room_different AS integer) END)
SELECT coalesce(sum(rows), 0) AS rows,
       coalesce(sum(rows) FILTER (WHERE kind = 'missing'), 0) AS stored,
       coalesce(sum(rows) FILTER (WHERE kind = 'different'), 0) AS different
  FROM outcome"""


def _typed(statement: str) -> Any:
    """Say what kind each parameter is, where PostgreSQL cannot tell from its place."""
    kinds = {"at": "bigint", "reconciles": "boolean", "name": "text", "source": "text"}
    kinds |= {"import": "uuid"}
    for name, kind in kinds.items():
        statement = statement.replace(f":{name} ", f"CAST(:{name} AS {kind}) ")
        statement = statement.replace(f":{name},", f"CAST(:{name} AS {kind}),")
    return text(statement)


_ENTER: Final = _typed(f"{_JUDGED},\ninserted AS ({_INSERTED}),{_REPORT}")
_TRY: Final = _typed(f"{_JUDGED},\ninserted AS ({_IMAGINED}),{_REPORT}")
_EXTRA: Final = _typed(
    """
    WITH extra AS MATERIALIZED (
        SELECT r.id, r.source_review_id, r.source_version FROM feedback_response r
         WHERE r.source = :source
           AND r.day BETWEEN (SELECT min(day) FROM feedback_import_row WHERE import_id = :import )
                         AND (SELECT max(day) FROM feedback_import_row WHERE import_id = :import )
           AND NOT EXISTS (SELECT FROM feedback_import_row s
                            WHERE s.import_id = :import AND s.review_id = r.source_review_id)),
    listed AS (
        INSERT INTO feedback_import_difference (import_id, id, kind, source_review_id, our_version)
        SELECT :import, id, 'extra', source_review_id, source_version
          FROM extra ORDER BY id LIMIT :most)
    SELECT count(*) FROM extra
    """
)
_WAITING: Final = text(
    "SELECT coalesce(sum(s.rows), 0) FROM feedback_import_row s JOIN inbox_event e ON e.id = s.id"
    " WHERE s.import_id = :import AND e.status = 'waiting'"
)
_UNSETTLED: Final = text(
    "SELECT EXISTS (SELECT FROM inbox_event"
    " WHERE status = 'pending' AND id BETWEEN :first AND :last)"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import needs to know of itself; `at` is its version where rows have none."""

    id: UUID
    layout: Layout
    dry_run: bool
    at: int
    untold: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a batch, in rows."""

    rows: int
    stored: int
    different: int


def place(import_id: UUID, line: int) -> UUID:
    """Give a row's place in the inbox: in the order of the file, and the same on every try."""
    return UUID(int=import_id.int // _LINES * _LINES + line)


async def wipe(session: AsyncSession, import_id: UUID) -> None:
    """Forget what an earlier try of this import staged and found."""
    for statement in _WIPE:
        await session.execute(statement, {"import": import_id})


async def stage(session: AsyncSession, plan: Plan, rows: Iterable[Taken | Rejected]) -> None:
    raw = bool(plan.layout.questions) or plan.layout.counts  # may still be rejected
    good, bad = [], []
    for row in rows:
        if isinstance(row, Rejected):
            bad.append((plan.id, *row))
        else:
            review_id, day, version, head, tail, question = row.good
            kept = row.row if raw else None
            id_ = place(plan.id, row.line)
            staged = (plan.id, row.line, id_, review_id, day, version, 1, head, tail, question)
            good.append((*staged, kept))
    driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    await driver.copy_records_to_table("feedback_import_row", records=good, columns=_COLUMNS)
    columns = ("import_id", "line", "reason", "detail", "row")
    await driver.copy_records_to_table("feedback_rejected_row", records=bad, columns=columns)


async def fold(session: AsyncSession, import_id: UUID) -> None:
    """Join the rows of each respondent into one; what does not fit together is rejected."""
    await session.execute(_REJECT_UNFIT, {"import": import_id})
    await session.execute(_FOLD, {"import": import_id})


async def next_batch(session: AsyncSession, import_id: UUID, after: int, batch: int) -> int | None:
    """Give the last line of the next batch; None at the end."""
    found: int | None = await session.scalar(
        _NEXT, {"import": import_id, "after": after, "batch": batch}
    )
    return found


async def enter(
    session: AsyncSession, plan: Plan, lines: tuple[int, int], room: Mapping[str, int]
) -> Entered:
    """Put what is new among the lines after the first up to the second into the inbox."""
    row = (
        await session.execute(
            _TRY if plan.dry_run else _ENTER,
            {
                "import": plan.id,
                "after": lines[0],
                "upto": lines[1],
                "name": f"file:{plan.layout.name}:",
                "source": plan.layout.source,
                "reconciles": plan.layout.reconciles,
                "at": plan.at,
                "untold": list(plan.untold),
                "now": None if plan.dry_run else now(),
                "room_missing": room["missing"],
                "room_different": room["different"],
            },
        )
    ).one()
    return Entered(int(row.rows), int(row.stored), int(row.different))


async def unsettled(session: AsyncSession, plan: Plan, lines: tuple[int, int]) -> bool:
    """Tell whether events of these lines are still to be applied."""
    found = {"first": place(plan.id, lines[0]), "last": place(plan.id, lines[1])}
    return bool(await session.scalar(_UNSETTLED, found))


async def waiting(session: AsyncSession, import_id: UUID) -> int:
    """Count the rows whose location no team has yet."""
    return int(await session.scalar(_WAITING, {"import": import_id}) or 0)


async def extra(session: AsyncSession, plan: Plan) -> int:
    """Find our responses within the file's days that the file does not tell of."""
    found = {"import": plan.id, "source": plan.layout.source, "most": MOST_LISTED}
    return int(await session.scalar(_EXTRA, found) or 0)
