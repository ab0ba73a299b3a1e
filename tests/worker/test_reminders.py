"""What people are told by each area, and reminded of every morning, each once."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.clock import now, today
from app.domain.identity import keys
from app.domain.people.notices import words
from app.worker.topics import reminders
from tests.api.conftest import Api
from tests.api.registers.conftest import PEOPLE
from tests.conftest import PEPPER
from tests.domain.people.test_messages import queued

SCOPES = (
    "registers:read",
    "registers:manage",
    "registers:checks",
    "registers:opportunities",
    "pastoral:keep",
)


@pytest.fixture
async def user(given):
    return await given.user(*SCOPES, name="Lee Lead")


@pytest.fixture
async def api(client, given, user):
    key = keys.make("test")
    await given.key(keys.digest(key, PEPPER), user=user)
    return Api(client, {"Authorization": f"Bearer {key}"})


@pytest.fixture
async def person(api, user) -> str:
    told = {"name": "Amara Okafor", "email": "amara@example.org", "preferred_channel": "email"}
    id_ = (await api.made(PEOPLE, **told))["id"]
    await api.send("POST", f"{PEOPLE}/{id_}/welcome", {"lead_id": str(user.id)})
    await api.send("PUT", f"{PEOPLE}/{id_}/status", {"status": "active"})
    texts = (await api.get("registers/consent-texts", purpose="opportunities")).json()["items"]
    given_ = {"text_id": texts[0]["id"], "channel": "online", "given_by": "person"}
    await api.made(f"{PEOPLE}/{id_}/consents", **given_)
    return id_


@pytest.fixture
async def opportunity(api, user) -> str:
    starts = now() + timedelta(hours=50)
    made = await api.made(
        "registers/opportunities",
        kind="qi_project",
        title="A kinder front door",
        summary="Redesign how people are met at the crisis hub.",
        easy_read="Help us make the first visit better.",
        experience_relevant=True,
        places=2,
        level=3,
        place="Town Hall",
        coordinator_id=str(user.id),
        times=[
            {
                "starts_at": starts.isoformat().replace("+00:00", "Z"),
                "ends_at": (starts + timedelta(hours=2)).isoformat().replace("+00:00", "Z"),
            }
        ],
    )
    place = f"registers/opportunities/{made['id']}"
    answer = await api.send("POST", f"{place}/publication", None)
    assert answer.status_code == 200, answer.text
    return place


async def said(session) -> list[tuple]:
    """What was said since the welcome: kinds and states."""
    found = await session.execute(
        text("SELECT kind, status FROM message WHERE kind <> 'welcome' ORDER BY id")
    )
    return [tuple(row) for row in found]


async def words_of(session, kind: str) -> str:
    return await session.scalar(
        text("SELECT subject || E'\n' || text FROM message WHERE kind = :kind"), {"kind": kind}
    )


async def test_who_is_welcomed_is_told_by_whom(person, session):
    assert "Lee Lead is your involvement lead" in await words_of(session, "welcome")
    assert len(await queued(session)) == 1


async def test_an_invitation_and_its_acceptance_are_told(api, person, opportunity, session):
    made = await api.made(f"{opportunity}/invitations", person_id=person)
    assert "Where: Town Hall" in await words_of(session, "invitation")
    place = f"registers/participations/{made['id']}/status"
    await api.send("PUT", place, {"status": "accepted"})
    assert await said(session) == [("invitation", "queued"), ("application_accepted", "queued")]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("accepted", ["application_accepted"]),
        ("declined", ["application_declined"]),
        ("withdrawn", []),
    ],
)
async def test_an_application_is_answered(api, person, opportunity, session, status, told):
    made = await api.made(f"{opportunity}/applications", person_id=person)
    place = f"registers/participations/{made['id']}/status"
    answer = await api.send("PUT", place, {"status": status})
    assert answer.status_code == 200, answer.text
    assert [kind for kind, _ in await said(session)] == ["application_received", *told]


async def test_who_declines_an_invitation_is_told_nothing(api, person, opportunity, session):
    made = await api.made(f"{opportunity}/invitations", person_id=person)
    place = f"registers/participations/{made['id']}/status"
    await api.send("PUT", place, {"status": "declined"})
    assert [kind for kind, _ in await said(session)] == ["invitation"]


async def test_what_does_not_take_place_is_told_to_who_counts_on_it(
    api, person, opportunity, session
):
    await api.made(f"{opportunity}/applications", person_id=person)
    answer = await api.send("POST", f"{opportunity}/cancellation", {"because": "A flood"})
    assert answer.status_code == 200, answer.text
    assert "Why: A flood" in await words_of(session, "cancellation")


async def test_who_has_a_place_is_reminded_once_of_each_time(
    api, person, opportunity, session, sessions
):
    made = await api.made(f"{opportunity}/applications", person_id=person)
    assert await reminders.handle(sessions) == 0
    place = f"registers/participations/{made['id']}/status"
    await api.send("PUT", place, {"status": "accepted"})
    assert [await reminders.handle(sessions) for _ in range(2)] == [1, 1]
    assert [kind for kind, _ in await said(session)].count("reminder") == 1
    assert "Where: Town Hall" in await words_of(session, "reminder")


@pytest.mark.parametrize(("days", "asked"), [(6, 0), (8, 1), (31, 0)])
async def test_who_does_not_answer_is_asked_again_once(
    api, person, opportunity, sessions, days, asked
):
    session = sessions()
    await api.made(f"{opportunity}/invitations", person_id=person)
    await session.execute(
        text(f"UPDATE participation SET asked_at = now() - interval '{days} days'")
    )
    await session.commit()
    assert [await reminders.handle(sessions) for _ in range(2)] == [asked, asked]
    assert [kind for kind, _ in await said(session)] == ["invitation", *["nudge"] * asked]
    await session.close()


@pytest.mark.parametrize(
    ("days", "told"), [(61, 0), (60, 1), (31, 1), (30, 1), (8, 1), (7, 1), (1, 1), (0, 0)]
)
async def test_who_has_a_check_that_ends_is_warned(api, person, session, sessions, days, told):
    made = await api.send(
        "POST",
        f"{PEOPLE}/{person}/checks",
        {"level": "enhanced", "issued_on": str(today() - timedelta(100))},
    )
    assert made.status_code == 201, made.text
    ends = today() + timedelta(days)
    await session.execute(text("UPDATE dbs_check SET expires_on = :ends"), {"ends": ends})
    await session.commit()
    assert [await reminders.handle(sessions) for _ in range(2)] == [told, told]
    assert [kind for kind, _ in await said(session)] == ["check_expiry"] * told
    if told:
        assert words.day(ends) in await words_of(session, "check_expiry")


async def test_each_step_to_the_end_of_a_course_is_warned_of_once(api, person, session, sessions):
    await session.execute(
        text(
            """
            WITH made AS (
                INSERT INTO course (id, code, kind, name, current, least, retired,
                                    created_at, updated_at, version)
                VALUES (gen_random_uuid(), 'SAFE', 'training', 'Safeguarding', 1, 1, false,
                        now(), now(), 1) RETURNING id),
            numbered AS (
                INSERT INTO course_version (id, course_id, number, summary, outcomes, months,
                                            created_at, updated_at, version)
                SELECT gen_random_uuid(), id, 1, 'x', '{}', 12, now(), now(), 1 FROM made
                RETURNING course_id)
            SELECT count(*) FROM numbered"""
        )
    )
    await session.execute(
        text(
            """
            INSERT INTO course_completion (id, course_id, course_version, person_id, completed_on,
                                           expires_on, recorded_by, created_at, updated_at, version)
            SELECT gen_random_uuid(), id, 1, CAST(:person AS uuid), current_date - 300,
                   current_date, gen_random_uuid(), now(), now(), 1 FROM course"""
        ),
        {"person": person},
    )
    for days in (60, 45, 30, 10, 7, 1):
        await session.execute(
            text("UPDATE course_completion SET expires_on = :ends"),
            {"ends": today() + timedelta(days)},
        )
        await session.commit()
        assert await reminders.handle(sessions) == 1
    assert [kind for kind, _ in await said(session)] == ["training_expiry"] * 3


@pytest.mark.parametrize(("days", "told"), [(-1, 0), (0, 1), (3, 1), (4, 0)])
async def test_who_is_to_talk_with_their_named_lead_is_reminded(
    api, person, user, sessions, days, told
):
    session = sessions()
    named = await api.send("PUT", f"{PEOPLE}/{person}/pastoral/lead", {"lead_id": str(user.id)})
    assert named.status_code in (200, 201), named.text
    planned = await api.send(
        "POST",
        f"{PEOPLE}/{person}/pastoral/check-ins",
        {"planned_for": str(today() + timedelta(days))},
    )
    assert planned.status_code == 201, planned.text
    assert [await reminders.handle(sessions) for _ in range(2)] == [told, told]
    assert [kind for kind, _ in await said(session)] == ["check_in"] * told
    await session.close()


@pytest.mark.parametrize(("days", "told"), [(20, 2), (-2, 0)])
async def test_a_paper_that_is_sent_reaches_members_and_guests(api, person, session, days, told):
    guest = (await api.made(PEOPLE, name="Ben Baker", email="ben@example.org"))["id"]
    forum = await api.made("registers/forums", kind="trust_wide", name="Our voice")
    place = f"registers/forums/{forum['id']}"
    await api.made(f"{place}/members", person_id=person, valid_from="2020-01-01")
    day = str(today() + timedelta(days))
    meeting = await api.made(f"{place}/meetings", day=day, place="Town Hall")
    place = f"{place}/meetings/{meeting['id']}"
    await api.made(f"{place}/guests", person_id=guest)
    made = await api.made(f"{place}/papers", title="Minutes", link="https://example.org/1")
    paper = f"{place}/papers/{made['papers'][0]['id']}"
    assert await said(session) == []
    for _ in range(2):
        answer = await api.send("PATCH", paper, {"sent_on": str(today())})
        assert answer.status_code == 200, answer.text
    assert await said(session) == [("papers", "queued")] * told
