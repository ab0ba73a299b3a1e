"""Every morning: people of the register are told what is near, unanswered, or ends."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.involvement import reminding


async def handle(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Promise the day's reminders; what was promised before is not promised again."""
    found = 0
    for remind in reminding.ALL:
        async with sessions.begin() as session:
            session.info["operation"] = "remind_people"
            found += await remind(session)
    return found
