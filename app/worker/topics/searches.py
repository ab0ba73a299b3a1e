"""Every morning: who saved a search with alerts is told of what is new."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.clock import today
from app.domain.feedback.searches import alerts, queries

log = structlog.get_logger("worker")


async def handle(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Promise the alerts that are due, each in its own transaction; gives how many."""
    day, count = today(), 0
    async with sessions() as session:
        due = await queries.due(session, day)
    for search_id in due:
        try:
            async with sessions.begin() as session:
                session.info["operation"] = "alert_searches"
                count += await alerts.alert(session, search_id, day)
        except Exception as error:  # noqa: BLE001  one search that fails keeps no other waiting
            log.warning("alert failed", search=str(search_id), error=type(error).__name__)
    return count
