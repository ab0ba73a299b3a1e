"""What information governance's rules let go: confirmed ones alone, a batch a transaction."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.rights.retention import service
from app.domain.rights.retention.models import Category


async def handle(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Delete what is past its time by every active rule; gives how many batches there were."""
    batches = 0
    for category in Category:
        while True:
            async with sessions.begin() as session:
                session.info["operation"] = "retention_rules"
                if not await service.step(session, category):
                    break
            batches += 1
    return batches
