"""Every morning: who answers for a national return is told that it is nearly due."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.feedback.returns import reminders


async def handle(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Promise today's reminders; gives for how many returns."""
    async with sessions.begin() as session:
        session.info["operation"] = "remind_of_returns"
        return await reminders.remind(session)
