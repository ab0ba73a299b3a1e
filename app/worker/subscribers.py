"""What is done after a record has changed, by readers of the change log."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core import subscriptions
from app.core.subscriptions import Seen
from app.domain.feedback.intake import CONTENT_ERRORS
from app.domain.feedback.moderation import screened
from app.worker.topics import themes

log = structlog.get_logger("worker")

Sessions = async_sessionmaker[AsyncSession]
Handle = Callable[[AsyncSession, Sequence[Seen]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Whose changes are read, at most `batch` at a time, and what is done about them.

    A batch is one transaction: it fails as a whole, and is tried again. What `gives_way` does
    nothing while much waits in the inbox: counting responses comes first.
    """

    entity: str
    handle: Handle
    batch: int = 500
    gives_way: bool = False


SUBSCRIBERS: Mapping[str, Subscriber] = {
    "themes": Subscriber("feedback_response", themes.follow, themes.BATCH, gives_way=True),
    screened.SCREENING: Subscriber("feedback_response", screened.follow, batch=250, gives_way=True),
}
_BUSY = text(
    "SELECT count(*) > :much FROM"
    " (SELECT FROM inbox_event WHERE status = 'pending' LIMIT :much + 1) waiting"
)
MUCH = 500  # events in the inbox that others give way to


async def step(name: str, subscriber: Subscriber, sessions: Sessions) -> int:
    """Do one batch; gives how many changes it held.

    Where a batch fails by its content it is tried in ever smaller parts, and the one change that
    fails alone is passed over, so that it holds up nobody.
    """
    size = subscriber.batch
    while True:
        try:
            async with sessions.begin() as session:
                session.info["operation"] = name
                if subscriber.gives_way and await session.scalar(_BUSY, {"much": MUCH}):
                    return 0
                seen = await subscriptions.read(session, name, subscriber.entity, size)
                if seen:
                    await subscriber.handle(session, seen)
                return len(seen)
        except CONTENT_ERRORS as error:
            if size == 1:
                return await _pass_over(name, subscriber, sessions, type(error).__name__)
            size = max(1, size // 8)


async def _pass_over(name: str, subscriber: Subscriber, sessions: Sessions, why: str) -> int:
    async with sessions.begin() as session:
        seen = await subscriptions.read(session, name, subscriber.entity, 1)
    for change in seen:
        log.error("change passed over", subscriber=name, seq=change.seq, error=why)
    return len(seen)
