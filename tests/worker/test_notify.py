"""Text messages and letters to GOV.UK Notify, as the worker sends them and asks for their fate."""

from uuid import UUID

import httpx
import pytest
from pgqueuer.errors import RetryRequested
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.clients.notify import Notify
from app.clients.post import Post
from app.core.clock import today
from app.core.db import create_engine
from app.domain.people.messages import service
from app.domain.people.notices import Notice, notify
from app.domain.people.register.models import ContactChannel, Person, PersonStatus
from app.settings import Notify as Told
from app.worker import queue
from app.worker.topics import messages, retention
from tests.clients.notify import KEY, LETTER, SMS, NotifyServer


@pytest.fixture
async def committed(scratch_url):
    engine = create_engine(scratch_url, "worker", pool=3)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


def by(server: NotifyServer) -> Post:
    told = Told(key=KEY, sms_template=SMS, letter_template=LETTER)
    return Post(None, Notify.of(told, server.transport))


@pytest.fixture
async def promised(committed) -> UUID:
    """What somebody must know, that is to go by text message."""
    async with committed.begin() as session:
        person = Person(
            name="Amara Okafor",
            phone="07700 900123",
            preferred_channel=ContactChannel.SMS,
            status=PersonStatus.ENQUIRY,
            status_since=today(),
        )
        session.add(person)
        await session.flush()
        return await notify(
            session,
            person_id=person.id,
            notice=Notice.SUPPORTER_NAMED,
            values={"supporter": "Ngozi", "until": "1 December 2026"},
            once="named:1",
        )


async def state(committed) -> tuple:
    async with committed() as session:
        found = await session.execute(
            text("SELECT status, problem, delivered_at IS NOT NULL FROM message")
        )
        return tuple(found.one())


async def attempt(committed, server: NotifyServer, id_: UUID) -> None:
    await messages.handle(str(id_).encode(), committed, by(server))


async def test_a_text_message_is_sent_and_its_delivery_asked_for(committed, promised):
    server = NotifyServer()
    await attempt(committed, server, promised)
    assert await state(committed) == ("sent", None, False)
    assert "Ngozi" in server.taken[0]["personalisation"]["body"]
    assert await messages.ask(committed, by(server)) == 0
    server.ends("delivered")
    assert await messages.ask(committed, by(server)) == 1
    assert await state(committed) == ("delivered", None, True)
    assert await messages.ask(committed, by(server)) == 0


async def test_one_that_could_not_be_delivered_has_failed_and_is_sent_anew(committed, promised):
    server = NotifyServer()
    await attempt(committed, server, promised)
    server.ends("permanent-failure")
    await messages.ask(committed, by(server))
    assert await state(committed) == ("failed", "notify permanent-failure", False)
    async with committed.begin() as session:
        await service.retry(session, promised)
    server.lost = 1
    with pytest.raises(RetryRequested):
        await attempt(committed, server, promised)
    await attempt(committed, server, promised)
    assert len(server.taken) == 2
    server.ends("delivered")
    await messages.ask(committed, by(server))
    assert await state(committed) == ("delivered", None, True)


async def test_a_process_that_ends_before_its_note_sends_no_second_one(
    committed, promised, monkeypatch
):
    server = NotifyServer()

    async def ends(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(service, "sent", ends)
        with pytest.raises(KeyboardInterrupt):
            await attempt(committed, server, promised)
    assert (await state(committed))[0] == "queued"
    await attempt(committed, server, promised)
    assert (await state(committed))[0] == "sent"
    assert len(server.taken) == 1


async def test_while_it_cannot_be_asked_for_by_its_reference_it_is_not_sent_again(
    committed, promised
):
    server = NotifyServer(lost=1)
    with pytest.raises(RetryRequested):
        await attempt(committed, server, promised)
    server.answers.append(httpx.Response(503))
    with pytest.raises(RetryRequested):
        await attempt(committed, server, promised)
    assert server.asked == ["POST /v2/notifications/sms", "GET /v2/notifications"]
    await attempt(committed, server, promised)
    assert (await state(committed))[0] == "sent"
    assert [each["reference"] for each in server.taken] == [str(promised)]


async def test_a_receipt_may_come_before_the_note(committed, promised):
    server = NotifyServer()
    async with committed.begin() as session:
        letter = await service.attempt(session, promised)
    taken = await by(server).send(letter)
    async with committed.begin() as session:
        await service.settle(session, promised, taken, None)
    assert await state(committed) == ("delivered", None, True)
    async with committed.begin() as session:
        await service.sent(session, promised, taken)
        assert await service.not_sent(session, promised, "late", for_good=True) is None
    assert await state(committed) == ("delivered", None, True)


async def test_what_is_told_again_or_of_another_try_changes_nothing(committed, promised):
    server = NotifyServer()
    await attempt(committed, server, promised)
    other = UUID(int=1)
    for id_, carrier_id in ((promised, other), (other, server.ends("sending"))):
        async with committed.begin() as session:
            await service.settle(session, id_, carrier_id, "notify technical-failure")
    assert await state(committed) == ("sent", None, False)
    for problem in (None, "notify technical-failure"):
        async with committed.begin() as session:
            await service.settle(session, promised, server.ends("delivered"), problem)
    assert await state(committed) == ("delivered", None, True)


async def test_nothing_is_told_of_a_message_that_was_not_tried(committed, promised):
    async with committed.begin() as session:
        await service.settle(session, promised, UUID(int=1), None)
    assert await state(committed) == ("queued", None, False)


async def test_without_notify_a_text_message_waits_on_the_print_list(committed, promised):
    carriers = Post(None)
    await messages.handle(str(promised).encode(), committed, carriers)
    async with committed.begin() as session:
        found = await session.execute(text("SELECT status, by_hand FROM message"))
        assert tuple(found.one()) == ("to_print", "carrier")
        await service.not_carried(session, promised)
    assert await messages.ask(committed, carriers) == 0


async def test_one_that_was_handed_over_meanwhile_is_not_put_back(committed, promised):
    async with committed.begin() as session:
        await service.attempt(session, promised)
        await service.sent(session, promised)
        await service.not_carried(session, promised)
    assert (await state(committed))[0] == "sent"


async def test_where_notify_does_not_answer_it_is_asked_again_later(committed, promised):
    server = NotifyServer()
    await attempt(committed, server, promised)
    server.taken.clear()
    assert await messages.ask(committed, by(server)) == 0
    assert await state(committed) == ("sent", None, False)


async def test_the_worker_asks_every_so_often(committed):
    _, ask = queue.ASKING["ask_for_receipts"]
    assert await queue._asking(ask, Post(None))(committed) == 0


@pytest.mark.parametrize(
    ("status", "days", "kept"),
    [("delivered", 31, 0), ("delivered", 29, 2), ("failed", 183, 0), ("failed", 100, 2)],
)
async def test_what_a_message_said_is_forgotten_in_time(committed, promised, status, days, kept):
    past = f"now() - interval '{days} days'"
    delivered = past if status == "delivered" else "NULL"
    async with committed.begin() as session:
        await session.execute(
            text(
                f"UPDATE message SET status = :status, sent_at = {past}, updated_at = {past},"
                f" delivered_at = {delivered}"
            ),
            {"status": status},
        )
    await retention.handle(committed)
    async with committed() as session:
        held = await session.scalar(text("SELECT num_nonnulls(subject, text) FROM message"))
    assert held == kept
