"""Commands on the outbox: promise a message, try it, tell how it went, let it be tried anew."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import jobs
from app.core.clock import now
from app.core.ids import uuid7
from app.domain.people.messages import queries
from app.domain.people.messages.models import Addressee, Message, MessageStatus

SEND: Final = "send_message"  # the topic whose handler sends one message


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A message as its sender needs it; never shown as text, for all of it is personal."""

    id: UUID
    name: str
    email: str
    subject: str
    text: str
    html: str | None
    written_at: datetime


async def send(  # noqa: PLR0913  a message has these parts
    session: AsyncSession,
    *,
    kind: str,
    to: Addressee,
    subject: str,
    text: str,
    html: str | None = None,
    once: str,
) -> UUID:
    """Promise a message with the caller's transaction; gives the id of the one that stands.

    A second one with the same `once` is none: the first stands as it is.
    """
    message = Message.__table__
    made: UUID | None = await session.scalar(
        insert(Message)
        .values(
            id=uuid7(),
            kind=kind,
            recipient_name=to.name,
            recipient_email=to.email,
            subject=" ".join(subject.split()),
            text=text,
            html=html,
            once=once,
            version=1,
        )
        .on_conflict_do_nothing(index_elements=[message.c.once])
        .returning(message.c.id)
    )
    if made is None:
        return (await session.scalars(select(Message.id).where(Message.once == once))).one()
    await _enqueue(session, made)
    return made


async def attempt(session: AsyncSession, id_: UUID) -> Letter | None:
    """Begin a try of a message; None where it is no longer to be sent."""
    message = await queries.get(session, id_, lock=True)
    if message.status is not MessageStatus.QUEUED:
        return None
    message.attempt()
    return Letter(
        id=message.id,
        name=message.recipient_name or "",
        email=message.recipient_email or "",
        subject=message.subject or "",
        text=message.text or "",
        html=message.html,
        written_at=message.created_at,
    )


async def sent(session: AsyncSession, id_: UUID) -> None:
    """Note that a message was taken by the mail server."""
    (await queries.get(session, id_, lock=True)).sent(now())


async def not_sent(session: AsyncSession, id_: UUID, problem: str, *, for_good: bool) -> int | None:
    """Note why a try failed; gives how many were made, None where no other will be."""
    message = await queries.get(session, id_, lock=True)
    message.not_sent(problem, for_good=for_good)
    return None if message.status is MessageStatus.FAILED else message.attempts


async def retry(session: AsyncSession, id_: UUID) -> Message:
    """Let a message that failed be tried anew; raises MessageNotFailedError."""
    message = await queries.get(session, id_, lock=True)
    message.retry()
    await _enqueue(session, message.id)
    await session.flush()
    return message


async def _enqueue(session: AsyncSession, id_: UUID) -> None:
    await jobs.put(session, SEND, str(id_).encode())
