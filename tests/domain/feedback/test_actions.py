"""What the database itself holds of actions and replies, and what is made of them."""

import asyncio
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given as properties
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker

from app.core.actor import Actor
from app.core.clock import today
from app.core.db import create_engine, flush
from app.core.errors import ConflictError, PreconditionFailedError
from app.domain.feedback.actions import counting, queries, service
from app.domain.feedback.actions.errors import REFUSALS, ActionIncompleteError
from app.domain.feedback.actions.models import FeedbackAction, FeedbackActionVersion
from app.domain.feedback.actions.service import Told
from app.domain.feedback.actions.strategy import MEASURES, STRATEGY_ACTIONS
from app.domain.feedback.models import FeedbackResponse
from app.domain.feedback.replies import service as replies
from app.domain.feedback.replies.errors import REFUSALS as REPLY_REFUSALS
from app.domain.feedback.replies.errors import OwnWorkError, ReplyNotOpenError
from app.domain.feedback.replies.models import FeedbackReply
from app.domain.feedback.replies.service import Elsewhere, NewReply
from tests.factories import Given, drained, event, review

SMALL = "feedback:read:small_numbers"
COMPLETE = {
    "said": "Nobody answers.",
    "said_easy_read": "No one picks up.",
    "did": "Somebody does.",
    "did_easy_read": "Someone picks up.",
    "decision": "done",
    "effective_on": date(2026, 3, 1),
    "measure": "K1",
}


def actor() -> Actor:
    return Actor(id=uuid4(), name="Somebody", scopes=frozenset({SMALL}))


async def begun(session, **values: object) -> FeedbackAction:
    return await service.create(session, Told(itself=COMPLETE | values), by=actor())


async def published(session, **values: object) -> FeedbackAction:
    action = await begun(session, **values)
    await service.publish(session, action, by=actor())
    return action


async def answered(session, **values: object) -> FeedbackResponse:
    await drained(session, event(**review(location_code="A", **values)))
    return (await session.scalars(text("SELECT id FROM feedback_response LIMIT 1"))).one()


def test_the_strategy_has_twenty_seven_actions():
    assert len(STRATEGY_ACTIONS) == 27
    assert {"1.1", "2.6", "3.5", "4.1", "5.4"} <= set(STRATEGY_ACTIONS)
    assert not {"3.6", "5.5", "6.1"} & set(STRATEGY_ACTIONS)
    assert {"K1", "K2", "theme_share", "fft_positive"} <= MEASURES.keys()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("level = 'team'", "level_fits"),
        ("level = 'directorate'", "level_fits"),
        ("decision = 'cannot'", "cannot_says_why"),
        ("effective_on = NULL", "done_has_day"),
        ("decision = 'doing'", "published_is_owned"),
        ("published_number = NULL", "published_has_number"),
        ("counted_from = '2026-03-01'", "counted_from"),
        ("counted_to = '2026-03-01'", "counted_to"),
        ("status = 'withdrawn'", "withdrawn_says_why"),
        ("strategy_actions = '{3.6}'", "of_the_strategy"),
    ],
)
async def test_the_database_refuses_an_action_that_makes_no_sense(session, change, constraint):
    await published(session)
    with pytest.raises(IntegrityError, match=f"ck_feedback_action_{constraint}"):
        await session.execute(text(f"UPDATE feedback_action SET {change}"))


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"did": None}, "complete"),
        ({"measure": None}, "complete"),
        ({"decision": "cannot"}, "complete"),
        ({"effective_on": None}, "done_has_day"),
        ({"level": "team"}, "level_fits"),
        ({"people": -1}, "counted"),
        ({"authors": []}, "approved_by_another"),
        ({"published_by": "the author"}, "approved_by_another"),
        ({"number": 1}, "uq_feedback_action_version_action_id_number"),
    ],
)
async def test_the_database_refuses_a_version_that_breaks_a_rule(session, values, constraint):
    action, author = await published(session), uuid4()
    if "published_by" in values:
        values = {"published_by": author}
    start = COMPLETE | {"level": "trust", "team_ids": [], "themes": [], "co_produced_with": []}
    start |= {"action_id": action.id, "number": 2, "people": 0, "published_on": today()}
    start |= {"published_by": uuid4(), "authors": [author]}
    session.add(FeedbackActionVersion(**start | values))
    with pytest.raises(IntegrityError, match=constraint):
        await session.flush()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"authors": "its publisher"}, OwnWorkError),
        ({"number": 1}, PreconditionFailedError),
        ({"people": -1}, ConflictError),
    ],
)
async def test_what_the_database_refuses_has_a_name(session, change, error):
    action, by = await published(session), uuid4()
    if "authors" in change:
        change = {"authors": [by]}
    start = COMPLETE | {"level": "trust", "team_ids": [], "themes": [], "co_produced_with": []}
    start |= {"action_id": action.id, "number": 2, "people": 0, "published_on": today()}
    session.add(
        FeedbackActionVersion(**start | {"published_by": by, "authors": [uuid4()]} | change)
    )
    with pytest.raises(error):
        await flush(session, REFUSALS)


async def test_an_unowned_action_has_the_database_s_refusal_too(session):
    action = await published(session)
    action.decision = "doing"
    with pytest.raises(ActionIncompleteError):
        await flush(session, REFUSALS)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE feedback_action_version SET said = 'x'", "DELETE FROM feedback_action_version"],
)
async def test_a_published_version_never_changes(session, statement):
    await published(session)
    with pytest.raises(IntegrityError, match="what was published stays"):
        await session.execute(text(statement))


