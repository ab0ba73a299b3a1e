"""What stands against publishing a survey, and what answers any form takes."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import InvalidError
from app.domain.feedback.events import OwnReviewChanged
from app.domain.feedback.submissions import receipts
from app.domain.feedback.submissions.answers import Form
from app.domain.feedback.surveys import content as contents
from app.domain.feedback.surveys.checking import faults
from app.domain.feedback.surveys.content import Audience
from app.domain.feedback.surveys.rendering import Asked, choose, render
from tests.api.feedback.forms import content, worded

FFT = {"key": "experience", "kind": "fft"}
TEXT = {"key": "why", "kind": "text", "role": "good", "wording": worded()}
OTHER = TEXT | {"key": "other", "role": "other"}
YES_NO = [{"code": code, "wording": worded(code)} for code in ("yes", "no")]
CHOICE = {"key": "again", "kind": "choice", "wording": worded(), "options": YES_NO}
EASY = {"language": "en", "easy_read": True}
POLISH = [{"language": "en"}, {"language": "pl"}]
EASY_POLISH = {"standard": {"text": "b", "easy_read": "b"}}
BOTH = {"en": {"standard": {"text": "a"}}, "pl": {"standard": {"text": "b"}}}


def of(*questions: dict[str, Any], **told: Any) -> dict[str, Any]:
    """A content of just these questions."""
    return content() | {"questions": list(questions)} | told


def tick(kind: str, key: str) -> dict[str, Any]:
    return {"key": key, "kind": kind, "wording": worded()}


# a content, and the codes of what is amiss
AMISS = {
    "nothing": (content(), []),
    "no national question": (of(TEXT), ["one_fft"]),
    "two national questions": (of(FFT, FFT | {"key": "b"}, TEXT), ["one_fft"]),
    "no text after it": (of(TEXT, FFT), ["text_after_fft"]),
    "a text only some see": (
        of(FFT, TEXT | {"shown_if": {"key": "experience", "codes": ["poor"]}}),
        ["text_after_fft"],
    ),
    "another wording of it": (of(FFT | {"wording": worded()}, TEXT), ["fixed_wording"]),
    "another label of it": (
        of(FFT | {"labels": {"en": {"good": {"text": "Fine"}}}}, TEXT),
        ["fixed_wording"],
    ),
    "its lead-in": (of(FFT | {"lead_in": worded()}, TEXT), []),
    "a condition on it": (
        of(CHOICE, FFT | {"shown_if": {"key": "again", "codes": ["yes"]}}, TEXT),
        ["fft_hidden"],
    ),
    "a picture of no option": (of(FFT | {"pictures": {"great": "x"}}, TEXT), ["unknown_code"]),
    "K2 as it is": (content({"key": "k2", "kind": "involved"}), []),
    "K2 in other words": (
        content({"key": "k2", "kind": "involved", "wording": worded()}),
        ["fixed_wording"],
    ),
    "a key twice": (of(FFT, TEXT, OTHER | {"key": "why"}), ["twice"]),
    "a role twice": (of(FFT, TEXT, TEXT | {"key": "b"}), ["twice"]),
    "a text named as a comment": (of(FFT, TEXT, OTHER | {"key": "better"}), ["taken"]),
    "other texts": (of(FFT, TEXT, OTHER, OTHER | {"key": "b"}), []),
    "a tick twice": (
        content(tick("consent_public", "a"), tick("consent_public", "b")),
        ["twice"],
    ),
    "a characteristic twice": (
        content(*(tick("demographic", key) | {"field": "gender"} for key in "ab")),
        ["twice"],
    ),
    "an option twice": (content(CHOICE | {"options": YES_NO * 2}), ["twice"]),
    "a language without options": (
        content(tick("demographic", "a") | {"field": "language"}),
        ["options"],
    ),
    "a gender with options": (
        content(tick("demographic", "a") | {"field": "gender", "options": YES_NO}),
        ["options"],
    ),
    "a condition on what comes later": (
        of(FFT, TEXT | {"shown_if": {"key": "again", "codes": ["yes"]}}, OTHER, CHOICE),
        ["not_earlier"],
    ),
    "a condition on no option": (
        content(CHOICE, OTHER | {"shown_if": {"key": "again", "codes": ["perhaps"]}}),
        ["not_earlier"],
    ),
    "a condition on fixed options": (
        content(OTHER | {"shown_if": {"key": "experience", "codes": ["poor"]}}),
        [],
    ),
    "no easy read": (content(variants=[EASY]), ["incomplete"] * 2),
    "a form twice": (content(variants=[{"language": "en"}] * 2), ["twice"]),
    "no standard form": (
        content(variants=[{"language": "en"}, {"language": "pl", "audience": "carer"}]),
        ["no_standard", "incomplete", "incomplete", "nothing_own", "incomplete", "incomplete"],
    ),
    "a carer's form first": (
        content(
            variants=[{"language": "en", "audience": "carer"}, {"language": "en"}],
            title={"en": {"carer": {"text": "a"}, "standard": {"text": "b"}}},
        ),
        ["no_standard"],
    ),
    "a form with nothing of its own": (
        content(variants=[{"language": "en"}, {"language": "en", "audience": "child"}]),
        ["nothing_own"],
    ),
    "another language, half": (
        content(variants=POLISH, title=BOTH),
        ["incomplete", "incomplete", "incomplete"],
    ),
    "another language without easy read of labels": (
        of(
            FFT | {"wording": {"pl": EASY_POLISH}},
            TEXT
            | {"wording": {"en": BOTH["en"], "pl": {"standard": {"text": "b", "easy_read": "b"}}}},
            variants=[{"language": "en"}, {"language": "pl", "easy_read": True}],
            title={"en": BOTH["en"], "pl": EASY_POLISH},
        ),
        ["incomplete"],
    ),
    "an introduction in one language": (
        content(variants=[EASY], title=worded("a", "b"), introduction=worded()),
        ["incomplete"] * 2,
    ),
}


@pytest.mark.parametrize(("told", "codes"), AMISS.values(), ids=AMISS)
def test_what_is_amiss_is_named(told, codes):
    found = faults(contents.read(told))
    assert [each["code"] for each in found] == codes, found
    assert all(each["pointer"].startswith("#/content/") for each in found)


def form(*questions: dict[str, Any]) -> Form:
    return Form(UUID(int=1), UUID(int=2), contents.read(content(*questions)))


RATING = {"key": "listened", "kind": "rating", "wording": worded()}
CHOICES = CHOICE | {"key": "liked", "kind": "choices", "most": 1}
LANGUAGE = tick("demographic", "speak") | {
    "field": "language",
    "options": [{"code": "cy", "wording": worded()}],
}
CARER = tick("demographic", "carer") | {"field": "carer"}
WHOLE = form(RATING, CHOICE, CHOICES, OTHER, LANGUAGE, CARER)
SHOWN_IF = {"key": "again", "codes": ["no"]}


def test_each_answer_has_its_place():
    answers = {
        "experience": "good",
        "listened": 5,
        "again": "yes",
        "liked": ["no"],
        "other": "Words.",
        "speak": "cy",
        "carer": True,
    }
    assert WHOLE.take(answers, Audience.STANDARD) == {
        "survey_version_id": str(UUID(int=1)),
        "fft_answer": "good",
        "item_ratings": [{"item": "listened", "stars": 5}],
        "answers": {"again": "yes", "liked": ["no"]},
        "texts": {"other": "Words."},
        "language": "cy",
        "demographics": {"carer": True},
    }


@pytest.mark.parametrize("stars", [0, 6, 4.0, True, "5"])
def test_stars_are_whole_from_1_to_5(stars):
    with pytest.raises(InvalidError) as refused:
        WHOLE.take({"experience": "good", "listened": stars}, Audience.STANDARD)
    assert refused.value.extra["errors"][0]["code"] == "stars"


def test_no_more_options_than_the_most():
    with pytest.raises(InvalidError) as refused:
        WHOLE.take({"experience": "good", "liked": ["yes", "no"]}, Audience.STANDARD)
    assert refused.value.extra["errors"][0]["code"] == "too_many"


# answers, and the code of what is wrong
CONDITIONAL = {
    "shown and answered": ({"again": "no", "b": "x"}, None),
    "shown and left out": ({"again": "no"}, "missing"),
    "not shown and left out": ({"again": "yes"}, None),
    "not shown and answered": ({"again": "yes", "b": "x"}, "not_asked"),
    "nothing chosen and answered": ({"b": "x"}, "not_asked"),
}


@pytest.mark.parametrize(("answers", "wrong"), CONDITIONAL.values(), ids=CONDITIONAL)
@pytest.mark.parametrize("several", [False, True])
def test_a_question_is_answered_where_it_is_asked(answers, wrong, several):
    asked = CHOICE | ({"kind": "choices"} if several else {})
    asking = form(asked, OTHER | {"key": "b", "shown_if": SHOWN_IF, "required": True})
    given_ = {"experience": "good"} | answers
    if several and "again" in given_:
        given_["again"] = [given_["again"]]
    if wrong is None:
        assert asking.take(given_, Audience.STANDARD)["fft_answer"] == "good"
        return
    with pytest.raises(InvalidError) as refused:
        asking.take(given_, Audience.STANDARD)
    assert [each["code"] for each in refused.value.extra["errors"]] == [wrong]


KEYS = ["experience", "why", "listened", "again", "liked", "other", "speak", "carer", "x"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text("ab \u202e👍", max_size=5)
    | st.sampled_from(["good", "yes", "no", "cy"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_any_answers_are_taken_or_refused_and_what_is_taken_can_be_read(answers):
    try:
        found = WHOLE.take(answers, Audience.STANDARD)
    except InvalidError:
        return
    start = {"source_review_id": "a", "version": 1, "location_code": "T"}
    data = start | {"submitted_at": "2026-03-01T12:00:00Z"} | found
    read = OwnReviewChanged.model_validate({"type": "review.created", "data": data}).data
    assert read.fft_answer == answers["experience"]


def test_a_draft_can_be_looked_at_before_it_is_whole():
    asked = contents.read(content(CHOICE | {"wording": {}}, variants=POLISH))
    shown = render(asked, choose(asked.variants, Asked(("pl",))))
    assert [q["text"] for q in shown["questions"]] == ["experience", "why", "again"]
    assert [o["label"] for o in shown["questions"][2]["options"]] == ["yes", "no"]
    assert (shown["title"], shown["thanks"]) == (None, None)


def test_where_no_standard_form_is_spoken_another_of_the_language_is_shown():
    asked = contents.read(content(variants=[{"language": "en", "audience": "carer"}]))
    assert choose(asked.variants, Asked()).audience is Audience.CARER


@given(st.integers(1, 40))
def test_a_code_is_read_as_it_was_made(length):
    made = receipts.make(length)
    typed = receipts.grouped(made).lower().replace("0", "o").replace("1", "l")
    assert receipts.read(typed, length) == made
    assert receipts.read(made + "0", length) is None


@pytest.mark.parametrize("typed", ["", "U" * 8, "Ä" * 8, "\u0130" * 8, "1234567"])
def test_what_is_no_code_is_none(typed):
    assert receipts.read(typed, 8) is None


def test_a_token_is_compared_with_its_hash():
    assert receipts.same("a", receipts.hashed("a"))
    assert not receipts.same("b", receipts.hashed("a"))
    assert not receipts.same(None, receipts.hashed("a"))
    assert not receipts.same("a", None)
