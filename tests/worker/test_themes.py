"""What the worker proposes, and that it does next to nothing without a model."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from app.core import changes, jobs
from app.core.ids import uuid7
from app.domain.feedback.policy import service as policy
from app.domain.feedback.themes import proposing, queries, recording, service
from app.domain.feedback.themes.coding import fingerprint
from app.domain.feedback.themes.errors import ModelNotFoundError
from app.domain.feedback.themes.models import ThemeCoding
from app.domain.feedback.themes.recording import Judgement
from app.worker import queue, subscribers
from app.worker.subscribers import SUBSCRIBERS
from app.worker.topics import themes
from tests.domain.feedback.themes.examples import trained
from tests.factories import drained, event, review


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """No model of another test is known to the process."""
    monkeypatch.setattr(themes, "_MODELS", proposing.Models())


@pytest.fixture
async def team(given):
    return await given.team(iwgc=["A"], code="A")


@pytest.fixture
async def active(session, team, model):
    await service.activate(session, model.id, owner_id=model.id)
    await session.commit()
    return model


async def follow(session, sessions) -> None:
    await session.commit()
    while await changes.sequence(session):
        pass
    await session.commit()
    while await subscribers.step("themes", SUBSCRIBERS["themes"], sessions):
        pass
    session.expire_all()


def told(**values) -> bytes:
    start = {
        "location_code": "A",
        "comment_good": "The nurse was kind and gentle",
        "comment_better": "The car park was full",
    }
    return event(**review(**start | values))


async def stands(session) -> list[tuple]:
    """The codings that stand: part, by whom, themes."""
    c = ThemeCoding
    rows = await session.execute(
        select(c.part, c.coded_by, c.themes).where(~c.superseded).order_by(c.part)
    )
    return [tuple(row) for row in rows]


async def counted(session) -> tuple:
    row = await session.execute(text("SELECT themes, coded_by FROM feedback_response"))
    return tuple(row.one())


PROPOSED = [("better", "model", ["parking"]), ("good", "model", ["staff_manner_attributes"])]


async def test_what_comes_in_is_coded_by_the_active_model(session, sessions, active):
    await drained(session, told())
    await follow(session, sessions)
    assert await stands(session) == PROPOSED
    assert await counted(session) == (["staff_manner_attributes", "parking"], "model")
    coding = (await session.scalars(select(ThemeCoding))).first()
    assert coding.model_id == await session.scalar(text("SELECT id FROM theme_model"))
    assert 0.5 <= coding.confidence <= 1
    assert coding.confidences == [pytest.approx(coding.confidence, abs=1e-4)]
    rows = text("SELECT value, very_good FROM feedback_monthly WHERE dimension = 'theme'")
    assert {tuple(row) for row in await session.execute(rows)} == {
        ("parking", 1),
        ("staff_manner_attributes", 1),
    }


async def test_without_a_model_nothing_is_proposed(session, sessions, team, model):
    await drained(session, told())
    await follow(session, sessions)
    assert await stands(session) == []
    assert await counted(session) == (None, None)


async def test_its_own_changes_are_no_work(session, sessions, active):
    await drained(session, told())
    await follow(session, sessions)
    await follow(session, sessions)
    assert await session.scalar(text("SELECT count(*) FROM theme_coding")) == 2


async def test_changed_words_are_coded_anew_and_a_persons_coding_is_kept(session, sessions, active):
    await drained(session, told(source_review_id="r", version=1))
    await follow(session, sessions)
    response_id = await session.scalar(text("SELECT id FROM feedback_response"))
    good = fingerprint("The nurse was kind and gentle")
    person = Judgement(response_id, "good", good, ["feeling_safe"], None, actor_id=uuid7())
    await recording.record(session, [person])
    await drained(
        session,
        told(
            source_review_id="r",
            version=2,
            comment_good="The doctor was kind",
            comment_better="The food was cold",
        ),
    )
    await follow(session, sessions)
    assert await stands(session) == [
        ("better", "model", ["food_drink"]),
        ("good", "person", ["feeling_safe"]),
    ]
    assert await counted(session) == (["feeling_safe", "food_drink"], "model")


async def test_words_that_are_gone_count_no_more(session, sessions, active):
    await drained(session, told(source_review_id="r", version=1))
    await follow(session, sessions)
    await drained(session, told(source_review_id="r", version=2, comment_better=None))
    await follow(session, sessions)
    assert await counted(session) == (["staff_manner_attributes"], "model")
    await service.deactivate(session)
    await drained(
        session, told(source_review_id="r", version=3, comment_good=None, comment_better=None)
    )
    await follow(session, sessions)
    assert await counted(session) == (None, None)


async def test_a_response_that_was_removed_takes_its_codings_along(session, sessions, active):
    await drained(session, told(source_review_id="r", version=1))
    await follow(session, sessions)
    await drained(session, event("review.removed", source_review_id="r", version=2))
    await follow(session, sessions)
    assert await session.scalar(text("SELECT count(*) FROM theme_coding")) == 0


async def test_nothing_is_proposed_below_the_policys_confidence(session, sessions, active):
    decided = await policy.current(session)
    await policy.change(session, decided, {"propose_above": 1})
    await drained(session, told())
    await follow(session, sessions)
    assert await stands(session) == [("better", "model", []), ("good", "model", [])]
    assert await counted(session) == (None, None)
    confidence = text("SELECT min(confidence) FROM theme_coding")
    assert 0 < await session.scalar(confidence) < 1


async def test_words_that_change_while_the_model_works_are_left_to_their_own_change(
    session, sessions, active, monkeypatch
):
    await drained(session, told(source_review_id="r", version=1))
    later = told(source_review_id="r", version=2, comment_good="The food was cold")

    async def meanwhile(propose, comments):
        await drained(session, later)
        return propose(comments)

    monkeypatch.setattr(proposing.asyncio, "to_thread", meanwhile)
    loaded = service.classifier.load(
        (await session.execute(text("SELECT bytes FROM theme_model_file"))).scalar_one(),
        active.sha256,
    )
    ids = (await session.scalars(text("SELECT id FROM feedback_response"))).all()
    assert await proposing.propose(session, ids, active, loaded) == 1
    assert await stands(session) == [("better", "model", ["parking"])]


async def test_a_model_that_cannot_be_used_is_told_once_and_the_worker_goes_on(
    session, sessions, active
):
    await session.execute(text("UPDATE theme_model_file SET bytes = 'damaged'"))
    with capture_logs() as logs:
        for _ in range(2):
            await drained(session, told())
            await follow(session, sessions)
    (line,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert line["event"] == "theme model not loaded; nothing is proposed"
    assert (line["problem"], line["reason"]) == ("theme-model-unusable", "hash")
    assert await stands(session) == []


async def recoded(session, sessions) -> dict:
    job_id = await session.scalar(text("SELECT id FROM job ORDER BY id DESC LIMIT 1"))
    await queue.LONG[service.RECODE](job_id, sessions)
    session.expire_all()
    job = await session.get_one(jobs.Job, job_id)
    assert job.status == "done"
    return job.result


async def test_activating_a_model_codes_all_that_is_uncoded(
    session,
    sessions,
    team,
    model,
    monkeypatch,
):
    monkeypatch.setattr(themes, "BATCH", 2)
    model_id = model.id
    for _ in range(4):
        await drained(session, told())
    await drained(session, told(comment_good=None, comment_better=None))
    await service.activate(session, model_id, owner_id=model_id)
    await session.commit()
    assert await recoded(session, sessions) == {"looked_at": 4, "coded": 4, "model": True}
    assert await session.scalar(text("SELECT count(*) FROM theme_coding")) == 8
    await service.activate(session, model_id, owner_id=model_id)
    await session.commit()
    assert await recoded(session, sessions) == {"looked_at": 0, "coded": 0, "model": True}
    await service.deactivate(session)
    await session.commit()
    assert await recoded(session, sessions) == {"looked_at": 0, "coded": 0, "model": False}


async def test_another_model_takes_the_place_of_the_one_before(session, sessions, active):
    assert await themes._MODELS.active(session) is not None
    second = await service.store(session, trained(), trained_on="again", trained_by="a test")
    await service.activate(session, second.id, owner_id=second.id)
    await session.commit()
    found = await themes._MODELS.active(session)
    assert found is not None
    assert found[0].id == second.id
    assert [each.active for each in await queries.models(session)] == [True, False]


async def test_a_model_that_is_not_there_is_not_activated(session):
    with pytest.raises(ModelNotFoundError):
        await service.activate(session, uuid4(), owner_id=uuid4())
