from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.clock import today
from app.domain.feedback.cadence import nudges


async def handle(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Promise the day's nudges; what was promised before is not promised again."""
    async with sessions.begin() as session:
        session.info["operation"] = "nudge_cadence"
        return await nudges.nudge(session, today())
