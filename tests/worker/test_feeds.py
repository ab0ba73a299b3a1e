"""Polling, against a server that loses stories, apologises and fails as the real one does."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import async_sessionmaker
from starlette.responses import PlainTextResponse

from app.clients.care_opinion import CareOpinion
from app.core.db import create_engine
from app.core.inbox import InboxEvent
from app.domain.feedback import intake
from app.domain.feedback.feeds import care_opinion, service
from app.domain.feedback.feeds.models import FeedState
from app.settings import CareOpinion as Subscription
from app.settings import Settings
from app.worker import feeds, loop
from app.worker.feeds import Feed
from tests.clients.care_opinion import KEY, CareOpinionServer, opinion
from tests.factories import Given

RESPONSES = text(
    "SELECT source_review_id, source_version, comment_better FROM feedback_response ORDER BY 1"
)
DUE = text("UPDATE feedback_feed SET due_at = now() - interval '1 second'")


@pytest.fixture
async def committed(scratch_url):
    engine = create_engine(scratch_url, "worker", pool=4)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
def server():
    return CareOpinionServer(opinion(1), opinion(2), opinion(3))


@pytest.fixture
async def feed(server, committed):
    async with committed() as session:
        team = await Given(session).team()
        await Given(session).location(team, "RNU-CITY", source="care_opinion")
    client = CareOpinion.at("https://feed.test/api/v2/", KEY, server.transport)
    client.pause = 0
    yield Feed(
        care_opinion.NAME,
        client,
        care_opinion.identify,
        date(2026, 1, 1),
        again=timedelta(days=3_650),
    )
    await client.close()


async def polled(feed, committed) -> FeedState:
    """Poll once more, settle the inbox, and give how the poll went."""
    async with committed.begin() as session:
        await session.execute(DUE)
    await feeds.poll(feed, committed)
    async with committed.begin() as session:
        while await intake.drain(session):
            pass
        return await session.get_one(FeedState, feed.name)


async def responses(committed) -> list[tuple]:
    async with committed() as session:
        return [tuple(row) for row in await session.execute(RESPONSES)]


async def test_stories_become_responses_once(feed, server, committed):
    state = await polled(feed, committed)
    assert (state.told, state.changed, state.unreadable) == (3, 3, 0)
    first = await responses(committed)
    assert [row[0] for row in first] == ["1", "2", "3"]
    asked = len(server.asked)
    again = await polled(feed, committed)
    assert (again.told, again.changed) == (3, 0)
    assert await responses(committed) == first
    assert len(server.asked) - asked == 2, "an unchanged story is not asked for again"


async def test_a_story_told_otherwise_replaces_what_it_was_and_may_change_back(
    feed, server, committed
):
    await polled(feed, committed)
    for version, body in ((2, "Changed"), (3, "The nurse was kind. I waited six weeks.")):
        server.opinions[2] = opinion(2, body=body)
        assert (await polled(feed, committed)).changed == 1
        assert (await responses(committed))[1] == ("2", version, f"Kept waiting\n\n{body}")


async def test_a_story_that_a_page_left_out_is_no_story_withdrawn(feed, server, committed):
    await polled(feed, committed)
    server.left_out.add(2)
    server.opinions[2] = opinion(2, body="Changed meanwhile")
    state = await polled(feed, committed)
    assert (state.missing, state.removed, state.changed) == (1, 0, 1)
    assert len(await responses(committed)) == 3


async def test_a_story_that_the_feed_has_no_longer_is_removed_and_may_come_back(
    feed, server, committed
):
    await polled(feed, committed)
    gone = server.opinions.pop(2)
    state = await polled(feed, committed)
    assert (state.missing, state.removed) == (0, 1)
    assert [row[0] for row in await responses(committed)] == ["1", "3"]
    assert (await polled(feed, committed)).removed == 0
    server.opinions[2] = gone
    await polled(feed, committed)
    assert [row[:2] for row in await responses(committed)] == [("1", 1), ("2", 3), ("3", 1)]


async def test_an_apology_in_the_place_of_a_story_costs_nothing_but_time(feed, server, committed):
    server.apologies.add(2)
    state = await polled(feed, committed)
    assert (state.told, state.unreadable, state.changed) == (3, 1, 2)
    server.apologies.clear()
    await polled(feed, committed)
    assert len(await responses(committed)) == 3


async def test_a_story_that_a_page_tells_twice_is_taken_once(feed, server, committed):
    server.opinions = {n: opinion(1) for n in (1, 2)}
    assert (await polled(feed, committed)).changed == 1


async def test_a_service_that_no_team_has_waits_and_loses_nothing(feed, server, committed):
    server.nacs = "ELSEWHERE"
    await polled(feed, committed)
    async with committed() as session:
        assert set(await session.scalars(select(InboxEvent.status))) == {"waiting"}
        assert set(await session.scalars(select(InboxEvent.waits_for))) == {"ELSEWHERE"}


async def test_a_feed_that_fails_is_told_and_asked_again_later(feed, server, committed):
    server.answers.extend([PlainTextResponse("", 403)])
    state = await polled(feed, committed)
    assert (state.failure, state.polled_at, state.busy_until) == ("status 403", None, None)
    assert await feeds.poll(feed, committed) == 0, "not due before its pause is over"
    assert (await polled(feed, committed)).failure is None
    assert len(await responses(committed)) == 3


async def test_a_poll_that_breaks_off_keeps_what_it_had_and_the_next_takes_the_rest(
    feed, server, committed
):
    server.opinions = {n: opinion(n) for n in range(1, 151)}
    # The first page and its stories' links answer, the second page does not.
    server.answers.extend([None] * (1 + 100 * 3) + [PlainTextResponse("", 400)])
    assert (await polled(feed, committed)).failure == "status 400"
    assert len(await responses(committed)) == 100
    assert (await polled(feed, committed)).changed == 50
    assert len(await responses(committed)) == 150


async def test_two_workers_do_not_poll_at_once(feed, committed):
    async with committed.begin() as session:
        await service.join(session, feed.name)
        assert await service.claim(session, feed.name)
    assert (await polled(feed, committed)).told == 0


async def test_the_worker_polls_what_is_due(feed, committed, scratch_url):
    stop = asyncio.Event()
    pace = loop.Pace(idle=0.005, back_off=0.005)
    working = asyncio.create_task(loop.run(scratch_url, stop, pace, polled=[feed]))
    async with asyncio.timeout(20):
        while len(await responses(committed)) < 3:
            await asyncio.sleep(0.01)
        stop.set()
        await working


async def test_without_a_key_nothing_is_polled():
    assert feeds.polled(Settings()) == []
    told = Settings(care_opinion=Subscription(key=KEY, minutes=5, since=date(2026, 1, 1)))
    (feed,) = feeds.polled(told)
    assert (feed.name, feed.every, feed.first) == (
        "care_opinion",
        timedelta(minutes=5),
        date(2026, 1, 1),
    )
    await feed.client.close()
