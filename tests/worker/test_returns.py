"""Involvement leads are reminded of a return that is nearly due and not signed."""

import pytest
import time_machine
from sqlalchemy import select, text

from app.core.clock import today
from app.domain.feedback.returns import reminders
from app.domain.organisation.contacts.models import Contact, ContactKind
from app.domain.organisation.models import FftCategory
from app.domain.people.messages.models import Message
from app.worker import queue
from app.worker.topics import returns


@pytest.fixture
async def lead(given):
    await given.team(code="A", fft_category=FftCategory.MH_ACUTE)
    for kind, name in (("involvement_lead", "Ada"), ("complaints", "Ben")):
        await given.add(
            Contact(
                kind=ContactKind(kind),
                name=name,
                email=f"{name.lower()}@example.org",
                valid_from=today().replace(year=2020),
            )
        )


async def on(sessions, day: str) -> int:
    with time_machine.travel(f"{day}T06:41:00Z", tick=False):
        return await returns.handle(sessions)


async def sent(session) -> list[Message]:
    found = await session.scalars(
        select(Message).where(Message.kind == reminders.KIND).order_by(Message.once)
    )
    return list(found)


@pytest.mark.parametrize(
    ("days", "messages"),
    [
        (["2026-04-15"], 0),
        (["2026-04-16"], 1),
        (["2026-04-16", "2026-04-17", "2026-04-19"], 1),
        (["2026-04-16", "2026-04-20", "2026-04-21"], 2),
        (["2026-04-22"], 0),
    ],
)
async def test_a_lead_is_reminded_once_a_stage_before_the_deadline(
    sessions, session, lead, days, messages
):
    for day in days:
        await on(sessions, day)
    assert [each.recipient_name for each in await sent(session)] == ["Ada"] * messages


async def test_a_reminder_says_what_is_due_and_how_far_it_is(sessions, session, lead):
    assert await on(sessions, "2026-04-17") == 1
    (message,) = await sent(session)
    assert message.subject == "FFT return due: mental health, March 2026"
    assert "is due on Tuesday 21 April 2026" in message.text
    assert "Nobody has drafted it." in message.text


RETURN = """
INSERT INTO fft_return (id, month, service, number, status, figures, drafted_by, signed_by,
                        signed_at, created_at, updated_at, version)
VALUES (gen_random_uuid(), '2026-03-01', 'mental_health', 1, {values}, now(), now(), 1)"""
DRAFT = "'draft', '[]', gen_random_uuid(), NULL, NULL"
SIGNED = "'signed', '[]', gen_random_uuid(), gen_random_uuid(), now()"


async def test_a_draft_is_not_enough(sessions, session, lead):
    await session.execute(text(RETURN.format(values=DRAFT)))
    await session.commit()
    assert await on(sessions, "2026-04-20") == 1
    (message,) = await sent(session)
    assert "It is drafted, but not signed off." in message.text


async def test_nobody_is_reminded_of_what_is_signed(sessions, session, lead):
    await session.execute(text(RETURN.format(values=SIGNED)))
    await session.commit()
    assert await on(sessions, "2026-04-20") == 0
    assert await sent(session) == []


async def test_a_late_working_day_is_seen_after_the_month_has_ended(sessions, session, lead):
    await session.execute(
        text("UPDATE feedback_policy SET deadline_working_day_mental_health = 22")
    )
    await session.commit()
    assert await on(sessions, "2026-02-02") == 1  # December's falls on 3 February
    (message,) = await sent(session)
    assert message.subject == "FFT return due: mental health, December 2025"


def test_reminders_are_sent_every_morning():
    assert queue.SCHEDULES["remind_of_returns"] == ("41 6 * * *", returns.handle)
