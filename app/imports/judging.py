"""Staged rows judged against what stands, and on into the inbox, by statements over whole sets.

An event's id is made of the layout, the review and a hash of what the row says, so that the same
row enters once. Where a row has no version and its review stands already, the version that it is to
replace is part of the id too: what a file says again after something else is an event of its own.
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


def _alike(name: str, told: str, ours: str = "") -> str:
    """Compare a column with what the row tells, unless the file does not tell it."""
    untold = f"'{name}' = ANY(CAST(:untold AS text[]))"
    return f"({ours or f'r.{name}'} IS NOT DISTINCT FROM {told} OR {untold})"


def _comment_alike(name: str) -> str:
    told = f"told ->> '{name}'"
    squeezed = f"{_squeezed(f'r.{name}')} IS NOT DISTINCT FROM {_squeezed(told)}"
    return f"({_alike(name, told)} OR {squeezed})"


_TEXTS: Final = (
    "location_code",
    "fft_answer",
    "raw_answer",
    "experience_month",
    "collection_point",
    "channel",
    "respondent_type",
    "publication_status",
    "language",
)
_DEMOGRAPHICS: Final = ("ethnic_category", "age_band", "gender", "sexual_orientation", "religion")
_ALIKE: Final = (
    "b.day = r.day",
    *(_alike(name, f"told ->> '{name}'") for name in _TEXTS),
    *(_alike(name, f"(told ->> '{name}')::boolean") for name in ("consent_public", "easy_read")),
    _alike("item_ratings", "told -> 'item_ratings'"),
    *(_alike(name, f"told -> 'demographics' ->> '{name}'") for name in _DEMOGRAPHICS),
    _alike("carer", "(told -> 'demographics' ->> 'carer')::boolean"),
    _alike(
        "disability",
        "told -> 'demographics' -> 'disability'",
        "nullif(to_jsonb(r.disability), '[]')",
    ),
    _comment_alike("comment_good"),
    _comment_alike("comment_better"),
)
# OFFSET, here and below: else what is made once would be made again wherever it is used.
_SAME: Final = f"""
    (SELECT {" AND ".join(_ALIKE)}
       FROM (SELECT b.data::jsonb AS told OFFSET 0) parsed)"""

_AGAIN: Final = """
    CASE WHEN b.source_version IS NULL AND r.id IS NOT NULL
         THEN ':' || r.source_version ELSE '' END"""

_JUDGED: Final = f"""
WITH batch AS MATERIALIZED (
    SELECT *, :name || review_id || ':' || encode(sha256(convert_to(
                  coalesce(source_version::text, '') || data, 'UTF8')), 'hex') AS event_id
      FROM (SELECT id, line, review_id, day, rows, source_version, location,
                   head || coalesce(',' || tail, '') || '}}' AS data
              FROM feedback_import_row
             WHERE import_id = :import AND line > :after AND line <= :upto) told),
judged AS MATERIALIZED (
    SELECT b.*, coalesce(r.source_version, t.source_version) AS ours, CASE
        WHEN r.id IS NULL AND t.source_version >= coalesce(b.source_version, t.source_version)
            THEN 'different'
        WHEN x.id IS NOT NULL THEN 'unchanged'
        WHEN r.id IS NULL THEN 'enter'
        WHEN b.source_version < r.source_version THEN 'unchanged'
        WHEN b.source_version > r.source_version THEN 'enter'
        WHEN {_SAME} THEN 'unchanged'
        WHEN b.source_version = r.source_version THEN 'different'
        WHEN :reconciles
             AND NOT (r.source_version = 0 OR r.source_version BETWEEN {_MICROSECONDS} AND :at)
            THEN 'different'
        ELSE 'enter' END AS verdict,
        b.event_id || {_AGAIN} AS entry,
        -- A row without version of a source that has a feed gives way to every event of the feed.
        coalesce(b.source_version, CASE WHEN :reconciles AND r.id IS NULL THEN 0 ELSE :at END)
            AS version
      FROM batch b
      LEFT JOIN feedback_response r ON r.source = :source AND r.source_review_id = b.review_id
      LEFT JOIN feedback_tombstone t ON t.source = :source AND t.source_review_id = b.review_id
      LEFT JOIN inbox_event x ON x.source = :source AND x.event_id = b.event_id || {_AGAIN})"""

_INSERTED: Final = """
    INSERT INTO inbox_event
           (id, source, event_id, body, body_hash, received_at, status, import_id)
    SELECT id, :source, entry, body, sha256(body), :now, 'pending', :import
      FROM (SELECT id, entry, convert_to('{"type":"review.created","data":{"version":' || version
                   || ',' || substr(data, 2) || '}', 'UTF8') AS body
              FROM judged WHERE verdict = 'enter' OFFSET 0) made
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
    SELECT :import, id, kind, review_id, line, ours, source_version
      FROM (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY line) AS nth
              FROM outcome WHERE kind IS NOT NULL) numbered
     WHERE :reconciles AND nth <= CASE kind WHEN 'missing' THEN CAST(:room_missing AS integer)
                                            ELSE CAST(:room_different AS integer) END)
SELECT coalesce(sum(rows), 0) AS rows,
       coalesce(sum(rows) FILTER (WHERE kind = 'missing'), 0) AS stored,
       coalesce(sum(rows) FILTER (WHERE kind = 'different'), 0) AS different,
       (SELECT coalesce(sum(rows), 0)
          FROM (SELECT location, day, sum(rows) AS rows
                  FROM outcome WHERE kind = 'missing' GROUP BY 1, 2) told
         WHERE NOT EXISTS (
               SELECT FROM team_location l
                WHERE l.source = :source AND l.code = told.location
                  AND l.valid_from <= day AND (l.valid_to IS NULL OR l.valid_to > day))) AS waiting
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
# A batch is looked up by keys. A plan kept from when the tables were small would read them whole,
# once for every row; a batch that does not fit into memory is written to disk and read again.
_BY_KEYS: Final = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),"
    " set_config('enable_seqscan', 'off', true), set_config('work_mem', '64MB', true)"
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
