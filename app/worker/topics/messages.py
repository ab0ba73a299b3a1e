"""Messages that are due: each is handed to who carries it at least once, and its fate asked for."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from pgqueuer.errors import RetryRequested
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.clients.mail import NotSentError
from app.clients.post import NoCarrierError, Post
from app.core.clock import now
from app.domain.people.messages import queries, service
from app.domain.people.messages.service import SEND

FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)
# Notify keeps what it sent for a week; a letter takes some days.
ASKED_FOR: Final = timedelta(days=7)
_ASK: Final = "ask_for_receipts"

log = structlog.get_logger("worker")


async def handle(
    payload: bytes, sessions: async_sessionmaker[AsyncSession], carriers: Post
) -> None:
    """Try one message; raises RetryRequested where it is to be tried again.

    No transaction is open while the server is talked to. A process that ends between the mail
    server's yes and our note of it sends the message again, under the same Message-ID. GOV.UK
    Notify is asked for it first, by its reference.
    """
    id_ = UUID(payload.decode())
    async with sessions.begin() as session:
        session.info["operation"] = SEND
        letter = await service.attempt(session, id_)
    if letter is None:
        return
    try:
        carrier_id = await carriers.send(letter)
    except NoCarrierError:
        async with sessions.begin() as session:
            session.info["operation"] = SEND
            await service.not_carried(session, id_)
        return
    except NotSentError as error:
        await _again_or_failed(id_, sessions, error)
        return
    async with sessions.begin() as session:
        session.info["operation"] = SEND
        await service.sent(session, id_, carrier_id)


async def ask(sessions: async_sessionmaker[AsyncSession], carriers: Post) -> int:
    """Ask GOV.UK Notify what became of what it took; gives how many it told the end of."""
    if carriers.notify is None:
        return 0
    async with sessions() as session:
        under_way = await queries.carried(session, now() - ASKED_FOR)
    settled = 0
    for id_, carrier_id in under_way:
        try:
            told = await carriers.notify.outcome(carrier_id)
        except NotSentError as error:
            log.warning("no receipt", message=str(id_), problem=error.problem)
            continue
        if told is not None:
            async with sessions.begin() as session:
                session.info["operation"] = _ASK
                await service.settle(session, id_, carrier_id, told.problem)
            settled += 1
    return settled


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
