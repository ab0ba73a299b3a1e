"""What two do to one message at once: whoever comes second finds how it stands by then."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import create_engine
from app.domain.people.messages import queries, service
from app.domain.people.messages.errors import MessageNotByHandError, MessageNotFailedError
from app.domain.people.messages.models import Message, MessageStatus
from app.domain.people.needs.codes import Format
from app.domain.people.notices import Notice, notify
from app.domain.people.notices.service import retry
from app.domain.people.register.models import ContactChannel, Person, PersonStatus

KEEPER = Actor(id=uuid4(), name="Lee Lead", scopes=frozenset())
JOBS = text("SELECT count(*) FROM jobs.pgqueuer WHERE entrypoint = 'send_message'")


@pytest.fixture
async def committed(scratch_url):
    engine = create_engine(scratch_url, "app", pool=4)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
async def person(committed) -> UUID:
    async with committed.begin() as session:
        made = Person(
            name="Amara Okafor",
            phone="07700 900123",
            preferred_channel=ContactChannel.SMS,
            status=PersonStatus.ENQUIRY,
            status_since=today(),
        )
        session.add(made)
    return made.id


async def told(committed, person: UUID, code: str, *, fails: bool = False) -> UUID:
    """Promise a code with a transaction that lasts a while."""
    async with committed.begin() as session:
        id_ = await notify(
            session,
            person_id=person,
            notice=Notice.ONE_TIME_CODE,
            values={"code": code},
            once="code:1",
        )
        await asyncio.sleep(0.2)
        if fails:
            raise RuntimeError
    return id_


async def hand_over(committed, id_: UUID) -> str:
    async with committed.begin() as session:
        message = await queries.get_seen(session, id_, to=KEEPER)
        await service.hand_over(session, message, Format.PLAIN_TEXT, "en", by=KEEPER)
        await asyncio.sleep(0.2)
    return "handed over"


async def try_anew(committed, id_: UUID) -> str:
    async with committed.begin() as session:
        await retry(session, await queries.get_seen(session, id_, to=KEEPER))
        await asyncio.sleep(0.2)
    return "tried anew"


async def race(*calls) -> list:
    return await asyncio.gather(*calls, return_exceptions=True)


async def stands(committed, id_: UUID) -> Message:
    async with committed() as session:
        return await queries.get(session, id_)


async def failed(committed, person: UUID) -> UUID:
    id_ = await told(committed, person, "7K2M")
    async with committed.begin() as session:
        await service.attempt(session, id_)
        await service.not_sent(session, id_, "notify 400", for_good=True)
    return id_


async def test_of_two_who_say_the_same_at_once_one_is_heard(committed, person):
    first, second = await race(*(told(committed, person, code) for code in ("7K2M", "9QRS")))
    assert first == second
    async with committed() as session:
        assert await session.scalar(text("SELECT count(*) FROM message")) == 1
        assert await session.scalar(JOBS) == 1


async def test_where_the_first_is_taken_back_the_second_is_heard(committed, person):
    first = asyncio.create_task(told(committed, person, "7K2M", fails=True))
    await asyncio.sleep(0.1)
    second = await told(committed, person, "9QRS")
    with pytest.raises(RuntimeError):
        await first
    assert "9QRS" in (await stands(committed, second)).text
    async with committed() as session:
        assert await session.scalar(JOBS) == 1


async def test_of_two_who_hand_it_over_at_once_one_did(committed, person):
    id_ = await failed(committed, person)
    answers = await race(*(hand_over(committed, id_) for _ in range(2)))
    assert sorted(map(type, answers), key=str) == [MessageNotByHandError, str]
    assert (await stands(committed, id_)).handed_by == KEEPER.id


async def test_one_that_failed_is_handed_over_or_tried_anew_and_never_both(committed, person):
    id_ = await failed(committed, person)
    over, anew = await race(hand_over(committed, id_), try_anew(committed, id_))
    state = (await stands(committed, id_)).status
    if over == "handed over":
        assert (type(anew), state) == (MessageNotFailedError, MessageStatus.SENT)
    else:
        assert (type(over), state) == (MessageNotByHandError, MessageStatus.QUEUED)
    async with committed() as session:
        assert await session.scalar(JOBS) == 1 + (anew == "tried anew")


async def test_the_sender_finds_what_was_handed_over_and_leaves_it(committed, person):
    """It waits for who hands over, and has nothing to send then."""
    id_ = await told(committed, person, "7K2M")
    async with committed.begin() as session:
        await service.not_carried(session, id_)
    handing = asyncio.create_task(hand_over(committed, id_))
    await asyncio.sleep(0.1)
    async with committed.begin() as session:
        assert await service.attempt(session, id_) is None
    assert await handing == "handed over"
    found = await stands(committed, id_)
    assert (found.status, found.attempts, found.handed_by) == (MessageStatus.SENT, 0, KEEPER.id)


async def test_what_the_sender_holds_is_handed_over_by_nobody(committed, person):
    """A letter that is on its way, or was taken, is not said a second time by hand."""
    id_, taken = await told(committed, person, "7K2M"), uuid4()

    async def sends() -> None:
        async with committed.begin() as session:
            assert await service.attempt(session, id_) is not None
            await asyncio.sleep(0.2)
        async with committed.begin() as session:
            await service.sent(session, id_, taken)

    sending = asyncio.create_task(sends())
    await asyncio.sleep(0.1)
    with pytest.raises(MessageNotByHandError):
        await hand_over(committed, id_)
    await sending
    assert (await stands(committed, id_)).carrier_id == taken
    with pytest.raises(MessageNotByHandError):
        await hand_over(committed, id_)


async def test_a_late_receipt_does_not_unsay_what_was_handed_over(committed, person):
    id_, taken = await told(committed, person, "7K2M"), uuid4()
    async with committed.begin() as session:
        await service.attempt(session, id_)
        await service.sent(session, id_, taken)
        await service.settle(session, id_, taken, "notify temporary-failure")

    async def receipt() -> None:
        async with committed.begin() as session:
            await service.settle(session, id_, taken, "notify permanent-failure")

    handing = asyncio.create_task(hand_over(committed, id_))
    await asyncio.sleep(0.1)
    await receipt()
    assert await handing == "handed over"
    found = await stands(committed, id_)
    assert (found.status, found.carrier_id) == (MessageStatus.SENT, None)
