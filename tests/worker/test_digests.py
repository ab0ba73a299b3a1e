"""On Mondays team leads and champions are told of their team's week."""

from datetime import date

import pytest
import time_machine
from sqlalchemy import select

from app.domain.feedback.digests import service
from app.domain.organisation.contacts.models import Contact, ContactKind
from app.domain.people.messages.models import Message
from app.worker import queue
from app.worker.topics import digests
from tests.factories import drained, event, review

LEAD, CHAMPION = ContactKind.TEAM_LEAD, ContactKind.CHAMPION


async def contact(given, team, kind: ContactKind = LEAD, email: str = "jo@x.example", **values):
    start = {"name": email.partition("@")[0], "valid_from": date(2020, 1, 1)}
    place = {"team_id": team.id} if team else {}
    return await given.add(Contact(**start | place | {"kind": kind, "email": email} | values))


async def on(sessions, day: str) -> int:
    with time_machine.travel(f"{day}T06:05:00Z", tick=False):
        return await digests.handle(sessions)


async def sent(session) -> list[Message]:
    found = select(Message).where(Message.kind == service.KIND)
    return list(await session.scalars(found.order_by(Message.recipient_email, Message.once)))


@pytest.fixture
async def city(given):
    return await given.team(iwgc=["CITY"], code="CITY", name="City <script> team")


async def test_lead_and_champion_are_each_told_once_a_week(sessions, session, given, city):
    await contact(given, city, LEAD, "ada@x.example")
    await contact(given, city, CHAMPION, "ben@x.example")
    for day, messages in (
        ("2026-03-09", 2),
        ("2026-03-09", 2),
        ("2026-03-12", 2),
        ("2026-03-16", 4),
    ):
        assert await on(sessions, day) == 1
        assert len(await sent(session)) == messages
    assert [each.recipient_name for each in await sent(session)] == ["ada", "ada", "ben", "ben"]


async def test_who_is_lead_and_champion_is_told_once(sessions, session, given, city):
    await contact(given, city, LEAD, "ada@x.example")
    await contact(given, city, CHAMPION, "Ada@X.example")
    await on(sessions, "2026-03-09")
    assert len(await sent(session)) == 1


async def test_other_contacts_and_other_teams_are_told_nothing(sessions, session, given, city):
    await contact(given, city, ContactKind.SAFEGUARDING, "sam@x.example")
    await contact(given, city, LEAD, "was@x.example", valid_to=date(2026, 3, 9))
    assert await on(sessions, "2026-03-09") == 0
    assert await sent(session) == []


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"opened_on": date(2020, 1, 1), "closed_on": date(2026, 3, 9)}, 0),
        ({"opened_on": date(2020, 1, 1), "closed_on": date(2026, 3, 10)}, 1),
        ({"opened_on": date(2026, 3, 10)}, 0),
        ({"opened_on": date(2026, 3, 9)}, 1),
    ],
)
async def test_only_open_teams_are_told_of(sessions, session, given, values, told):
    team = await given.team(**values)
    await contact(given, team)
    assert await on(sessions, "2026-03-09") == told
    assert len(await sent(session)) == told


async def test_teams_are_told_each_of_its_own(sessions, session, given, city, monkeypatch):
    monkeypatch.setattr(service, "_AT_ONCE", 2)
    for code in ("A", "B", "C"):
        await contact(given, await given.team(code=code, name=code), LEAD, f"{code}@x.example")
    await contact(given, city, LEAD, "z@x.example")
    await drained(
        session,
        *(
            event(**review(location_code="CITY", submitted_at=f"2026-03-0{day}T12:00:00Z"))
            for day in range(1, 8)
        ),
    )
    assert await on(sessions, "2026-03-09") == 4
    days = "feedback of 2 March 2026 to 8 March 2026"
    *others, of_city = await sent(session)
    assert [each.subject for each in others] == [f"{code}: {days}" for code in "ABC"]
    assert all("Responses: this week 0, week before 0" in each.text for each in others)
    assert of_city.subject == f"City <script> team: {days}"
    assert "Responses: this week 6, week before fewer than 5" in of_city.text


async def test_a_message_holds_neither_words_nor_markup_of_others(sessions, session, given, city):
    await contact(given, city)
    told = review(location_code="CITY", submitted_at="2026-03-03T12:00:00Z", comment_good="Kind.")
    await drained(session, event(**told))
    await on(sessions, "2026-03-09")
    (message,) = await sent(session)
    assert "Kind." not in message.text + message.html
    assert "City &lt;script&gt; team" in message.html
    assert "<script" not in message.html
    assert "Very good: this week fewer than 5, week before 0" in message.text


def test_digests_are_sent_on_monday_mornings():
    assert queue.SCHEDULES["send_digests"] == ("5 6 * * 1", digests.handle)
