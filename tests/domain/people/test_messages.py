from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.domain.people import messages
from app.domain.people.messages import service
from app.domain.people.messages.errors import MessageNotFailedError, MessageNotFoundError
from app.domain.people.messages.models import MOST_TRIES, Message, MessageStatus

QUEUED = text("SELECT payload FROM jobs.pgqueuer WHERE entrypoint = 'send_message' ORDER BY id")


@dataclass
class Person:
    name: str = "Jo Bloggs"
    email: str = "jo@trust.example"


async def send(session, **values: object) -> UUID:
    start = {"kind": "nudge", "to": Person(), "subject": "A subject", "text": "Text", "once": "1"}
    return await messages.send(session, **start | values)


async def queued(session) -> list[str]:
    return [payload.decode() for payload in await session.scalars(QUEUED)]


async def test_a_message_and_its_job_stand_or_fall_together(session):
    id_ = await send(session, subject="Two\nlines ", html="<p>")
    assert await queued(session) == [str(id_)]
    letter = await service.attempt(session, id_)
    assert (letter.id, letter.name, letter.address) == (id_, "Jo Bloggs", "jo@trust.example")
    assert (letter.subject, letter.text, letter.html) == ("Two lines", "Text", "<p>")
    await session.rollback()
    assert await queued(session) == []
    assert (await session.scalars(select(Message))).all() == []


async def test_what_is_to_be_said_once_is_said_once(session):
    first = await send(session, text="First")
    assert await send(session, text="Second", to=Person("Al", "al@trust.example")) == first
    assert await send(session, once="2") != first
    assert len(await queued(session)) == 2
    assert (await service.attempt(session, first)).text == "First"


async def test_a_letter_is_never_shown_as_text(session):
    letter = await service.attempt(session, await send(session))
    assert "trust.example" not in repr(letter)


async def test_a_message_that_was_sent_is_not_begun_again(session):
    id_ = await send(session)
    await service.attempt(session, id_)
    await service.sent(session, id_)
    assert await service.attempt(session, id_) is None
    message = await session.get_one(Message, id_)
    assert (message.status, message.attempts, message.problem) == (MessageStatus.SENT, 1, None)


async def test_tries_are_counted_and_end(session):
    id_ = await send(session)
    for tries in range(1, MOST_TRIES):
        await service.attempt(session, id_)
        assert await service.not_sent(session, id_, "smtp 451", for_good=False) == tries
    await service.attempt(session, id_)
    assert await service.not_sent(session, id_, "smtp 451", for_good=False) is None
    message = await session.get_one(Message, id_)
    assert (message.status, message.problem) == (MessageStatus.FAILED, "smtp 451")


async def test_a_message_that_failed_for_good_is_tried_anew_when_told(session):
    id_ = await send(session)
    await service.attempt(session, id_)
    with pytest.raises(MessageNotFailedError):
        await service.retry(session, id_)
    assert await service.not_sent(session, id_, "smtp 550", for_good=True) is None
    message = await service.retry(session, id_)
    assert (message.status, message.attempts) == (MessageStatus.QUEUED, 0)
    assert await queued(session) == [str(id_)] * 2


async def test_a_message_that_never_was_is_not_found(session):
    with pytest.raises(MessageNotFoundError):
        await service.retry(session, uuid4())


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("text = NULL", "ck_message_can_be_sent"),
        ("recipient_email = NULL", "ck_message_can_be_sent"),
        ("status = 'sent'", "ck_message_sent_at_a_time"),
        ("sent_at = now()", "ck_message_sent_at_a_time"),
        ("attempts = -1", "ck_message_attempts"),
    ],
)
async def test_the_database_holds_the_rules_too(session, change, constraint):
    await send(session)
    with pytest.raises(IntegrityError, match=constraint):
        await session.execute(text(f"UPDATE message SET {change}"))


async def test_the_log_tells_that_and_never_what(session):
    id_ = await send(session)
    await session.flush()
    row = (
        await session.execute(
            text("SELECT entity_id, op, fields FROM change_pending WHERE entity = 'message'")
        )
    ).one()
    assert tuple(row) == (id_, "I", [])
