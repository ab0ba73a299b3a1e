"""What becomes of texts as responses come, change and go."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.core.actor import Actor
from app.domain.feedback import texts
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.moderation import queries, screened, service
from app.domain.feedback.moderation.models import Moderation, ModerationDecision, Reason
from app.domain.feedback.moderation.service import Redaction
from app.domain.feedback.policy import service as policy
from tests.factories import drained, event
from tests.moderating import changed, follow, moderations, only, told

BY = Actor(id=uuid4(), name="Jo", scopes=frozenset())


@pytest.fixture(autouse=True)
async def city(given):
    return await given.team(iwgc=["CITY"], code="CITY")


async def public(session) -> list[str]:
    return [row.text for row in await session.execute(queries.public_comments())]


async def test_unmarked_published_texts_are_released_by_rule(session):
    await told(session, "All was well")
    found = await only(session)
    assert (found.status, found.decided_by, found.kinds, found.proposed) == (
        "released",
        None,
        [],
        None,
    )
    assert await public(session) == ["All was well"]


async def test_marked_texts_are_held_with_their_marks_and_proposal(session):
    await told(session, "Dr Khan was kind", comment_better="I was restrained, by Dr Khan")
    better, good = sorted(await moderations(session), key=lambda m: m.part)
    assert (good.status, good.kinds, good.proposed) == ("held", ["name"], "Dr [name] was kind")
    assert good.marks == [{"start": 3, "end": 7, "kind": "name", "certainty": "certain"}]
    assert (better.kinds, better.urgent) == (["name", "safeguarding"], True)
    assert await public(session) == []


async def test_the_state_tells_the_day_and_no_instant(session):
    await told(session, "Dr Khan was kind", submitted_at="2026-03-01T18:02:11Z")
    found = await only(session)
    days = {id_.int >> 80 for id_ in (found.id, found.place, (await response(session)).id)}
    assert len(days) == 1


async def response(session) -> FeedbackResponse:
    found = await session.scalars(
        select(FeedbackResponse), execution_options={"populate_existing": True}
    )
    return found.one()


async def test_a_changed_text_is_screened_and_held_again(session):
    data = await told(session, "Dr Khan was kind")
    await service.release(session, await only(session), by=BY)
    assert await public(session) == ["Dr Khan was kind"]
    before = (await only(session)).version
    await changed(session, data, comment_good="I want to kill myself")
    found = await only(session)
    assert (found.status, found.decided_by, found.decided_at) == ("held", None, None)
    assert (found.kinds, found.urgent, found.version) == (["safeguarding"], True, before + 1)
    assert found.place < found.id
    assert await public(session) == []
    decisions = (await session.scalars(select(ModerationDecision.superseded))).all()
    assert decisions == [True]


async def test_a_text_that_changed_is_not_public_before_it_is_screened(session):
    data = await told(session, "All was well")
    data |= {"version": 2, "comment_good": "All was well, said Dr Khan"}
    await drained(session, event("review.updated", **data))
    assert await public(session) == []
    await follow(session)
    assert await public(session) == []


async def test_what_a_person_decided_of_the_same_text_stays(session):
    data = await told(session, "Dr Khan was kind")
    await service.redact(
        session, await only(session), Redaction(Reason.IDENTIFIES_ANOTHER_PERSON), by=BY
    )
    await changed(session, data, publication_status="pending", fft_answer="poor")
    found = await only(session)
    assert (found.status, found.released_text) == ("redacted", "Dr [name] was kind")
    assert await public(session) == ["Dr [name] was kind"]


async def test_what_a_rule_decided_follows_what_the_feed_says(session):
    data = await told(session, "All was well", publication_status="pending")
    assert (await only(session)).status == "held"
    await changed(session, data, publication_status="published")
    assert (await only(session)).status == "released"
    await changed(session, data, consent_public=False)
    found = await only(session)
    assert (found.status, found.reason) == ("withheld", "do_not_publish")


async def test_do_not_publish_holds_whatever_anybody_decided(session):
    data = await told(session, "Dr Khan was kind")
    await service.release(session, await only(session), by=BY)
    await changed(session, data, consent_public=False)
    assert (await only(session)).status == "released"
    assert await public(session) == []


async def test_what_the_source_took_down_is_not_public(session):
    data = await told(session, "Dr Khan was kind")
    await service.release(session, await only(session), by=BY)
    await changed(session, data, publication_status="removed")
    assert await public(session) == []


async def test_a_text_taken_out_loses_its_row_and_another_keeps_it(session):
    data = await told(session, "Dr Khan was kind", comment_better="More tea")
    await changed(session, data, comment_good=None)
    assert (await only(session)).part == "better"
    await changed(session, data, comment_better=None)
    assert await moderations(session) == []


async def test_a_removed_response_loses_its_rows_at_once(session):
    data = await told(session, "Dr Khan was kind")
    await service.release(session, await only(session), by=BY)
    removed = {"source_review_id": data["source_review_id"], "version": 2}
    await drained(session, event("review.removed", **removed))
    assert await moderations(session) == []
    assert (await session.scalars(select(ModerationDecision))).all() == []
    await follow(session)


async def test_texts_of_a_survey_are_screened_and_choices_are_not(session):
    texts, answers = {"why": "Dr Khan was kind"}, {"how": "Dr Khan's bus", "which": ["a"]}
    own = {"texts": texts, "answers": answers, "publication_status": None}
    await told(session, source="survey", **own)
    found = await only(session)
    assert (found.part, found.status) == ("why", "held")
    await service.release(session, found, by=BY)
    assert await public(session) == ["Dr Khan was kind"]


async def test_own_unmarked_texts_are_released_where_the_trust_says_so(session):
    await policy.change(session, await policy.current(session), {"release_unmarked_own": True})
    await told(session, "All was well", source="survey", publication_status=None)
    assert (await only(session)).status == "released"


async def test_screening_again_changes_nothing(session):
    await told(session, "Dr Khan was kind")
    before = (await only(session)).version
    assert await screened.screen_responses(session, {(await response(session)).id}) == 1
    assert (await only(session)).version == before


async def test_rules_of_screening_that_changed_are_noted(session, monkeypatch):
    await told(session, "Dr Khan was kind")
    monkeypatch.setattr(screened, "VERSION", screened.VERSION + 1)
    await screened.screen_responses(session, {(await response(session)).id})
    assert (await only(session)).screening_version == screened.VERSION


async def test_a_response_that_is_gone_meanwhile_is_passed_by(session):
    assert await screened.screen_responses(session, {uuid4()}) == 0


async def test_changes_that_do_not_matter_are_passed_by(session, monkeypatch):
    data = await told(session, "Dr Khan was kind")
    monkeypatch.setattr(screened, "screen_responses", None)
    await changed(session, data, fft_answer="poor")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("status = 'withheld'", "ck_feedback_moderation_reasoned"),
        (
            "status = 'redacted', reason = 'abusive', decided_at = now(), decided_by = id",
            "ck_feedback_moderation_redacted",
        ),
        ("released_text = 'x'", "ck_feedback_moderation_redacted"),
        ("decided_at = now()", "ck_feedback_moderation_decided"),
        ("status = 'escalated'", "ck_feedback_moderation_by_person"),
    ],
)
async def test_the_database_holds_the_rules_too(session, change, constraint):
    await told(session, "Dr Khan was kind")
    with pytest.raises(IntegrityError, match=constraint):
        await session.execute(text(f"UPDATE feedback_moderation SET {change}"))


def test_a_text_has_the_same_name_in_the_database():
    assert "sha256" in str(texts.hashed(Moderation.part))
