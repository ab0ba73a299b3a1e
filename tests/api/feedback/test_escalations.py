"""An escalation reaches its contact at once, is listed until acknowledged, and never lost."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.core.ids import uuid7
from app.domain.feedback.moderation import escalations
from app.domain.feedback.moderation.models import Escalation
from app.domain.organisation.contacts.models import Contact, ContactKind
from app.domain.people.messages.models import Message
from app.worker.topics import moderation as topic
from tests.factories import drained, event
from tests.moderating import MODERATOR, moderations, only, path, told

URL = "/v1/feedback/escalations"
HARM = "I want to kill myself, said Dr Khan"
CONTACT = ("feedback:escalations",)


@pytest.fixture(autouse=True)
async def city(given):
    return await given.team(iwgc=["CITY"], code="CITY", name="City team")


@pytest.fixture
async def contact(given):
    async def made(kind=ContactKind.SAFEGUARDING, **values):
        start = {"name": "Jo Bloggs", "email": "jo@trust.example", "valid_from": date(2020, 1, 1)}
        return await given.add(Contact(id=uuid7(), kind=kind, **start | values))

    return made


async def escalate(client, session, as_, kind="safeguarding", note=None):
    headers = await as_(*MODERATOR) | {"If-Match": "*"}
    for found in await moderations(session):
        body = {"kind": kind, "note": note}
        answer = await client.post(path(found, "escalation"), json=body, headers=headers)
        assert answer.status_code == 200, answer.text
    return answer.json()


async def listed(client, headers, **params) -> list[dict]:
    answer = await client.get(URL, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def messages(session) -> list[Message]:
    return list(await session.scalars(select(Message).order_by(Message.id)))


async def test_the_named_contact_is_told_at_once_where_to_look(client, session, as_, contact):
    await contact()
    await contact(ContactKind.COMPLAINTS, email="other@trust.example")
    await told(session, HARM)
    item = await escalate(client, session, as_, note="The end of it.")
    assert (item["status"], item["reason"]) == ("escalated", "safeguarding_concern")
    (shown,) = await listed(client, await as_(*CONTACT))
    assert item["escalations"] == [shown["id"]]
    assert (shown["status"], shown["told"], shown["overdue"]) == ("open", 1, False)
    assert (shown["note"], shown["kind"]) == ("The end of it.", "safeguarding")
    (message,) = await messages(session)
    assert message.recipient_email == "jo@trust.example"
    assert shown["id"] in message.text
    assert "City team" in message.text
    for word in ("kill", "Khan", "The end"):
        assert word not in message.text + message.subject


async def test_a_complaint_reaches_the_contact_for_complaints(client, session, as_, contact):
    await contact(ContactKind.COMPLAINTS)
    await told(session, HARM)
    item = await escalate(client, session, as_, "complaint")
    assert item["reason"] == "formal_complaint"
    assert [m.recipient_email for m in await messages(session)] == ["jo@trust.example"]


async def test_without_a_contact_it_is_unreached_until_there_is_one(client, session, as_, contact):
    await told(session, HARM)
    await escalate(client, session, as_)
    reader = await as_(*CONTACT)
    (shown,) = await listed(client, reader)
    assert (shown["status"], shown["told"]) == ("unreached", 0)
    assert await escalations.remind(session) == 1
    await contact()
    assert await escalations.remind(session) == 1
    await session.commit()
    (shown,) = await listed(client, reader)
    assert (shown["status"], shown["told"]) == ("open", 1)
    assert len(await messages(session)) == 1
    assert await escalations.remind(session) == 0


async def test_one_that_nobody_was_told_of_can_be_taken_up(client, session, as_):
    await told(session, HARM)
    (id_,) = (await escalate(client, session, as_))["escalations"]
    headers = await as_(*CONTACT) | {"If-Match": "*"}
    answer = await client.post(f"{URL}/{id_}/acknowledgement", headers=headers)
    assert answer.json()["status"] == "acknowledged"


async def test_it_is_acknowledged_and_closed_once(client, session, as_, contact):
    await contact()
    await told(session, HARM)
    (id_,) = (await escalate(client, session, as_))["escalations"]
    headers = await as_(*CONTACT)
    one = await client.get(f"{URL}/{id_}", headers=headers)
    match = headers | {"If-Match": one.headers["ETag"]}
    closure = {"outcome": "safeguarding_referral", "note": "Referred."}
    early = await client.post(f"{URL}/{id_}/closure", json=closure, headers=match)
    assert (early.status_code, early.json()["type"]) == (409, "/problems/escalation-status")
    taken = await client.post(f"{URL}/{id_}/acknowledgement", headers=match)
    assert (taken.status_code, taken.json()["status"]) == (200, "acknowledged")
    stale = await client.post(f"{URL}/{id_}/acknowledgement", headers=match)
    assert stale.status_code == 412
    match = headers | {"If-Match": taken.headers["ETag"]}
    again = await client.post(f"{URL}/{id_}/acknowledgement", headers=match)
    assert again.status_code == 409
    assert await listed(client, headers) == []
    assert [e["id"] for e in await listed(client, headers, status="acknowledged")] == [id_]
    closed = await client.post(f"{URL}/{id_}/closure", json=closure, headers=match)
    shown = closed.json()
    assert (shown["status"], shown["outcome"], shown["closing_note"]) == (
        "closed",
        "safeguarding_referral",
        "Referred.",
    )
    assert shown["closed_by"] == shown["acknowledged_by"]


async def test_the_list_begins_with_the_unreached_and_goes_on_by_when_it_is_due(
    client, session, as_, contact
):
    ids = []
    jo = await contact(ContactKind.SAFEGUARDING)
    for day in (1, 2, 3):
        await told(session, f"{HARM} {day}")
        for found in await moderations(session):
            if found.status != "held":
                continue
            kind = "complaint" if day == 3 else "safeguarding"
            with time_machine.travel(datetime(2026, 3, 4 - day, 12, tzinfo=UTC), tick=False):
                answer = await client.post(
                    path(found, "escalation"),
                    json={"kind": kind},
                    headers=await as_(*MODERATOR) | {"If-Match": "*"},
                )
            ids += answer.json()["escalations"]
    assert jo.id
    headers = await as_(*CONTACT)
    assert [e["id"] for e in await listed(client, headers)] == [ids[2], ids[1], ids[0]]
    first = (await client.get(URL, params={"limit": 2}, headers=headers)).json()
    rest = await listed(client, headers, after=first["next"])
    assert [e["id"] for e in first["items"] + rest] == [ids[2], ids[1], ids[0]]
    assert [e["id"] for e in await listed(client, headers, kind="complaint")] == [ids[2]]
    assert len(await listed(client, headers, overdue="true", team="CITY")) == 3
    assert await listed(client, headers, directorate="NONE") == []
    assert (await client.get(URL, params={"after": "x"}, headers=headers)).status_code == 422


async def test_who_did_not_acknowledge_in_time_is_reminded_once_a_day(
    client, session, sessions, as_, contact
):
    await contact()
    await told(session, HARM)
    await escalate(client, session, as_)
    assert await topic.remind(sessions) == 0
    later = datetime.now(UTC) + timedelta(hours=25)  # noqa: TID251
    with time_machine.travel(later, tick=False):
        assert await topic.remind(sessions) == 1
        assert await topic.remind(sessions) == 0
    with time_machine.travel(later + timedelta(hours=25), tick=False):
        assert await topic.remind(sessions) == 1
    assert len(await messages(session)) == 3


async def test_an_overdue_one_that_reached_nobody_is_tried_at_each_time(
    client, session, as_, contact
):
    await told(session, HARM)
    await escalate(client, session, as_)
    later = datetime.now(UTC) + timedelta(hours=25)  # noqa: TID251
    with time_machine.travel(later, tick=False):
        assert await escalations.remind(session) == 1
        await contact()
        assert await escalations.remind(session) == 1
        assert await escalations.remind(session) == 0
    assert len(await messages(session)) == 1


async def test_it_stays_where_its_response_is_taken_back(client, session, as_):
    data = await told(session, HARM)
    await escalate(client, session, as_)
    removed = {"source_review_id": data["source_review_id"], "version": 2}
    await drained(session, event("review.removed", **removed))
    (shown,) = await listed(client, await as_(*CONTACT))
    assert (shown["moderation_id"], shown["status"]) == (None, "unreached")


async def test_who_is_limited_to_other_teams_finds_none(client, session, given, as_):
    await told(session, HARM)
    (id_,) = (await escalate(client, session, as_))["escalations"]
    limited = await as_(*CONTACT, directorates=[(await given.directorate()).id])
    assert await listed(client, limited) == []
    for call in (
        client.get(f"{URL}/{id_}", headers=limited),
        client.post(f"{URL}/{id_}/acknowledgement", headers=limited | {"If-Match": "*"}),
        client.get(f"{URL}/{uuid4()}", headers=await as_(*CONTACT)),
    ):
        answer = await call
        assert (answer.status_code, answer.json()["type"]) == (
            404,
            "/problems/escalation-not-found",
        )


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("status = 'acknowledged'", "ck_feedback_escalation_acknowledged"),
        ("acknowledged_at = now()", "ck_feedback_escalation_acknowledged"),
        ("status = 'closed', acknowledged_at = now()", "ck_feedback_escalation_closed"),
        ("note = repeat('x', 2001)", "ck_feedback_escalation_lengths"),
    ],
)
async def test_the_database_holds_the_rules_too(client, session, as_, change, constraint):
    await told(session, HARM)
    await escalate(client, session, as_)
    with pytest.raises(IntegrityError, match=constraint):
        await session.execute(text(f"UPDATE feedback_escalation SET {change}"))


async def test_it_holds_no_word_of_the_text(client, session, as_):
    await told(session, HARM)
    await escalate(client, session, as_)
    found = (await session.scalars(select(Escalation))).one()
    assert "Khan" not in str([getattr(found, c.key) for c in Escalation.__table__.columns])
    assert (await only(session)).status == "escalated"