class TestReplies:
    @pytest.fixture
    async def reply(self, session, given) -> FeedbackReply:
        await given.team(iwgc=["A"])
        made = NewReply(text="Thank you.")
        return await replies.create(session, await answered(session), made, by=actor())

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ("text = NULL", "own_has_text"),
            ("url = 'https://a.example/'", "elsewhere_has_url"),
            ("kind = 'elsewhere'", "elsewhere_"),
            ("kind = 'elsewhere', url = 'http://a.example/'", "url_is_https|elsewhere_is_out"),
            ("status = 'approved'", "approved"),
            ("approved_by = authors[1], status = 'approved'", "approved_by_another"),
            ("published_on = '2026-03-01'", "published_has_day"),
            ("withdrawn_on = '2026-03-01'", "withdrawn_says_why"),
        ],
    )
    @pytest.mark.usefixtures("reply")
    async def test_the_database_refuses_one_that_makes_no_sense(self, session, change, constraint):
        with pytest.raises(IntegrityError, match=f"ck_feedback_reply_({constraint})"):
            await session.execute(text(f"UPDATE feedback_reply SET {change}"))

    @pytest.mark.parametrize(
        ("values", "error"),
        [
            ({"approved_by": "the author", "status": "approved"}, OwnWorkError),
            ({"status": "approved"}, ReplyNotOpenError),
        ],
    )
    async def test_what_the_database_refuses_has_a_name(self, session, reply, values, error):
        for name, value in values.items():
            setattr(reply, name, reply.authors[0] if value == "the author" else value)
        with pytest.raises(error):
            await flush(session, REPLY_REFUSALS)

    @pytest.mark.parametrize(
        "change",
        [
            "text = 'x'",
            "status = 'draft', approved_by = NULL, published_on = NULL",
            "authors = '{}'",
        ],
    )
    async def test_what_was_published_never_changes(self, session, reply, change):
        await replies.approve(session, reply, by=actor())
        await replies.publish(session, reply)
        with pytest.raises(IntegrityError, match="what was published stays"):
            await session.execute(text(f"UPDATE feedback_reply SET {change}"))


async def test_telling_back_is_an_action_for_the_team_or_a_reply_to_its_response(
    session, door, teams
):
    one, other = teams
    await published(session, team_ids=[one.id, other.id])
    await published(session)
    gone = await published(session, team_ids=[one.id])
    await service.withdraw(session, gone, "Wrong", by=actor())
    await begun(session, team_ids=[one.id])
    day = today()
    both = {(one.id, day), (other.id, day)}
    assert set(await queries.told_back(door, day, day)) == both
    assert await queries.told_back(door, day + timedelta(1), day + timedelta(9)) == []
    response = await answered(session)
    new = NewReply(elsewhere=Elsewhere("https://a.example/1", date(2026, 3, 2)))
    await replies.create(session, response, new, by=actor())
    await replies.create(session, response, NewReply(text="Not yet"), by=actor())
    march = await queries.told_back(door, date(2026, 3, 1), date(2026, 3, 31))
    assert march == [(one.id, date(2026, 3, 2))]


@properties(
    linked=st.integers(0, 50),
    themes=st.dictionaries(
        st.text("abc", min_size=1), st.lists(st.integers(0, 9), min_size=7, max_size=7)
    ),
)
def test_people_are_never_more_than_one_count_tells(linked, themes):
    counts = {
        "all": {},
        "themes": {name: dict(enumerate(each)) for name, each in themes.items()},
    }
    found = counting.people(FeedbackAction(counts=counts), linked)
    assert found == max([linked, *(sum(each) for each in themes.values())])
    assert counting.people(FeedbackAction(counts=None), linked) == linked


async def test_of_two_who_publish_at_once_one_is_told_to_read_again(scratch_url):
    engine = create_engine(scratch_url, "app", pool=2)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        await Given(session).trust()
        action = await begun(session)
        await session.commit()
    held, go = asyncio.Event(), asyncio.Event()

    async def publish(first: bool) -> int:  # noqa: FBT001  said by its name
        async with sessions.begin() as session:
            if not first:
                await held.wait()
                go.set()
            found = await queries.get(session, action.id, to=actor())
            seen = found.version
            if first:
                held.set()
                await go.wait()
                await asyncio.sleep(0.1)
            if seen == action.version:
                await service.publish(session, found, by=actor())
            return seen

    seen = await asyncio.gather(publish(first=True), publish(first=False))
    async with sessions() as session:
        versions = await session.scalar(text("SELECT count(*) FROM feedback_action_version"))
    await engine.dispose()
    assert seen == [1, 2]
    assert versions == 1


async def test_a_change_of_an_action_tells_its_fields_and_no_value(session):
    action = await published(session)
    logged = await session.execute(
        text("SELECT entity, op, fields FROM change_pending WHERE entity_id = :id ORDER BY id"),
        {"id": action.id},
    )
    assert [tuple(row) for row in logged] == [
        ("feedback_action", "I", []),
        ("feedback_action", "U", ["authors", "published_number", "status"]),
    ]
    assert isinstance(action.id, UUID)
