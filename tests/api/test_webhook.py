from sqlalchemy import select, text

from app.core.inbox import InboxAlert, InboxEvent
from app.domain.feedback import intake
from tests.conftest import SECRET
from tests.factories import event, review, signed

URL = "/v1/webhooks/iwgc"


async def post(client, body: bytes, **headers: object):
    return await client.post(URL, content=body, headers=signed(body, SECRET, **headers))


async def test_a_signed_event_is_stored_and_acknowledged(client, session):
    answer = await post(client, event())
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "stored"
    stored = (await session.scalars(select(InboxEvent))).one()
    assert str(stored.id) == answer.json()["id"]


async def test_the_same_event_twice_is_a_duplicate(client, session):
    body = event()
    first = await post(client, body, event_id="msg_1")
    again = await post(client, body, event_id="msg_1")
    assert (again.status_code, again.json()["status"]) == (202, "duplicate")
    assert again.json()["id"] == first.json()["id"]


async def test_a_known_id_with_another_body_is_refused_and_leaves_an_alert(client, session):
    await post(client, event(), event_id="msg_1")
    answer = await post(client, event(), event_id="msg_1")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/event-conflict")
    assert (await session.scalars(select(InboxAlert))).one().event_id == "msg_1"


async def test_an_event_is_counted_for_its_team_once_drained(client, session, given):
    await given.team(iwgc=["OXH-CMHT-CITY"])
    await post(client, event(**review()))
    assert await intake.drain(session) == 1
    await session.commit()
    row = (await session.execute(text("SELECT * FROM feedback_daily"))).one()
    assert (row.trust, row.very_good, row.channel) == ("RNU", 1, "not_recorded")
