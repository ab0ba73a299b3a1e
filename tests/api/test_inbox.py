import base64
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

from app.core.inbox import InboxAction, InboxEvent
from tests.factories import drained, event, review

URL = "/v1/webhooks"


@pytest.fixture
async def operator(as_):
    return await as_("inbox:read", "inbox:manage")


@pytest.fixture
async def dead(session) -> str:
    """An event that is not JSON."""
    await drained(session, b"not json")
    return str((await session.scalars(select(InboxEvent.id))).one())


async def status(session, event_id: str) -> str:
    session.expire_all()
    return (await session.get_one(InboxEvent, event_id)).status


async def test_dead_letters_are_listed_with_their_reason(client, operator, dead, session):
    await drained(session, event("ping"))
    answer = await client.get(f"{URL}/events?status=dead", headers=operator)
    (item,) = answer.json()["items"]
    assert (item["id"], item["reason"]) == (dead, "not JSON: not-json")
    assert item["received_at"].endswith("Z")


async def test_one_event_shows_its_raw_body(client, operator, dead):
    answer = await client.get(f"{URL}/events/{dead}", headers=operator)
    assert base64.b64decode(answer.json()["body_base64"]) == b"not json"


async def test_a_replayed_event_is_in_line_again_and_the_act_is_recorded(
    client, operator, dead, session
):
    answer = await client.post(f"{URL}/events/{dead}/replay", headers=operator)
    assert answer.status_code == 204, answer.text
    assert await status(session, dead) == "pending"
    assert (await session.scalars(select(InboxAction.action))).one() == "replay"
    recorded = text("SELECT operation, op FROM change_pending WHERE entity = 'inbox_action'")
    assert tuple((await session.execute(recorded)).one()) == ("replay_event", "I")


async def test_an_event_in_line_is_not_replayed(client, operator, dead):
    await client.post(f"{URL}/events/{dead}/replay", headers=operator)
    again = await client.post(f"{URL}/events/{dead}/replay", headers=operator)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/event-not-replayable")


async def test_an_event_whose_body_is_gone_is_not_replayed(client, operator, dead, session):
    await session.execute(update(InboxEvent).values(body=None))
    await session.commit()
    answer = await client.post(f"{URL}/events/{dead}/replay", headers=operator)
    assert answer.status_code == 409


async def test_a_range_is_replayed(client, operator, session):
    await drained(session, b"1", b"2", event("ping"))
    chosen = {"source": "iwgc", "received_from": "2026-01-01T00:00:00Z"}
    chosen["received_to"] = "2100-01-01T00:00:00Z"
    answer = await client.post(f"{URL}/replays", json=chosen, headers=operator)
    assert (answer.status_code, answer.json()) == (200, {"count": 2})
    assert len((await session.scalars(select(InboxAction))).all()) == 2
    none = await client.post(f"{URL}/replays", json={"status": "waiting"}, headers=operator)
    assert none.json() == {"count": 0}


async def test_an_event_is_discarded_with_a_reason(client, operator, dead, session):
    answer = await client.post(
        f"{URL}/events/{dead}/discard", json={"reason": "a test of theirs"}, headers=operator
    )
    assert answer.status_code == 204
    assert await status(session, dead) == "discarded"
    assert (await session.scalars(select(InboxAction.reason))).one() == "a test of theirs"


async def test_a_discard_needs_a_reason(client, operator, dead):
    answer = await client.post(f"{URL}/events/{dead}/discard", json={}, headers=operator)
    assert answer.json()["errors"][0]["pointer"] == "#/reason"


async def test_alerts_are_listed(client, operator, session):
    await session.execute(
        text(
            "INSERT INTO inbox_alert (id, source, event_id, body_hash, received_at)"
            " VALUES (gen_random_uuid(), 'iwgc', 'msg_1', '', now())"
        )
    )
    await session.commit()
    answer = await client.get(f"{URL}/alerts", headers=operator)
    assert [item["event_id"] for item in answer.json()["items"]] == ["msg_1"]


@pytest.mark.parametrize("act", ["replay", "discard"])
async def test_an_absent_event_is_not_found(client, operator, act):
    url = f"{URL}/events/{uuid4()}/{act}"
    answer = await client.post(url, json={"reason": "x"}, headers=operator)
    assert answer.json()["type"] == "/problems/event-not-found"


async def test_only_operators_act(client, as_, dead):
    answer = await client.post(f"{URL}/events/{dead}/replay", headers=await as_("inbox:read"))
    assert (answer.status_code, answer.json()["missing"]) == (403, ["inbox:manage"])


async def test_a_replay_applies_what_could_not_be_applied_before(
    client, operator, given, session, as_
):
    await drained(session, event(**review(location_code="LATER")))
    waiting = (await session.scalars(select(InboxEvent))).one()
    assert (waiting.status, waiting.waits_for) == ("waiting", "LATER")
    await given.team(iwgc=["LATER"])
    await client.post(f"{URL}/events/{waiting.id}/replay", headers=operator)
    await drained(session)
    reader = await as_("feedback:read", "feedback:read:small_numbers")
    answer = await client.get("/v1/feedback/responses", headers=reader)
    assert len(answer.json()["items"]) == 1
