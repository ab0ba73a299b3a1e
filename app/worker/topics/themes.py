"""The model's part in coding: what comes in, and all uncoded once a model is activated."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.jobs import Job, JobStatus
from app.core.subscriptions import Seen
from app.domain.feedback.themes import proposing

BATCH: Final = 1_000
_MODELS: Final = proposing.Models()


async def follow(session: AsyncSession, seen: Sequence[Seen]) -> None:
    """Propose themes for responses whose words are new; without a model, next to nothing."""
    await proposing.follow(session, seen, _MODELS)


async def recode(job_id: UUID, sessions: async_sessionmaker[AsyncSession]) -> None:
    """Propose themes for all that nobody has coded, newest first, a transaction a batch.

    Beginning again finds coded what was coded before.
    """
    after, looked, coded, ended = None, 0, 0, False
    while not ended:
        async with sessions.begin() as session:
            session.info["operation"] = "recode_themes"
            found = await _MODELS.active(session)
            ids = [] if found is None else await proposing.uncoded(session, after, BATCH)
            if found is not None and ids:
                coded += await proposing.propose(session, ids, *found)
            looked, ended = looked + len(ids), len(ids) < BATCH
            after = ids[-1] if ids else None
            job = await session.get_one(Job, job_id)
            job.status = JobStatus.DONE if ended else JobStatus.RUNNING
            job.progress = 1.0 if ended else 0.0
            job.result = {"looked_at": looked, "coded": coded, "model": found is not None}
