"""What the worker does for moderation: screening behind the inbox, and reminders."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.feedback.moderation import escalations


async def remind(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Remind of escalations that nobody acknowledged in time."""
    async with sessions.begin() as session:
        session.info["operation"] = "remind_of_escalations"
        return await escalations.remind(session)
