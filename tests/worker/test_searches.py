"""Whoever saved a search is told of what is new, as far as they may see it that morning."""

from datetime import date
from itertools import pairwise

import pytest
import structlog
import time_machine
from sqlalchemy import select, text

from app.core import changes
from app.domain.feedback.searches import alerts
from app.domain.feedback.searches.models import Alert, SavedSearch, SearchPlace, begins
from app.domain.people.messages.models import Message
from app.worker import queue
from app.worker.topics import searches
from tests.factories import drained, event, review
from tests.moderating import follow, received

SCOPES = ["feedback:read", "feedback:read:small_numbers", "feedback:read:comments"]
MONDAY, TUESDAY, WEDNESDAY, NEXT_MONDAY = "2026-04-13", "2026-04-14", "2026-04-15", "2026-04-20"


@pytest.fixture
async def places(given):
    return {code: await given.team(code=code, iwgc=[code]) for code in ("CITY", "WARD")}


@pytest.fixture
def saved(given, places):
    """Save a search with alerts as on the Sunday before, by a key of its own."""

    async def made(key=None, /, **values: object) -> SavedSearch:
        key = key or await given.key(b"hash", scopes=SCOPES)
        start = {
            "name": "Poor",
            "filters": {},
            "shared": False,
            "alert": Alert.DAILY,
            "email": "jo@example.org",
            "owner_id": key.user_id,
            "key_id": key.id,
        }
        search = await given.add(SavedSearch(**start | values))
        await given.add(SearchPlace(search_id=search.id, seq=0, told_on=date(2026, 4, 12)))
        return search

    return made


@pytest.fixture
def heard(session):
    """Take in reviews of a day long ago, and let them be screened."""

    async def made(number: int = 1, location: str = "CITY", **values: object) -> None:
        told = {"location_code": location, "submitted_at": "2020-01-05T10:00:00Z"} | values
        await received(session, *(event(**review(**told)) for _ in range(number)))

    return made


class Mornings:
    def __init__(self, sessions, session) -> None:
        self.sessions, self.session = sessions, session

    async def on(self, day: str) -> int:
        with time_machine.travel(f"{day}T05:53:00Z", tick=False):
            return await searches.handle(self.sessions)

    async def told(self) -> list[str]:
        found = await self.session.scalars(
            select(Message.subject).where(Message.kind == alerts.KIND).order_by(Message.id)
        )
        return list(found)


@pytest.fixture
def mornings(sessions, session) -> Mornings:
    return Mornings(sessions, session)


async def test_a_message_says_how_many_and_where_and_nothing_of_the_words(
    mornings, session, saved, heard
):
    search = await saved(filters={"search": "kind"})
    await heard(6, comment_good="Kind Nurse Smith")
    await heard(1, comment_good="Rude")
    assert await mornings.on(MONDAY) == 1
    (message,) = await session.scalars(select(Message))
    assert (message.recipient_name, message.recipient_email) == ("Jo Bloggs", "jo@example.org")
    assert message.subject == "Poor: 6 new responses"
    assert 'Your saved search "Poor" has 6 new responses' in message.text
    assert f"/v1/feedback/searches/{search.id}/responses" in message.text
    assert "smith" not in message.text.lower() + message.subject.lower()
    assert message.once == f"saved_search:{search.id}:{MONDAY}"


async def test_new_responses_are_told_by_how_their_texts_stand(mornings, saved, heard):
    await saved(filters={"status": "held"})
    await heard(6, comment_good="Dr Khan was kind")
    await heard(5, comment_good="Kind", publication_status="published")
    await mornings.on(MONDAY)
    assert await mornings.told() == ["Poor: 6 new responses"]


async def test_few_people_are_not_counted_in_a_mail(mornings, saved, heard):
    await saved()
    for number, day in ((4, MONDAY), (5, TUESDAY)):
        await heard(number)
        await mornings.on(day)
    assert await mornings.told() == ["Poor: fewer than 5 new responses", "Poor: 5 new responses"]


@pytest.mark.parametrize(
    ("alert", "days", "messages"),
    [
        (Alert.DAILY, [MONDAY], 1),
        (Alert.DAILY, [MONDAY, MONDAY], 1),
        (Alert.DAILY, [MONDAY, TUESDAY, WEDNESDAY], 3),
        (Alert.WEEKLY, [MONDAY, TUESDAY, WEDNESDAY], 1),
        (Alert.WEEKLY, [TUESDAY, WEDNESDAY], 1),
        (Alert.WEEKLY, [MONDAY, NEXT_MONDAY], 2),
        (Alert.OFF, [MONDAY, NEXT_MONDAY], 0),
    ],
)
async def test_there_is_one_message_a_period(mornings, saved, heard, alert, days, messages):
    await saved(alert=alert)
    for day in days:
        await heard()
        await mornings.on(day)
    assert len(await mornings.told()) == messages


async def test_what_came_in_between_is_told_in_the_next_period(mornings, saved, heard, monkeypatch):
    monkeypatch.setattr(alerts, "BATCH", 2)
    await saved(alert=Alert.WEEKLY)
    await heard(5)
    await mornings.on(MONDAY)
    await heard(3)
    await mornings.on(TUESDAY)
    await heard(4)
    await mornings.on(NEXT_MONDAY)
    assert await mornings.told() == ["Poor: 5 new responses", "Poor: 7 new responses"]


async def test_nothing_new_is_no_message(mornings, session, saved, heard):
    await saved(filters={"rating": "poor"})
    await heard(1, fft_answer="good")
    assert await mornings.on(MONDAY) == 0
    assert await mornings.told() == []
    place = (await session.scalars(select(SearchPlace))).one()
    assert (place.told_on, place.seq) == (
        date(2026, 4, 13),
        await session.scalar(text("SELECT max(seq) FROM change_log WHERE entity LIKE '%response'")),
    )


