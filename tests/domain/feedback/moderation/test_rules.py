"""What the trust's rules decide of a text, and where it stands in the queue."""

from datetime import date

import pytest

from app.core.ids import day_uuid7
from app.domain.feedback.codes import ModerationStatus
from app.domain.feedback.moderation import rules
from app.domain.feedback.moderation.models import Reason
from app.domain.feedback.moderation.rules import Releases, Told
from app.domain.feedback.moderation.screening import screen

HELD = (ModerationStatus.HELD, None)
RELEASED = (ModerationStatus.RELEASED, None)
NOT_PUBLISHED = (ModerationStatus.WITHHELD, Reason.DO_NOT_PUBLISH)
BOTH = Releases(published=True, own=True)
PUBLISHED = Releases(published=True, own=False)
OWN = Releases(published=False, own=True)
PLAIN, NAMED, HARM = "All was well", "Dr Khan was kind", "I want to kill myself"


@pytest.mark.parametrize(
    ("text", "of", "releases", "expected"),
    [
        (
            PLAIN,
            ("iwgc", "published", None),
            PUBLISHED,
            RELEASED,
        ),
        (
            PLAIN,
            ("iwgc", "published", True),
            BOTH,
            RELEASED,
        ),
        (
            PLAIN,
            ("iwgc", "published", True),
            OWN,
            HELD,
        ),
        (
            PLAIN,
            ("iwgc", "pending", True),
            BOTH,
            HELD,
        ),
        (PLAIN, ("iwgc", None, None), BOTH, HELD),
        (
            PLAIN,
            ("survey", None, True),
            PUBLISHED,
            HELD,
        ),
        (
            PLAIN,
            ("survey", "published", True),
            PUBLISHED,
            HELD,
        ),
        (
            PLAIN,
            ("survey", None, None),
            BOTH,
            RELEASED,
        ),
        (
            NAMED,
            ("iwgc", "published", True),
            BOTH,
            HELD,
        ),
        (HARM, ("survey", None, True), BOTH, HELD),
        (
            PLAIN,
            ("iwgc", "published", False),
            BOTH,
            NOT_PUBLISHED,
        ),
        (
            NAMED,
            ("survey", None, False),
            BOTH,
            NOT_PUBLISHED,
        ),
        (
            HARM,
            ("iwgc", "published", False),
            BOTH,
            HELD,
        ),
    ],
)
def test_what_needs_no_person(text, of, releases, expected):
    assert rules.by_rule(Told(*of), screen(text).marks, releases) == expected


@pytest.mark.parametrize(
    ("text", "urgent"), [(HARM, True), ("I felt unsafe", False), (NAMED, False), (PLAIN, False)]
)
def test_likely_harm_is_urgent(text, urgent):
    assert rules.urgent(screen(text).marks) is urgent


def test_urgent_texts_stand_before_all_others_and_by_day_among_themselves():
    old, new = day_uuid7(date(2020, 1, 1)), day_uuid7(date(2026, 1, 1))
    places = [
        rules.place(new, first=False),
        rules.place(old, first=False),
        rules.place(new, first=True),
        rules.place(old, first=True),
    ]
    assert sorted(places) == places[::-1]
