"""Every Monday morning: team leads and champions are told of their team's week."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.clock import today
from app.domain.feedback.digests import service
from app.reports import digest


async def handle(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Promise the last whole week's digests; what was promised before is not promised again."""
    async with sessions.begin() as session:
        session.info["operation"] = "send_digests"
        return await service.send(session, today(), digest.mail)