async def test_a_response_is_new_once_however_often_it_changes(mornings, session, saved, heard):
    await saved()
    await heard(1, source_review_id="same")
    await mornings.on(MONDAY)
    told_again = review(location_code="CITY", source_review_id="same", version=2)
    await received(session, event("review.updated", **told_again))
    assert await mornings.on(TUESDAY) == 0


async def test_a_key_of_some_teams_is_told_of_those(mornings, given, places, saved, heard):
    ward = await given.key(b"ward", scopes=SCOPES, teams=[places["WARD"].id])
    await saved(ward)
    await heard(7, "CITY")
    await heard(5, "WARD")
    await mornings.on(MONDAY)
    assert await mornings.told() == ["Poor: 5 new responses"]


TAKEN = {
    "the key is revoked": "UPDATE api_key SET revoked_at = '2026-04-01T00:00Z'",
    "the key has expired": "UPDATE api_key SET expires_at = '2026-04-01T00:00Z'",
    "the user is inactive": "UPDATE app_user SET active = false",
    "a role lost small numbers": "UPDATE role SET scopes = '{feedback:read}'",
    "a role lost reading": "UPDATE role SET scopes = '{feedback:read:small_numbers}'",
    "the key is cut": "UPDATE api_key SET scopes = '{feedback:read}'",
    "there is no key": "UPDATE feedback_search SET key_id = NULL",
    "filters are not understood": """UPDATE feedback_search SET filters = '{"colour": "red"}'""",
    "words may not be read": "UPDATE role SET scopes ="
    " '{feedback:read,feedback:read:small_numbers}'",
}


@pytest.mark.parametrize("statement", TAKEN.values(), ids=TAKEN)
async def test_nobody_is_told_of_what_they_may_no_longer_read(
    mornings, session, saved, heard, statement
):
    search = await saved(filters={"search": "kind"})
    await heard(5, comment_good="Kind")
    key, filters = search.key_id, search.filters
    await session.execute(text("UPDATE api_key SET created_at = '2026-03-01T00:00Z'"))
    await session.execute(text(statement))
    await session.commit()
    assert await mornings.on(MONDAY) == 0
    assert await mornings.told() == []
    # Once they may again, nothing has been missed.
    await session.execute(
        text("UPDATE api_key SET revoked_at = NULL, expires_at = NULL, scopes = NULL")
    )
    await session.execute(text("UPDATE app_user SET active = true"))
    await session.execute(text("UPDATE role SET scopes = :scopes"), {"scopes": SCOPES})
    await session.refresh(search)
    search.key_id, search.filters = key, filters
    await session.commit()
    assert await mornings.on(TUESDAY) == 1
    assert await mornings.told() == ["Poor: 5 new responses"]


async def test_words_are_not_needed_where_none_are_searched_for(mornings, given, saved, heard):
    await saved(await given.key(b"few", scopes=SCOPES[:2]), filters={"has_comment": True})
    await heard(5, comment_good="Kind")
    await mornings.on(MONDAY)
    assert await mornings.told() == ["Poor: 5 new responses"]


async def test_one_search_that_fails_keeps_no_other_waiting(
    mornings, given, saved, heard, monkeypatch
):
    searches_ = [await saved(await given.key(b"%d" % n, scopes=SCOPES)) for n in range(2)]
    await heard(5)
    alert = alerts.alert

    async def broken(session, id_, day):
        if id_ == min(each.id for each in searches_):
            raise RuntimeError("jo@example.org")
        return await alert(session, id_, day)

    monkeypatch.setattr(alerts, "alert", broken)
    with structlog.testing.capture_logs() as logs:
        assert await mornings.on(MONDAY) == 1
    (line,) = [each for each in logs if each["event"] == "alert failed"]
    assert line["error"] == "RuntimeError"
    assert "jo@" not in str(line)


async def test_a_search_that_is_gone_or_done_is_left(session, sessions, saved, heard):
    search = await saved()
    await heard()
    async with sessions.begin() as other:
        assert await alerts.alert(other, search.id, date(2026, 4, 13)) is True
        assert await alerts.alert(other, search.id, date(2026, 4, 13)) is False
    await session.delete(search)
    await session.commit()
    async with sessions.begin() as other:
        assert await alerts.alert(other, search.id, date(2026, 4, 14)) is False


@pytest.mark.parametrize(
    ("alert", "days", "periods"),
    [(Alert.DAILY, 14, 14), (Alert.WEEKLY, 14, 2)],
)
def test_periods_are_days_and_weeks_from_monday(alert, days, periods):
    firsts = [begins(date(2026, 4, 13 + n))[alert] for n in range(days)]
    assert len(set(firsts)) == periods
    assert all(later >= earlier for earlier, later in pairwise(firsts))
    assert firsts[0] == date(2026, 4, 13)


def test_alerts_go_out_every_morning():
    assert queue.SCHEDULES["alert_searches"] == ("53 5 * * *", searches.handle)


async def test_what_is_not_screened_yet_is_told_once_it_is(saved, session, mornings):
    await saved(filters={"search": "kind"})
    told = review(comment_good="kind", location_code="CITY", submitted_at="2020-01-05T10:00:00Z")
    await drained(session, event(**told))
    await changes.sequence(session)
    await session.commit()
    assert await mornings.on(MONDAY) == 0
    await follow(session)
    assert await mornings.on(TUESDAY) == 1
