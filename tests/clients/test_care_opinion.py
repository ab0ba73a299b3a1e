import time
from datetime import date

import httpx
import pytest
from starlette.responses import PlainTextResponse

from app.clients.care_opinion import CareOpinion, FeedUnreachableError
from tests.clients.care_opinion import KEY, CareOpinionServer, opinion

SINCE = date(2026, 1, 1)
BASE = "https://feed.test/api/v2/"


async def read(client: CareOpinion) -> list:
    return [each async for page in client.pages(SINCE) for each in page]


def reader(server: CareOpinionServer, key: str = KEY, pause: float = 0) -> CareOpinion:
    client = CareOpinion.at(BASE, key, server.transport)
    client.pause = pause
    return client


async def test_all_pages_are_read_up_to_the_empty_one():
    server = CareOpinionServer(*(opinion(n) for n in range(1, 251)))
    client = reader(server)
    assert [each["id"] for each in await read(client)] == list(range(1, 251))
    assert server.asked == ["opinions"] * 4
    await client.close()


async def test_only_what_was_submitted_since_is_asked_for():
    server = CareOpinionServer(opinion(1, "2025-12-31"), opinion(2, "2026-01-01"))
    assert [each["id"] for each in await read(reader(server))] == [2]


async def test_an_opinion_is_read_with_what_stands_at_its_links():
    server = CareOpinionServer(opinion(7))
    whole = await reader(server).whole(opinion(7))
    assert whole["opinion"]["id"] == 7
    assert whole["tags"][0]["polarity"] == 1
    assert whole["healthservices"][0]["nacs"] == "RNU-CITY"
    assert whole["ratings"][0]["ratings"][0]["score"] == 4


async def test_an_opinion_that_is_gone_is_none():
    client = reader(CareOpinionServer(opinion(7)))
    assert (await client.one("7"))["id"] == 7
    assert await client.one("8") is None


async def test_it_is_never_faster_than_the_feed_allows():
    server = CareOpinionServer(*(opinion(n) for n in range(1, 601)), per_second=10)
    client = reader(server, pause=0.1)
    began = time.monotonic()
    assert len(await read(client)) == 600
    assert len(server.asked) == 7, "no request was refused and repeated"
    assert time.monotonic() - began >= 0.6


@pytest.mark.parametrize("status", [429, 500, 503, 408])
async def test_what_may_pass_is_tried_again(status):
    server = CareOpinionServer(opinion(7))
    server.answers.extend([PlainTextResponse("", status, {"retry-after": "0"})] * 2)
    assert (await reader(server).one("7"))["id"] == 7


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([PlainTextResponse("", 503)] * 5, "status 503"),
        ([PlainTextResponse("", 400)], "status 400"),
        ([PlainTextResponse("<html>")], "no JSON"),
        ([PlainTextResponse("{}")], "a page is no list"),
    ],
)
async def test_what_does_not_pass_is_told_without_an_address(answers, told):
    server = CareOpinionServer(opinion(7))
    server.answers.extend(answers)
    with pytest.raises(FeedUnreachableError) as error:
        await read(reader(server))
    assert str(error.value) == told


async def test_a_wrong_key_is_told():
    with pytest.raises(FeedUnreachableError, match="status 401"):
        await read(reader(CareOpinionServer(), key="another"))


async def test_a_feed_that_cannot_be_reached_is_told():
    async def refuse(request):
        raise httpx.ConnectError("feed.test: Name or service not known")

    client = CareOpinion.at(BASE, KEY, httpx.MockTransport(refuse))
    client.pause = 0
    with pytest.raises(FeedUnreachableError) as error:
        await read(client)
    assert str(error.value) == "ConnectError"
