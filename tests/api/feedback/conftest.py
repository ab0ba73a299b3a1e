"""Staff who keep actions and replies, over HTTP."""

from datetime import timedelta

import pytest

from app.core.clock import today
from tests.factories import event, review
from tests.moderating import received

SMALL = "feedback:read:small_numbers"
WRITES = ("feedback:read", SMALL, "feedback:act")
PUBLISHES = ("feedback:read", SMALL, "feedback:publish")


class Staff:
    """Somebody with a key: what they do gives the answer."""

    def __init__(self, client, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    async def post(self, place: str, body: object = None, *, match: str | None = None):
        headers = self.headers if match is None else self.headers | {"If-Match": match}
        return await self.client.post(f"/v1/feedback/{place}", json=body, headers=headers)

    async def get(self, place: str, **params: object):
        return await self.client.get(f"/v1/feedback/{place}", params=params, headers=self.headers)

    async def items(self, place: str, **params: object) -> list[dict]:
        answer = await self.get(place, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def patch(self, place: str, *, match: str = "*", **body: object):
        headers = self.headers | {"If-Match": match}
        return await self.client.patch(f"/v1/feedback/{place}", json=body, headers=headers)

    async def delete(self, place: str, *, match: str = "*"):
        headers = self.headers | {"If-Match": match}
        return await self.client.delete(f"/v1/feedback/{place}", headers=headers)

    async def made(self, place: str, **body: object) -> dict:
        answer = await self.post(place, body)
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture
async def writer(client, as_) -> Staff:
    return Staff(client, await as_(*WRITES))


@pytest.fixture
async def publisher(client, as_) -> Staff:
    return Staff(client, await as_(*PUBLISHES))


@pytest.fixture
def limited(client, as_):
    """Give staff of these teams or directorates only, who may write and publish."""

    async def made(**limits: object) -> Staff:
        return Staff(client, await as_(*{*WRITES, *PUBLISHES}, **limits))

    return made


@pytest.fixture
async def city(given):
    return await given.team(iwgc=["CITY"], code="CITY", name="City Team")


@pytest.fixture
async def ward(given):
    return await given.team(iwgc=["WARD"], code="WARD", name="Ward")


def told(**values: object) -> dict:
    """An action that lacks nothing."""
    start = {
        "said": "Nobody answers the telephone.",
        "said_easy_read": "You said: no one picks up.",
        "did": "Two more people answer it.",
        "did_easy_read": "More people pick up now.",
        "decision": "done",
        "effective_on": today().isoformat(),
        "measure": "K1",
    }
    return start | values


@pytest.fixture
def heard(session, client, as_):
    """Take in a review `days` ago and give it as staff read it."""

    async def made(location: str = "CITY", days: int = 0, **values: object) -> dict:
        day = (today() - timedelta(days)).isoformat()
        data = review(location_code=location, submitted_at=f"{day}T12:00:00Z", **values)
        source = str(values.pop("source", "iwgc"))
        data.pop("source", None)
        await received(session, event(**data), source=source)
        headers = await as_("feedback:read", SMALL, "feedback:read:comments")
        answer = await client.get("/v1/feedback/responses", headers=headers)
        (found,) = [
            item
            for item in answer.json()["items"]
            if item["source_review_id"] == data["source_review_id"]
        ]
        return found

    return made
