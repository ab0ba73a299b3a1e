"""What is kept no longer than it is needed; the periods are the design's."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.clock import now

BATCH = 10_000

MONTH, THREE_DAYS = timedelta(days=30), timedelta(hours=72)
HALF_A_YEAR = timedelta(days=182)
_FORGET = """UPDATE message SET recipient_name = NULL, recipient_email = NULL,
                  recipient_phone = NULL, recipient_address = NULL, subject = NULL,
                  text = NULL, html = NULL, version = version + 1, updated_at = now()"""

# Each statement touches at most `batch` rows, so that no lock is held for long.
RULES: Sequence[tuple[timedelta, str]] = (
    (
        MONTH,
        """UPDATE inbox_event SET body = NULL WHERE id IN (
               SELECT id FROM inbox_event
                WHERE received_at < :before AND body IS NOT NULL
                  AND status IN ('applied', 'ignored', 'discarded') LIMIT :batch)""",
    ),
    (
        THREE_DAYS,
        """DELETE FROM idempotency_key WHERE (principal, operation, key) IN (
               SELECT principal, operation, key FROM idempotency_key
                WHERE created_at < :before LIMIT :batch)""",
    ),
    (
        MONTH,
        """DELETE FROM job_effect WHERE queue_id IN (
               SELECT queue_id FROM job_effect WHERE done_at < :before LIMIT :batch)""",
    ),
    (
        MONTH,
        """DELETE FROM feedback_import_chunk WHERE (import_id, number) IN (
               SELECT import_id, number FROM feedback_import_chunk
                 JOIN job ON job.id = import_id
                WHERE job.created_at < :before LIMIT :batch)""",
    ),
    (
        MONTH,
        """DELETE FROM feedback_rejected_row WHERE (import_id, line) IN (
               SELECT import_id, line FROM feedback_rejected_row JOIN job ON job.id = import_id
                WHERE job.created_at < :before LIMIT :batch)""",
    ),
    (
        MONTH,
        """DELETE FROM feedback_import_difference WHERE (import_id, id) IN (
               SELECT import_id, d.id FROM feedback_import_difference d
                 JOIN job ON job.id = import_id
                WHERE job.created_at < :before LIMIT :batch)""",
    ),
    # What an import left that nobody took to its end.
    (
        MONTH,
        """DELETE FROM feedback_import_row WHERE (import_id, line) IN (
               SELECT import_id, line FROM feedback_import_row JOIN job ON job.id = import_id
                WHERE job.created_at < :before LIMIT :batch)""",
    ),
    # Who was told what; that a message of its kind was sent stays, so that none is sent twice.
    # A legal hold spares it.
    (
        MONTH,
        f"""{_FORGET}
            WHERE id IN (SELECT id FROM message
                          WHERE status IN ('sent', 'delivered') AND sent_at < :before
                            AND text IS NOT NULL AND NOT held(ARRAY[person_id])
                          LIMIT :batch)""",
    ),
    # By then nobody tries it anew. What waits on the print list is not forgotten.
    (
        HALF_A_YEAR,
        f"""{_FORGET}
            WHERE id IN (SELECT id FROM message
                          WHERE status = 'failed' AND updated_at < :before AND text IS NOT NULL
                            AND NOT held(ARRAY[person_id])
                          LIMIT :batch)""",
    ),
    (
        MONTH,
        """DELETE FROM jobs.pgqueuer_log WHERE id IN (
               SELECT id FROM jobs.pgqueuer_log WHERE created < :before LIMIT :batch)""",
    ),
)


async def handle(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Forget what is past its period, in small transactions; gives how many rows were touched."""
    touched = 0
    for period, statement in RULES:
        before = now() - period
        while True:
            async with sessions.begin() as session:
                session.info["operation"] = "retention"
                result = await session.execute(text(statement), {"before": before, "batch": BATCH})
                count = int(getattr(result, "rowcount", 0))
            touched += count
            if count < BATCH:
                break
    return touched
