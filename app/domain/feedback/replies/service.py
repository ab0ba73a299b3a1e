"""Commands on replies: written, approved by somebody else, published."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import flush
from app.core.errors import InvalidError
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.replies import queries
from app.domain.feedback.replies.errors import REFUSALS
from app.domain.feedback.replies.models import FeedbackReply, ReplyKind, ReplyStatus


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a reply was made, and on which day."""

    url: str
    made_on: date


@dataclass(frozen=True, slots=True)
class NewReply:
    """A reply to be: a text of our own, or one made elsewhere, perhaps with its text."""

    text: str | None = None
    elsewhere: Elsewhere | None = None


async def create(
    session: AsyncSession, response_id: UUID, new: NewReply, *, by: Actor
) -> FeedbackReply:
    """Draft a reply, or record one that was made elsewhere, which is out already.

    Raises ResponseNotFoundError, InvalidError.
    """
    answered = await queries.response(session, response_id, to=by)
    made = FeedbackReply(response_id=answered.id, text=new.text, authors=[by.id])
    if new.elsewhere is None:
        made.kind, made.status = ReplyKind.OWN, ReplyStatus.DRAFT
    else:
        made.kind, made.status = ReplyKind.ELSEWHERE, ReplyStatus.PUBLISHED
        made.url, made.published_on = new.elsewhere.url, new.elsewhere.made_on
        _check_made(new.elsewhere.made_on, answered)
    session.add(made)
    await flush(session, REFUSALS)
    return made


async def change(session: AsyncSession, reply: FeedbackReply, text: str, *, by: Actor) -> None:
    reply.write(text, by.id)
    await flush(session, REFUSALS)


async def approve(session: AsyncSession, reply: FeedbackReply, *, by: Actor) -> None:
    """Approve a draft; raises OwnWorkError, ReplyNotOpenError."""
    reply.approve(by.id)
    await flush(session, REFUSALS)


async def publish(session: AsyncSession, reply: FeedbackReply) -> None:
    """Let it out to the author of the response, and to the public where the comment is shown."""
    reply.publish(today())
    await flush(session, REFUSALS)


async def withdraw(session: AsyncSession, reply: FeedbackReply, reason: str) -> None:
    reply.withdraw(reason, today())
    await flush(session, REFUSALS)


async def delete(session: AsyncSession, reply: FeedbackReply) -> None:
    """Drop what nobody outside has read; raises ReplyNotOpenError."""
    reply.check_droppable()
    await session.delete(reply)
    await session.flush()


def _check_made(day: date, answered: FeedbackResponse) -> None:
    if not answered.day <= day <= today():
        raise InvalidError.at(
            "#/made_on", "A reply is made after the response and before now", "not_in_time"
        )
