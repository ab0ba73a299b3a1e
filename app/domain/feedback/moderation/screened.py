"""Screening of the responses that changed, a batch in a few statements."""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.change_feed import ChangeOp
from app.core.ids import day_uuid7
from app.core.subscriptions import Seen
from app.domain.feedback.moderation import rules
from app.domain.feedback.moderation.rules import Releases, Told
from app.domain.feedback.moderation.screening import VERSION, screen
from app.domain.feedback.parts import parts
from app.domain.feedback.policy import service as policy

SCREENING: Final = "screening"
"""The subscriber's name, by which others know how far it has come."""
# What of a response decides how its texts stand.
_MATTERS: Final = frozenset(
    {"comment_good", "comment_better", "texts", "consent_public", "publication_status"}
)
_AT_A_TIME: Final = 20

# Locked, so that none is taken back before its rows are written.
_RESPONSES: Final = text(
    "SELECT id, day, source, comment_good, comment_better, texts, publication_status,"
    "       consent_public"
    "  FROM feedback_response WHERE id = ANY(:ids) ORDER BY id FOR KEY SHARE"
)
_ARRAYS: Final = """
    unnest(CAST(:ids AS uuid[]), CAST(:places AS uuid[]), CAST(:responses AS uuid[]),
           CAST(:parts AS text[]), CAST(:hashes AS bytea[]), CAST(:marks AS jsonb[]),
           CAST(:urgent AS boolean[]), CAST(:proposed AS text[]), CAST(:statuses AS text[]),
           CAST(:reasons AS text[]))
        AS v (id, place, response_id, part, text_hash, marks, urgent, proposed, status, reason)"""
_GONE: Final = text(
    """
    DELETE FROM feedback_moderation m
     WHERE m.response_id = ANY(:screened)
       AND NOT EXISTS (SELECT FROM unnest(CAST(:responses AS uuid[]), CAST(:parts AS text[]))
                               AS v (response_id, part)
                        WHERE v.response_id = m.response_id AND v.part = m.part)
    """
)
_SUPERSEDE: Final = text(
    """
    UPDATE feedback_moderation_decision d
       SET superseded = true, version = d.version + 1, updated_at = now()
      FROM feedback_moderation m
      JOIN unnest(CAST(:responses AS uuid[]), CAST(:parts AS text[]), CAST(:hashes AS bytea[]))
           AS v (response_id, part, text_hash) USING (response_id, part)
     WHERE d.moderation_id = m.id AND NOT d.superseded AND m.text_hash <> v.text_hash
    """
)
# A text that changed is held anew, or released by rule; what a person decided of the same text
# stays, and what was decided by rule follows the rules of today.
_WRITE: Final = text(
    f"""
    INSERT INTO feedback_moderation AS m
           (id, place, response_id, part, text_hash, marks, kinds, urgent, proposed,
            screening_version, status, reason, version)
    SELECT id, place, response_id, part, text_hash, marks,
           ARRAY(SELECT DISTINCT mark ->> 'kind' FROM jsonb_array_elements(marks) mark ORDER BY 1),
           urgent, proposed, :screening_version, status, reason, 1
      FROM {_ARRAYS}
     ORDER BY response_id, part
    ON CONFLICT (response_id, part) DO UPDATE
       SET place = overlay(m.id::text PLACING left(excluded.place::text, 2) FROM 1 FOR 2)::uuid,
           text_hash = excluded.text_hash, marks = excluded.marks, kinds = excluded.kinds,
           urgent = excluded.urgent, proposed = excluded.proposed,
           screening_version = excluded.screening_version, status = excluded.status,
           reason = excluded.reason, released_text = NULL, decided_by = NULL, decided_at = NULL,
           version = m.version + 1
     WHERE m.text_hash <> excluded.text_hash
        OR (m.decided_by IS NULL
            AND (m.status, m.reason, m.screening_version)
                IS DISTINCT FROM (excluded.status, excluded.reason, excluded.screening_version))
    """
)


@dataclass(frozen=True, slots=True)
class Screened:
    """One text of one response, and how it stands by rule."""

    response_id: UUID
    part: str
    values: Mapping[str, Any]


async def follow(session: AsyncSession, seen: Sequence[Seen]) -> None:
    """Screen the responses that these changes made or changed; a removal takes its rows along."""
    ids = {
        change.entity_id
        for change in seen
        if change.op is ChangeOp.INSERT
        or (change.op is ChangeOp.UPDATE and not _MATTERS.isdisjoint(change.fields))
    }
    if ids:
        await screen_responses(session, ids)


async def screen_responses(session: AsyncSession, ids: set[UUID]) -> int:
    """Screen all texts of these responses; gives how many there are."""
    rows = (await session.execute(_RESPONSES, {"ids": sorted(ids)})).all()
    if not rows:
        return 0
    current = await policy.current(session)
    releases = Releases(current.release_unmarked_published, current.release_unmarked_own)
    found: list[Screened] = []
    for number, row in enumerate(rows):
        found.extend(_screened(row, releases))
        if number % _AT_A_TIME == 0:
            await asyncio.sleep(0)  # whoever shares the process goes on meanwhile
    names = {"responses": [f.response_id for f in found], "parts": [f.part for f in found]}
    await session.execute(_GONE, {"screened": [row.id for row in rows], **names})
    if found:
        columns = {name: [f.values[name] for f in found] for name in found[0].values}
        hashes = columns["hashes"]
        await session.execute(_SUPERSEDE, {**names, "hashes": hashes})
        await session.execute(_WRITE, {**names, **columns, "screening_version": VERSION})
    return len(found)


def hash_of(words: str) -> bytes:
    """Name a text by what it says; the database knows the same rule."""
    return hashlib.sha256(words.encode()).digest()


def _screened(row: Row[Any], releases: Releases) -> Iterator[Screened]:
    told = Told(row.source, row.publication_status, row.consent_public)
    for part, words in parts(row.comment_good, row.comment_better, row.texts).items():
        result = screen(words)
        status, reason = rules.by_rule(told, result.marks, releases)
        urgent, id_ = rules.urgent(result.marks), day_uuid7(row.day)
        marks = [
            {"start": m.start, "end": m.end, "kind": m.kind, "certainty": m.certainty}
            for m in result.marks
        ]
        yield Screened(
            row.id,
            part,
            {
                "ids": id_,
                "places": rules.place(id_, first=urgent),
                "hashes": hash_of(words),
                "marks": orjson.dumps(marks).decode(),
                "urgent": urgent,
                "proposed": result.proposed if result.proposed != words else None,
                "statuses": status,
                "reasons": reason,
            },
        )
