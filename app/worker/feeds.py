"""Feeds that are asked, rather than telling by themselves."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.clients.care_opinion import CareOpinion, FeedUnreachableError
from app.core.clock import now, today
from app.domain.feedback.feeds import care_opinion, service
from app.domain.feedback.feeds.service import Found, Item
from app.settings import Settings

Sessions = async_sessionmaker[AsyncSession]

# How many items that a poll left out are asked for one by one.
MOST_MISSING: Final = 100
AFTER_FAILURE: Final = timedelta(minutes=15)

log = structlog.get_logger("worker")


class Client(Protocol):
    """A feed's API: its list, one item, and what an item is besides what its list tells."""

    def pages(self, since: date) -> AsyncIterator[list[Any]]: ...

    async def one(self, id_: str) -> Any | None: ...

    async def whole(self, told: dict[str, Any]) -> dict[str, Any]: ...

    async def close(self) -> None: ...


class Reading(Protocol):
    """What a feed's layout knows of an item in its list; None where it is none."""

    def __call__(self, told: Any) -> tuple[str, date] | None: ...


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed that is polled; `first` is the day from which the first poll reads.

    Later polls read `again` days anew, since pages leave items out now and then.
    """

    name: str
    client: Client
    identify: Reading
    first: date
    every: timedelta = timedelta(minutes=30)
    again: timedelta = timedelta(days=60)


async def poll(feed: Feed, sessions: Sessions) -> int:
    """Poll a feed where it is due; gives how many items it told."""
    async with sessions.begin() as session:
        await service.join(session, feed.name)
        state = await service.claim(session, feed.name)
        if state is None:
            return 0
    since = feed.first if state.polled_at is None else max(feed.first, today() - feed.again)
    try:
        found = await _read(feed, sessions, since)
    except FeedUnreachableError as error:
        log.warning("feed failed", feed=feed.name, error=str(error))
        async with sessions.begin() as session:
            await service.fail(session, feed.name, str(error), now() + AFTER_FAILURE)
        return 0
    async with sessions.begin() as session:
        await service.finish(session, feed.name, found, since, now() + feed.every)
    return found.told


async def _read(feed: Feed, sessions: Sessions, since: date) -> Found:
    found, seen = Found(), set[str]()
    async for page in feed.client.pages(since):
        items = _items(feed, page)
        found.told += len(page)
        found.unreadable += len(page) - len(items)
        seen.update(item.id for item in items)
        await _take(feed, sessions, items, found)
    async with sessions.begin() as session:
        missing = await service.left_out(session, feed.name, since, seen)
    for item_id in missing[:MOST_MISSING]:
        told = await feed.client.one(item_id)
        if told is None:
            await _remove(feed, sessions, item_id, found)
        else:
            found.missing += 1
            await _take(feed, sessions, _items(feed, [told]), found)
    return found


def _items(feed: Feed, page: Sequence[Any]) -> list[Item]:
    known = ((told, feed.identify(told)) for told in page)
    # A page may tell an item twice where others came in while it was read.
    return list({who[0]: Item(*who, told) for told, who in known if who is not None}.values())


async def _take(feed: Feed, sessions: Sessions, items: Sequence[Item], found: Found) -> None:
    async with sessions.begin() as session:
        await service.go_on(session, feed.name)
        fresh = await service.news(session, feed.name, items)
    for item in fresh:
        whole = await feed.client.whole(item.told)
        async with sessions.begin() as session:
            await service.go_on(session, feed.name)
            await service.take(session, feed.name, item, whole)
        found.changed += 1


async def _remove(feed: Feed, sessions: Sessions, item_id: str, found: Found) -> None:
    async with sessions.begin() as session:
        await service.go_on(session, feed.name)
        await service.remove(session, feed.name, item_id)
    found.removed += 1


def polled(settings: Settings) -> list[Feed]:
    """Give the feeds that the trust subscribes to."""
    told = settings.care_opinion
    if not told.key:
        return []
    client = CareOpinion.at(told.url, told.key)
    every = timedelta(minutes=told.minutes)
    return [Feed(care_opinion.NAME, client, care_opinion.identify, told.since, every)]
