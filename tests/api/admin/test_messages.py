from uuid import uuid4

import pytest
from sqlalchemy import text

from app.domain.people.messages import service
from tests.domain.people.test_messages import send


@pytest.fixture
async def admin(client, as_):
    headers = await as_("keys:manage")

    async def ask(method: str, place: str = "", **params: object):
        url = f"/v1/admin/messages{place}"
        return await client.request(method, url, params=params, headers=headers)

    return ask


async def test_messages_are_listed_by_kind_and_state_and_never_told(admin, session):
    first = await send(session, once="1")
    second = await send(session, once="2", kind="escalation")
    await service.attempt(session, second)
    await service.not_sent(session, second, "smtp 550", for_good=True)
    await session.commit()
    answer = await admin("GET")
    items = answer.json()["items"]
    assert [(item["id"], item["kind"], item["status"]) for item in items] == [
        (str(second), "escalation", "failed"),
        (str(first), "nudge", "queued"),
    ]
    assert (items[0]["attempts"], items[0]["problem"]) == (1, "smtp 550")
    assert items[0]["created_at"].endswith("Z")
    assert "trust.example" not in answer.text
    assert "Text" not in answer.text
    for params in ({"kind": "nudge"}, {"status": "queued"}):
        found = (await admin("GET", **params)).json()["items"]
        assert [item["id"] for item in found] == [str(first)]
    one = await admin("GET", f"/{second}")
    assert (one.json(), one.headers["etag"]) == (items[0], f'"{items[0]["version"]}"')


async def test_a_message_that_failed_is_sent_again_when_told(admin, session):
    id_ = await send(session)
    await session.commit()
    refused = await admin("POST", f"/{id_}/retry")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/message-not-failed")
    await service.not_sent(session, id_, "smtp 550", for_good=True)
    await session.commit()
    again = await admin("POST", f"/{id_}/retry")
    assert (again.status_code, again.json()["status"], again.json()["attempts"]) == (
        200,
        "queued",
        0,
    )
    waiting = await session.scalar(
        text("SELECT count(*) FROM jobs.pgqueuer WHERE entrypoint = 'send_message'")
    )
    assert waiting == 2


@pytest.mark.parametrize(("method", "suffix"), [("GET", ""), ("POST", "/retry")])
async def test_what_never_was_is_not_found(admin, method, suffix):
    answer = await admin(method, f"/{uuid4()}{suffix}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/message-not-found")


async def test_the_statement_door_lists_messages_by_its_own_rights(admin, session):
    await send(session)
    await session.commit()
    await session.execute(text("SET LOCAL ROLE everyvoice_read"))
    columns = "id, kind, status, attempts, problem, created_at, sent_at"
    rows = await session.execute(text(f"SELECT {columns}, version FROM message ORDER BY id"))
    assert len(rows.all()) == 1
