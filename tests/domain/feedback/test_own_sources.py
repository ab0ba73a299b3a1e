"""Responses that the trust collects itself, and what the months are told by."""

import pytest
from sqlalchemy import text

from app.domain.feedback.models import FeedbackResponse
from tests.factories import Given, drained, event, review

MONTH = text(
    "SELECT dimension, value, very_good FROM feedback_monthly"
    " WHERE dimension = ANY(:dimensions) AND very_good + good + poor + unanswered <> 0"
    " ORDER BY 1, 2"
)
RECOUNT = text("SELECT feedback_recount('2026-03-01', '2026-03-31')")
NEW = ["mode", "language", "involved", "theme"]


async def months(session) -> list[tuple]:
    return [tuple(row) for row in await session.execute(MONTH, {"dimensions": NEW})]


@pytest.fixture
async def team(session):
    return await Given(session).team(code="CMHT-CITY", iwgc=["OXH"])


@pytest.mark.parametrize("source", ["survey", "meeting"])
async def test_an_own_source_names_a_team_by_its_own_code(session, team, source):
    survey = await session.scalar(text("SELECT id FROM survey_version LIMIT 1"))
    told = review(
        location_code="CMHT-CITY",
        survey_version_id=str(survey),
        answers={"food": "good"},
        involved="no",
        contact_wanted=True,
    )
    await drained(session, event(**told), source=source)
    (found,) = await session.scalars(text("SELECT id FROM feedback_response"))
    response = await session.get_one(FeedbackResponse, found)
    assert (response.team_id, response.survey_version_id) == (team.id, survey)
    assert (response.answers, response.involved) == ({"food": "good"}, "no")
    assert response.contact_wanted is True


async def test_a_feed_cannot_tell_what_only_our_own_surveys_ask(session, team):
    told = review(location_code="OXH", involved="no", answers={"a": 1}, contact_wanted=True)
    await drained(session, event(**told))
    row = (
        await session.execute(
            text("SELECT involved, answers, contact_wanted FROM feedback_response")
        )
    ).one()
    assert tuple(row) == (None, None, None)


async def test_a_teams_own_code_is_no_code_of_a_feed(session, team):
    await drained(session, event(**review(location_code="CMHT-CITY")))
    assert await session.scalar(text("SELECT status FROM inbox_event")) == "waiting"


async def test_months_are_told_by_mode_language_involvement_and_theme(session, team):
    own = review(location_code="CMHT-CITY", involved="no", language="PL", channel="kiosk")
    plain = review(location_code="CMHT-CITY", collection_point="after_discharge", channel="sms")
    await drained(session, event(**own), event(**plain), source="survey")
    counted = [
        ("involved", "no", 1),
        ("language", "pl", 1),
        ("mode", "kiosk:not_recorded", 1),
        ("mode", "sms:after_discharge", 1),
    ]
    assert await months(session) == counted
    await session.execute(
        text("UPDATE feedback_response SET themes = '{parking,discharge}' WHERE involved = 'no'")
    )
    themed = [("theme", "discharge", 1), ("theme", "parking", 1)]
    assert await months(session) == counted + themed
    await session.execute(RECOUNT)
    assert await months(session) == counted + themed
    await session.execute(text("UPDATE feedback_response SET themes = '{parking}'"))
    assert await months(session) == [*counted, ("theme", "parking", 2)]
    await session.execute(text("DELETE FROM feedback_response"))
    assert await months(session) == []
