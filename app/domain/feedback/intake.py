"""From the inbox to counted responses, a batch at a time, in any order with the same end.

The end of a review is decided by two greatest values: its newest removal, and among the versions
above that one the greatest (version, hash of the event). Neither depends on the order of arrival.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import today
from app.domain.feedback.codes import OWN_SOURCES
from app.domain.feedback.columns import COLUMNS, record
from app.domain.feedback.events import Review
from app.domain.feedback.reading import Read, Unreadable, read

BATCH = 2_000
# What an event's content can cause, through SQLAlchemy or, in COPY, straight from the driver.
CONTENT_ERRORS = (
    DataError,
    IntegrityError,
    ProgrammingError,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    ValueError,
    TypeError,
)

_AT_A_TIME = 20

_KEPT = ("id", "source", "source_review_id", "version")  # what an update never takes over
_NAMES = ", ".join(COLUMNS)
_TAKEN = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in _KEPT)

_PENDING = text(
    "SELECT id, source, body FROM inbox_event WHERE status = 'pending'"
    " ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED"
)
_LOCATIONS = text(
    "SELECT source, code, team_id, valid_from, coalesce(valid_to, 'infinity') AS valid_to"
    "  FROM team_location WHERE code = ANY(:codes)"
    " UNION ALL"
    " SELECT source, code, id, '-infinity', 'infinity'"
    "  FROM team CROSS JOIN unnest(CAST(:own AS text[])) source WHERE code = ANY(:codes)"
)
_PUT_ASIDE = text(
    """
    UPDATE inbox_event SET status = 'dead', reason = :reason
     WHERE id = (SELECT id FROM inbox_event WHERE status = 'pending'
                  ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    """
)
_STAGE = text(
    "CREATE TEMP TABLE IF NOT EXISTS feedback_incoming (LIKE feedback_response)"
    " ON COMMIT DELETE ROWS"
)
_BURY = text(
    """
    INSERT INTO feedback_tombstone (source, source_review_id, source_version, source_hash)
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[]),
                         CAST(:versions AS bigint[]), CAST(:hashes AS bytea[]))
     ORDER BY 1, 2
    ON CONFLICT (source, source_review_id) DO UPDATE
       SET source_version = excluded.source_version, source_hash = excluded.source_hash
     WHERE (feedback_tombstone.source_version, feedback_tombstone.source_hash)
         < (excluded.source_version, excluded.source_hash)
    """
)
_REMOVE = text(
    """
    DELETE FROM feedback_response r USING feedback_tombstone t
     WHERE t.source = r.source AND t.source_review_id = r.source_review_id
       AND t.source_version >= r.source_version
       AND (r.source, r.source_review_id) IN
           (SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[])))
    """
)
_APPLY = text(
    f"""
    INSERT INTO feedback_response ({_NAMES})
    SELECT {_NAMES} FROM feedback_incoming i
     WHERE NOT EXISTS (SELECT FROM feedback_tombstone t
                        WHERE t.source = i.source AND t.source_review_id = i.source_review_id
                          AND t.source_version >= i.source_version)
     ORDER BY source, source_review_id
    ON CONFLICT (source, source_review_id) DO UPDATE
       SET version = feedback_response.version + 1, {_TAKEN}
     WHERE (feedback_response.source_version, feedback_response.source_hash)
         < (excluded.source_version, excluded.source_hash)
    """
)
_SETTLE = text(
    """
    UPDATE inbox_event e SET status = v.status, reason = v.reason, waits_for = v.waits_for
      FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:reasons AS text[]),
                  CAST(:waits AS text[])) AS v (id, status, reason, waits_for)
     WHERE e.id = v.id
    """
)


@dataclass(frozen=True, slots=True)
class Settled:
    id: UUID
    status: str
    reason: str | None = None
    waits_for: str | None = None


@dataclass(frozen=True, slots=True)
class Location:
    team_id: UUID
    valid_from: date
    valid_to: date


Locations = Mapping[tuple[str, str], Sequence[Location]]


async def drain(session: AsyncSession, batch: int = BATCH) -> int:
    """Apply the oldest pending events, at most `batch`; gives how many were settled.

    Several drains may run: each locks its own events and reads them before it waits for the one
    pen of counted responses, which it holds until its transaction ends.
    """
    pending = (await session.execute(_PENDING, {"batch": batch})).all()
    if not pending:
        return 0
    until = today()
    found: list[Read | Unreadable] = []
    for number, row in enumerate(pending):
        found.append(read(row.id, row.source, row.body, until))
        if number % _AT_A_TIME == 0:
            await asyncio.sleep(0)  # another drain's statements go on meanwhile
    understood = [event for event in found if isinstance(event, Read)]
    await session.execute(text("SELECT feedback_pen()"))
    locations = await _locations(session, understood)
    settled = [Settled(e.id, "dead", e.reason) for e in found if isinstance(e, Unreadable)]
    reviews: list[tuple[Read, Review, UUID]] = []
    for event in understood:
        if event.review is None:
            settled.append(Settled(event.id, "applied" if event.removal else "ignored"))
        elif team := _team(locations, event.source, event.review.location_code, event.day):
            reviews.append((event, event.review, team))
            settled.append(Settled(event.id, "applied"))
        else:
            code = event.review.location_code
            settled.append(Settled(event.id, "waiting", "unknown location", code))
    await _remove(session, [e for e in understood if e.removal is not None])
    await _apply(session, reviews)
    await _settle(session, settled)
    return len(settled)


async def put_aside(session: AsyncSession, why: str) -> int:
    """Take the oldest pending event out of the way; `why` is a kind of error, never its text."""
    result = await session.execute(_PUT_ASIDE, {"reason": f"could not be applied: {why}"})
    return int(getattr(result, "rowcount", 0))


async def _locations(session: AsyncSession, understood: Iterable[Read]) -> Locations:
    codes = {event.review.location_code for event in understood if event.review is not None}
    found: dict[tuple[str, str], list[Location]] = {}
    for row in await session.execute(_LOCATIONS, {"codes": list(codes), "own": list(OWN_SOURCES)}):
        place = Location(row.team_id, row.valid_from, row.valid_to)
        found.setdefault((row.source, row.code), []).append(place)
    return found


def _team(locations: Locations, source: str, code: str, day: date) -> UUID | None:
    for place in locations.get((source, code), ()):
        if place.valid_from <= day < place.valid_to:
            return place.team_id
    return None


async def _remove(session: AsyncSession, removals: Sequence[Read]) -> None:
    """Bury each review under its newest removal of the batch."""
    newest: dict[tuple[str, str], tuple[int, bytes]] = {}
    for event in removals:
        assert event.removal is not None  # noqa: S101  what was asked for
        key = (event.source, event.removal.source_review_id)
        rank = (event.removal.version, event.hash)
        newest[key] = max(newest.get(key, rank), rank)
    if newest:
        names = {"sources": [k[0] for k in newest], "ids": [k[1] for k in newest]}
        ranks = list(newest.values())
        await session.execute(
            _BURY,
            {**names, "versions": [r[0] for r in ranks], "hashes": [r[1] for r in ranks]},
        )
        await session.execute(_REMOVE, names)


async def _apply(session: AsyncSession, reviews: Sequence[tuple[Read, Review, UUID]]) -> None:
    """Write the greatest version of each review, all in one statement."""
    greatest: dict[tuple[str, str], tuple[Read, Review, UUID]] = {}
    for entry in reviews:
        key = (entry[0].source, entry[1].source_review_id)
        if key not in greatest or _rank(greatest[key]) < _rank(entry):
            greatest[key] = entry
    if not greatest:
        return
    await session.execute(_STAGE)
    raw = await (await session.connection()).get_raw_connection()
    driver: Any = raw.driver_connection
    records = [record(*entry) for entry in greatest.values()]
    await driver.copy_records_to_table("feedback_incoming", records=records, columns=COLUMNS)
    await session.execute(_APPLY)
    await session.execute(text("DELETE FROM feedback_incoming"))


def _rank(entry: tuple[Read, Review, UUID]) -> tuple[int, bytes]:
    return entry[1].version, entry[0].hash


async def _settle(session: AsyncSession, settled: Sequence[Settled]) -> None:
    await session.execute(
        _SETTLE,
        {
            "ids": [s.id for s in settled],
            "statuses": [s.status for s in settled],
            "reasons": [s.reason for s in settled],
            "waits": [s.waits_for for s in settled],
        },
    )
