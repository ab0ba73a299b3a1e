"""The layout of Care Opinion, as a table of what of an opinion is what of a response."""

from datetime import date

import pytest

from app.core.ids import uuid7
from app.domain.feedback.feeds.care_opinion import identify, review
from app.domain.feedback.reading import Read, Unreadable, read
from tests.clients.care_opinion import APOLOGY, opinion
from tests.factories import json


def whole(**values):
    return {"opinion": opinion(7, **values), "tags": [], "healthservices": [], "ratings": []}


def told(**values):
    """What is told of an opinion, with these parts at its links."""
    parts = {
        name: values.pop(name) for name in ("tags", "healthservices", "ratings") if name in values
    }
    body = {"type": "review.created", "version": 3, "data": whole(**values) | parts}
    return read(uuid7(), "care_opinion", json.dumps(body).encode(), date(2026, 6, 1))


@pytest.mark.parametrize(
    ("values", "field", "expected"),
    [
        ({"authorRole": "the patient"}, "respondent_type", "patient"),
        ({"authorRole": "a parent/guardian"}, "respondent_type", "parent"),
        ({"authorRole": "a carer"}, "respondent_type", "carer"),
        ({"authorRole": "a relative"}, "respondent_type", "carer"),
        (
            {"authorRole": "a staff member posting for a patient/service user"},
            "respondent_type",
            "staff_assisted",
        ),
        ({"authorRole": "a volunteer"}, "respondent_type", None),
        ({"authorRole": None}, "respondent_type", None),
        ({"criticality": None}, "comment_better", None),
        ({"criticality": "not critical"}, "comment_better", None),
        ({"criticality": "Severely critical"}, "comment_good", None),
        ({"dateOfPublication": None}, "publication_status", "pending"),
        ({"dateOfPublication": None}, "consent_public", None),
        ({}, "publication_status", "published"),
        ({}, "consent_public", True),
        ({}, "channel", "online"),
        ({}, "fft_answer", None),
        ({}, "version", 3),
        ({}, "source_review_id", "7"),
        ({}, "location_code", "no-service"),
        (
            {"healthservices": [{"name": "no code"}, {"nacs": "A"}, {"nacs": "B"}]},
            "location_code",
            "A",
        ),
        ({"healthservices": None}, "location_code", "no-service"),
        (
            {"tags": APOLOGY},
            "answers",
            {"criticality": "mildly critical", "progress": "response", "tags": []},
        ),
    ],
)
def test_what_an_opinion_says_is_said_as_a_review(values, field, expected):
    found = told(**values)
    assert isinstance(found, Read)
    assert getattr(found.review, field) == expected


def test_title_and_story_are_one_comment():
    found = told(criticality="not critical")
    assert found.review.comment_good == "Kept waiting\n\nThe nurse was kind. I waited six weeks."
    assert told().review.comment_better.startswith("Kept waiting")
    assert told(title=None, criticality=None).review.comment_good.startswith("The nurse")


@pytest.mark.parametrize(
    ("ages", "band"),
    [
        ("35-44", "35-44"),
        ("16 to 24", "16-24"),
        ("75+", "75+"),
        ("85 and over", "85+"),
        ("unknown", None),
        (None, None),
    ],
)
def test_ages_are_bands(ages, band):
    assert told(authorAgeGroup=ages).review.demographics.age_band == band


@pytest.mark.parametrize(
    ("score", "stars"),
    [
        (4, 4),
        (4.0, 4),
        (1, 1),
        (0, None),
        (6, None),
        (3.5, None),
        (None, None),
        (True, None),
        ("4", None),
    ],
)
def test_only_whole_stars_are_stars(score, stars):
    rated = [{"ratings": [{"questionText": " Involved ", "score": score}, {"score": 5}]}, "odd"]
    found = told(ratings=rated).review.item_ratings
    assert [(each.item, each.stars) for each in found or []] == (
        [("Involved", stars)] if stars else []
    )


def test_a_question_is_rated_once_though_for_several_services():
    rated = [{"ratings": [{"questionText": "Involved", "score": s}]} for s in (5, 1)]
    assert [each.stars for each in told(ratings=rated).review.item_ratings] == [5]


def test_the_day_is_the_day_of_submission_and_no_hour_is_kept():
    found = told()
    assert found.day == date(2026, 3, 1)
    assert "10:11" not in str(review(whole())["submitted_at"])


@pytest.mark.parametrize(
    "body",
    [
        {"type": "review.created", "version": 1},
        {"type": "review.created", "version": 1, "data": "text"},
        {"type": "review.created", "version": 1, "data": {"opinion": {}}},
        {"type": "review.created", "data": whole()},
        {"type": "review.created", "version": 1, "data": whole(dateOfSubmission=None)},
    ],
)
def test_what_is_not_as_the_layout_says_is_unreadable(body):
    assert isinstance(
        read(uuid7(), "care_opinion", json.dumps(body).encode(), date(2026, 6, 1)), Unreadable
    )


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (opinion(7), ("7", date(2026, 3, 1))),
        (opinion("abc"), ("abc", date(2026, 3, 1))),
        (APOLOGY, None),
        (None, None),
        ({}, None),
        (opinion(7, dateOfSubmission="yesterday"), None),
        (opinion(7, dateOfSubmission=None), None),
        (opinion(None), None),
    ],
)
def test_an_apology_is_no_opinion(entry, expected):
    assert identify(entry) == expected
