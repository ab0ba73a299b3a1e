import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.imports import running

SECONDS_BETWEEN_LOOKS = 0.1


async def handle(job_id: UUID, sessions: async_sessionmaker[AsyncSession]) -> None:
    """Do an import; the drains beside it apply what came before it, and what it enters."""
    await running.run(sessions, job_id, _pause)


async def _pause() -> None:
    await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
