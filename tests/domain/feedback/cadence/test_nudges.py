from datetime import date

import pytest
import time_machine
from sqlalchemy import select

from app.domain.feedback.cadence import nudges
from app.domain.organisation.contacts.models import Contact, ContactKind
from app.domain.organisation.models import Setting
from app.domain.people.messages.models import Message
from app.worker import queue
from app.worker.topics import cadence
from tests.factories import drained, event, review

WARD = Setting.INPATIENT


@pytest.fixture(autouse=True)
def now():
    """It is the 20th of June 2026, a Saturday."""
    with time_machine.travel("2026-06-20T09:00:00Z", tick=False) as traveller:
        yield traveller


async def contact(given, team, kind=ContactKind.TEAM_LEAD, name: str = "Jo") -> Contact:
    return await given.add(
        Contact(
            kind=kind,
            team_id=team and team.id,
            name=name,
            email=f"{name.lower()}@trust.example",
            valid_from=date(2020, 1, 1),
        )
    )


async def told(session, day: str) -> list[tuple[str, str, str]]:
    await nudges.nudge(session, date.fromisoformat(day))
    found = await session.scalars(select(Message).order_by(Message.id))
    return [(each.kind, each.recipient_name, each.subject) for each in found]


@pytest.mark.parametrize(
    ("day", "subjects"),
    [
        ("2026-06-22", []),
        ("2026-06-23", ["no feedback yet for June 2026"]),
        ("2026-06-30", ["no feedback yet for June 2026"]),
        ("2026-07-01", ["no feedback for June 2026"]),
        ("2026-07-07", ["no feedback for June 2026"]),
        ("2026-07-08", []),
    ],
)
async def test_a_team_is_told_a_week_before_a_months_end_and_a_week_after(
    given, session, day, subjects
):
    team = await given.team(opened_on=date(2026, 6, 1))
    await contact(given, team)
    found = await told(session, day)
    assert [subject for _, _, subject in found] == [f"{team.name}: {each}" for each in subjects]


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2026-06-23", []),
        ("2026-06-24", [(nudges.DUE, "15 June 2026 to 28 June 2026")]),
        ("2026-06-29", [(nudges.MISSED, "15 June 2026 to 28 June 2026")]),
    ],
)
async def test_a_ward_is_told_four_days_before_a_fortnights_end(given, session, day, found):
    team = await given.team(setting=WARD, opened_on=date(2026, 6, 15))
    await contact(given, team)
    messages = await told(session, day)
    assert [(kind, subject[-28:]) for kind, _, subject in messages] == found


async def test_lead_and_champion_are_told_once_each(given, session):
    team = await given.team(opened_on=date(2026, 6, 1))
    await contact(given, team)
    await contact(given, team, ContactKind.CHAMPION, "Al")
    await contact(given, team, ContactKind.SAFEGUARDING, "Sam")
    for day in ("2026-06-25", "2026-06-26"):
        found = await told(session, day)
        assert {(kind, name) for kind, name, _ in found} == {
            (nudges.DUE, "Jo"),
            (nudges.DUE, "Al"),
        }
        assert len(found) == 2
    assert len(await told(session, "2026-07-01")) == 4


async def test_where_a_team_has_no_lead_the_next_above_is_told(given, session):
    team = await given.team(opened_on=date(2026, 6, 1))
    assert await told(session, "2026-06-25") == []
    await contact(given, None, name="Ann")
    found = await told(session, "2026-06-25")
    assert found == [(nudges.DUE, "Ann", f"{team.name}: no feedback yet for June 2026")]
    message = await session.scalar(select(Message))
    assert "until the end of 30 June 2026" in message.text


async def test_who_heard_somebody_or_had_nobody_to_hear_is_left_in_peace(given, session):
    hearing = await given.team(iwgc=["A"], opened_on=date(2026, 6, 1))
    opening = await given.team(opened_on=date(2026, 6, 2))
    for team in (hearing, opening):
        await contact(given, team)
    await drained(session, event(**review(location_code="A", submitted_at="2026-06-01T12:00:00Z")))
    for day in ("2026-06-25", "2026-07-01"):
        assert await told(session, day) == []


async def test_the_worker_nudges_every_day(given, session, sessions, now):
    now.move_to("2026-06-25T06:23:00Z")
    await contact(given, await given.team(opened_on=date(2026, 6, 1)))
    assert queue.SCHEDULES["cadence"][1] is cadence.handle
    assert await cadence.handle(sessions) == 1
    (message,) = await session.scalars(select(Message))
    assert message.kind == nudges.DUE
