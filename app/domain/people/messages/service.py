"""Commands on the outbox: promise a message, try it, tell how it went, let it be tried anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import jobs
from app.core.actor import Actor
from app.core.clock import now
from app.core.ids import uuid7
from app.domain.people.messages import queries
from app.domain.people.messages.models import Addressee, ByHand, Message, MessageStatus
from app.domain.people.needs import service as needs
from app.domain.people.needs.codes import Format
from app.domain.people.register.models import ContactChannel, Person

SEND: Final = "send_message"  # the topic whose handler sends one message


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A message as its sender needs it; never shown as text, for all of it is personal.

    `address` is what its channel reaches the recipient by. One that is tried `again` may have been
    taken before; `earlier` is what an earlier, failed one was known by.
    """

    id: UUID
    channel: ContactChannel
    name: str
    address: str
    subject: str
    text: str
    html: str | None
    written_at: datetime
    again: bool = False
    earlier: UUID | None = None


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
    """Promise an e-mail with the caller's transaction; gives the id of the one that stands.

    A second one with the same `once` is none: the first stands as it is.
    """
    told = {
        "kind": kind,
        "channel": ContactChannel.EMAIL,
        "recipient_name": to.name,
        "recipient_email": to.email,
        "subject": subject,
        "text": text,
        "html": html,
    }
    return (await promise(session, told, once=once))[0]


async def promise(
    session: AsyncSession, told: Mapping[str, Any], *, once: str
) -> tuple[UUID, bool]:
    """Promise a message of these parts; gives the id of the one that stands, and if it is new."""
    message = Message.__table__
    start = {"id": uuid7(), "status": MessageStatus.QUEUED, "once": once, "version": 1}
    values = start | dict(told) | {"subject": " ".join(told["subject"].split())}
    made: UUID | None = await session.scalar(
        insert(Message)
        .values(**values)
        .on_conflict_do_nothing(index_elements=[message.c.once])
        .returning(message.c.id)
    )
    if made is None:
        found = await session.scalars(select(Message.id).where(Message.once == once))
        return found.one(), False
    if values["status"] is MessageStatus.QUEUED:
        await _enqueue(session, made)
    return made, True


async def attempt(session: AsyncSession, id_: UUID) -> Letter | None:
    """Begin a try of a message; None where it is no longer to be sent.

    Where nothing is known any more to reach the person by, it waits on the print list.
    """
    message = await queries.get(session, id_, lock=True)
    if message.status is not MessageStatus.QUEUED:
        return None
    name, address = await _recipient(session, message)
    if address is None:
        message.print(ByHand.CONTACT)
        return None
    message.attempt()
    return Letter(
        id=message.id,
        channel=message.channel,
        name=name,
        address=address,
        subject=message.subject or "",
        text=message.text or "",
        html=message.html,
        written_at=message.created_at,
        again=message.attempts > 1,
        earlier=message.carrier_id,
    )


async def sent(session: AsyncSession, id_: UUID, carrier_id: UUID | None = None) -> None:
    """Note that a message was taken, by the mail server or by GOV.UK Notify under an id."""
    (await queries.get(session, id_, lock=True)).sent(now(), carrier_id)


async def not_sent(session: AsyncSession, id_: UUID, problem: str, *, for_good: bool) -> int | None:
    """Note why a try failed; gives how many were made, None where no other will be."""
    message = await queries.get(session, id_, lock=True)
    message.not_sent(problem, for_good=for_good)
    return message.attempts if message.status is MessageStatus.QUEUED else None


async def not_carried(session: AsyncSession, id_: UUID) -> None:
    """Put a message on the print list that no machine here can send."""
    message = await queries.get(session, id_, lock=True)
    if message.status is MessageStatus.QUEUED:
        message.print(ByHand.CARRIER)


async def settle(session: AsyncSession, id_: UUID, carrier_id: UUID, problem: str | None) -> None:
    """Note what GOV.UK Notify tells of a message; one that is not ours is passed over."""
    message = await queries.find_one(session, id_)
    if message is not None:
        message.settle(carrier_id, problem, now())


async def retry(session: AsyncSession, id_: UUID) -> Message:
    """Let a message that failed be tried anew, as it was to go.

    Raises MessageNotFailedError, MessageForgottenError.
    """
    message = await queries.get(session, id_, lock=True)
    message.retry()
    await enqueue(session, message)
    return message


async def enqueue(session: AsyncSession, message: Message) -> None:
    """Write a message that was let be tried anew, and its job where it is to be sent."""
    if message.status is MessageStatus.QUEUED:
        await _enqueue(session, message.id)
    await session.flush()


async def hand_over(
    session: AsyncSession, message: Message, format_: Format, language: str, *, by: Actor
) -> None:
    """Note that somebody told a person, in a format and a language that they can use.

    Raises MessageNotByHandError, FormatRefusedError.
    """
    message.hand_over(now(), by.id)
    message.format, message.language = format_, language
    await session.flush()
    if message.person_id is not None:
        await needs.check_format(session, message.person_id, format_, language)


async def _recipient(session: AsyncSession, message: Message) -> tuple[str, str | None]:
    if message.person_id is None:
        by_channel = {
            ContactChannel.EMAIL: message.recipient_email,
            ContactChannel.LETTER: message.recipient_address,
        }
        address = by_channel.get(message.channel, message.recipient_phone)
        return message.recipient_name or "", address
    person = await session.get_one(Person, message.person_id)
    return person.name, person.reached_by(message.channel)


async def _enqueue(session: AsyncSession, id_: UUID) -> None:
    await jobs.put(session, SEND, str(id_).encode())
