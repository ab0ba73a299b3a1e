"""Staged rows judged against what stands, and on into the inbox, by statements over whole sets.

An event's id is made of the layout, the review and a hash of what the row says, so that the same
row enters once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.imports.staging import Plan

MOST_LISTED: Final = 10_000  # of each kind of difference; the counts are whole
# Below, a version is the feed's own; above, the microsecond of an import of rows without versions.
_MICROSECONDS: Final = 10**15


def _squeezed(comment: str) -> str:
    """Compare comments without regard to how their lines end and how wide their spaces are."""
    return f"nullif(btrim(regexp_replace({comment}, '\\s+', ' ', 'g')), '')"


_SAME: Final = f"""
    jsonb_strip_nulls(
        (told - 'demographics' || coalesce(told -> 'demographics', '{{}}') || jsonb_build_object(
            'day', b.day, 'comment_good', {_squeezed("told ->> 'comment_good'")},
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
    SELECT s.*, x.id IS NOT NULL AS known
      FROM stood s LEFT JOIN inbox_event x ON x.source = :source AND x.event_id = s.event_id),
judged AS MATERIALIZED (
    SELECT *, CASE
        WHEN NOT stands AND buried >= coalesce(source_version, buried) THEN 'different'
        WHEN NOT stands THEN CASE WHEN known THEN 'unchanged' ELSE 'enter' END
        WHEN source_version < ours THEN 'unchanged'
        WHEN source_version > ours THEN CASE WHEN known THEN 'unchanged' ELSE 'enter' END
        WHEN same THEN 'unchanged'
        WHEN source_version = ours THEN 'different'
        WHEN :reconciles AND NOT (ours = 0 OR ours BETWEEN {_MICROSECONDS} AND :at)
            THEN 'different'
        ELSE 'enter' END AS verdict,
        -- What a file says again after something else is an event of its own.
        event_id || CASE WHEN stands AND source_version IS NULL AND known THEN ':' || :at
                         ELSE '' END AS entry,
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
_IMAGINED: Final = "SELECT id FROM judged WHERE verdict = 'enter'"

_REPORT: Final = """
outcome AS MATERIALIZED (
    SELECT *, CASE WHEN verdict = 'enter' AND id IN (SELECT id FROM inserted) THEN 'missing'
                   WHEN verdict = 'different' THEN 'different' END AS kind
      FROM judged),
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
       coalesce(sum(rows) FILTER (WHERE kind = 'different'), 0) AS different,
       coalesce(sum(rows) FILTER (WHERE kind = 'missing' AND NOT EXISTS (
           SELECT FROM team_location l
            WHERE l.source = :source AND l.code = data::jsonb ->> 'location_code'
              AND l.valid_from <= day AND (l.valid_to IS NULL OR l.valid_to > day))), 0) AS waiting
  FROM outcome"""


_KINDS: Final = {
    "import": "uuid",
    "source": "text",
    "name": "text",
    "reconciles": "boolean",
    "at": "bigint",
}
_PARAMETER: Final = re.compile(rf"(?<!:):({'|'.join(_KINDS)})\b")


def _typed(statement: str) -> Any:
    """Say what kind each parameter is, where PostgreSQL cannot tell from its place."""
    return text(_PARAMETER.sub(lambda m: f"CAST({m[0]} AS {_KINDS[m[1]]})", statement))


_ENTER: Final = _typed(f"{_JUDGED},\ninserted AS ({_INSERTED}),{_REPORT}")
_TRY: Final = _typed(f"{_JUDGED},\ninserted AS ({_IMAGINED}),{_REPORT}")
_EXTRA: Final = _typed(
    """
    WITH extra AS MATERIALIZED (
        SELECT r.id, r.source_review_id, r.source_version FROM feedback_response r
         WHERE r.source = :source
           AND r.day BETWEEN (SELECT min(day) FROM feedback_import_row WHERE import_id = :import)
                         AND (SELECT max(day) FROM feedback_import_row WHERE import_id = :import)
           AND NOT EXISTS (SELECT FROM feedback_import_row s
                            WHERE s.import_id = :import AND s.review_id = r.source_review_id)),
    listed AS (
        INSERT INTO feedback_import_difference (import_id, id, kind, source_review_id, our_version)
        SELECT :import, id, 'extra', source_review_id, source_version
          FROM extra ORDER BY id LIMIT :most)
    SELECT count(*) FROM extra
    """
)
_UNSETTLED: Final = text(
    "SELECT EXISTS (SELECT FROM inbox_event"
    " WHERE status = 'pending' AND id <= :last AND source = :source)"
)
# A batch is looked up by keys; a plan made before the tables grew would read them whole.
_BY_KEYS: Final = text(
    "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
)


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a batch, in rows; `waiting` are those stored whose location is unknown."""

    rows: int
    stored: int
    different: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """The lines after `after` up to `upto`, and how many differences may still be listed."""

    after: int
    upto: int
    room_missing: int = MOST_LISTED
    room_different: int = MOST_LISTED


async def enter(
    session: AsyncSession, plan: Plan, batch: Batch, untold: Sequence[str] = ()
) -> Entered:
    """Put what is new in a batch into the inbox; a dry run only tells what would be.

    `untold` are fields that the file has no column for: they make no difference.
    """
    values: Mapping[str, Any] = {
        "import": plan.id,
        "after": batch.after,
        "upto": batch.upto,
        "name": f"file:{plan.layout.name}:",
        "source": plan.layout.source,
        "reconciles": plan.layout.reconciles,
        "at": plan.at,
        "untold": list(untold),
        "room_missing": batch.room_missing,
        "room_different": batch.room_different,
    }
    await session.execute(_BY_KEYS)
    if plan.dry_run:
        row = (await session.execute(_TRY, values)).one()
    else:
        row = (await session.execute(_ENTER, {**values, "now": now()})).one()
    return Entered(int(row.rows), int(row.stored), int(row.different), int(row.waiting))


async def unsettled(session: AsyncSession, source: str, last: UUID) -> bool:
    """Tell whether events of this source, up to the last, are still to be applied."""
    return bool(await session.scalar(_UNSETTLED, {"source": source, "last": last}))


async def find_extra(session: AsyncSession, plan: Plan) -> int:
    """Find our responses within the file's days that the file does not tell of."""
    found = {"import": plan.id, "source": plan.layout.source, "most": MOST_LISTED}
    return int(await session.scalar(_EXTRA, found) or 0)
