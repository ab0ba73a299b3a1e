import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.ids import uuid7
from app.domain.feedback.codes import CodedBy
from app.domain.feedback.parts import parts
from app.domain.feedback.themes import recording
from app.domain.feedback.themes.coding import (
    NOTHING,
    Coding,
    Effect,
    effect,
    fingerprint,
    overall,
)
from app.domain.feedback.themes.framework import CURRENT
from app.domain.feedback.themes.recording import Judgement
from tests.factories import drained, event, review

P, M = CodedBy.PERSON, CodedBy.MODEL


@pytest.mark.parametrize(
    ("sentiments", "expected"),
    [
        ([], None),
        ([3], 3),
        ([1, 5], 3),
        ([2, 4], 3),
        ([1, 3], 1),
        ([3, 4], 4),
        ([1, 2], 1),
        ([4, 5], 5),
        ([2, 3, 3], 2),
    ],
)
def test_sentiments_of_parts_are_joined(sentiments, expected):
    assert overall(sentiments) == expected
    assert overall(reversed(sentiments)) == expected


@pytest.mark.parametrize(
    ("codings", "told", "expected"),
    [
        ([], ["good"], NOTHING),
        ([Coding("good", M, (), None)], ["good"], NOTHING),
        ([Coding("good", P, ("parking",), 4)], [], NOTHING),
        ([Coding("good", M, (), 2)], ["good"], Effect(None, 2, M)),
        (
            [Coding("good", P, ("parking",), None), Coding("better", M, ("feeling_safe",), 4)],
            ["good", "better"],
            Effect(("feeling_safe", "parking"), 4, M),
        ),
        (
            [Coding("good", P, ("parking",), 1), Coding("better", M, (), None)],
            ["good", "better"],
            Effect(("parking",), 1, P),
        ),
        (
            [Coding("good", P, ("parking",), 1), Coding("better", P, ("parking",), 5)],
            ["good", "better"],
            Effect(("parking",), 3, P),
        ),
    ],
)
def test_a_response_counts_as_the_union_of_its_parts(codings, told, expected):
    assert effect(codings, told) == expected


def test_parts_are_texts_with_words_in_them():
    texts = {"more": "Thank you all", "word": "terrible", "nothing": " "}
    told = {"good": "Kind", "more": "Thank you all", "word": "terrible"}
    assert parts("Kind", "  ", texts) == told
    assert parts(None, None, None) == {}


@st.composite
def judgements(draw):
    """Who says what of which of three responses' two parts."""
    return draw(
        st.lists(
            st.tuples(
                st.integers(0, 2),
                st.sampled_from(["good", "better"]),
                st.booleans(),
                st.lists(st.sampled_from(CURRENT.codes), unique=True, max_size=3),
                st.one_of(st.none(), st.integers(1, 5)),
            ),
            max_size=12,
        )
    )


def judged(response_id, told, model_id):
    _, part, person, codes, sentiment = told
    codes = codes or (["parking"] if person else [])
    who = (
        {"actor_id": uuid7()}
        if person
        else {"model_id": model_id, "confidence": 0.5, "confidences": [0.5] * len(codes)}
    )
    return Judgement(response_id, part, fingerprint("Text"), codes, sentiment, **who)


ROLLED = text(
    "SELECT value, very_good, poor FROM feedback_monthly"
    " WHERE dimension = 'theme' AND very_good + poor <> 0 ORDER BY 1"
)
PLAIN = text(
    "SELECT theme, count(*) FILTER (WHERE fft_answer = 'very_good'),"
    " count(*) FILTER (WHERE fft_answer = 'poor')"
    " FROM feedback_response, unnest(themes) theme GROUP BY 1 ORDER BY 1"
)


@pytest.fixture
async def coded(session, given, model):
    """Three responses of one month."""
    await given.team(iwgc=["A"])
    bodies = [
        event(
            **review(
                location_code="A", fft_answer=answer, comment_good="Text", comment_better="Text"
            )
        )
        for answer in ("very_good", "poor", "poor")
    ]
    await drained(session, *bodies)
    ids = (await session.scalars(text("SELECT id FROM feedback_response ORDER BY id"))).all()
    return ids, model


@given(told=judgements())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_what_counts_is_what_a_plain_recount_finds(coded, session, told):
    """Whoever coded what in which order: roll-up, recount and responses say the same."""
    ids, model = coded
    async with session.begin_nested() as savepoint:
        latest = {}
        for each in told:
            one = judged(ids[each[0]], each, model.id)
            await recording.record(session, [one])
            latest[one.response_id, one.part] = Coding(
                one.part, one.by, tuple(one.themes), one.sentiment
            )
        rolled = [tuple(row) for row in await session.execute(ROLLED)]
        assert rolled == [tuple(row) for row in await session.execute(PLAIN)]
        await session.execute(text("SELECT feedback_recount('2026-03-01', '2026-03-31')"))
        assert rolled == [tuple(row) for row in await session.execute(ROLLED)]
        rows = text("SELECT id, themes, sentiment, coded_by FROM feedback_response")
        for id_, themes, sentiment, by in await session.execute(rows):
            mine = [coding for (whose, _), coding in latest.items() if whose == id_]
            found = effect(mine, ["good", "better"])
            assert (themes, sentiment, by) == (
                None if found.themes is None else list(found.themes),
                found.sentiment,
                found.coded_by,
            )
        await savepoint.rollback()


@pytest.mark.parametrize(
    "change",
    [
        "actor_id = gen_random_uuid()",
        "model_id = NULL",
        "confidence = NULL",
        "confidence = 1.5",
        "confidences = '{0.5, 0.6}'",
        "sentiment = 6",
        "part = 'Good!'",
        "coded_by = 'robot'",
    ],
)
async def test_the_database_refuses_codings_that_make_no_sense(coded, session, change):
    ids, model = coded
    one = judged(ids[0], (0, "good", False, ["parking"], 4), model.id)
    await recording.record(session, [one])
    with pytest.raises(Exception, match=r"theme_coding|codedby"):
        await session.execute(text(f"UPDATE theme_coding SET {change}"))


async def test_a_person_says_at_least_one_theme(coded, session):
    ids, _ = coded
    nothing = Judgement(ids[0], "good", b"", [], 4, actor_id=uuid7())
    with pytest.raises(Exception, match="says_something"):
        await recording.record(session, [nothing])
