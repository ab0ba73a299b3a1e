"""Messages that are due: each is handed to the mail server at least once."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from pgqueuer.errors import RetryRequested
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.clients.mail import Mailer, NotSentError
from app.domain.people.messages import service
from app.domain.people.messages.service import SEND

FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)

log = structlog.get_logger("worker")


async def handle(
    payload: bytes, sessions: async_sessionmaker[AsyncSession], mailer: Mailer
) -> None:
    """Try one message; raises RetryRequested where it is to be tried again.

    No transaction is open while the server is talked to. A process that ends between the server's
    yes and our note of it sends the message again, under the same Message-ID.
    """
    id_ = UUID(payload.decode())
    async with sessions.begin() as session:
        session.info["operation"] = SEND
        letter = await service.attempt(session, id_)
    if letter is None:
        return
    try:
        await mailer.send(letter)
    except NotSentError as error:
        await _again_or_failed(id_, sessions, error)
        return
    async with sessions.begin() as session:
        session.info["operation"] = SEND
        await service.sent(session, id_)


async def _again_or_failed(
    id_: UUID, sessions: async_sessionmaker[AsyncSession], error: NotSentError
) -> None:
    async with sessions.begin() as session:
        session.info["operation"] = SEND
        tries = await service.not_sent(session, id_, error.problem, for_good=error.for_good)
    log.warning("message not sent", message=str(id_), problem=error.problem, tries=tries)
    if tries is not None:
        raise RetryRequested(pause(tries), error.problem)


def pause(tries: int) -> timedelta:
    """Give how long to wait after so many tries: twice as long each time, an hour at most."""
    return min(FIRST_PAUSE * (1 << min(tries - 1, 10)), LONGEST_PAUSE)
