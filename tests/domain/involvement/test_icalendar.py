from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from app.domain.involvement.calendars.icalendar import Event, escaped, folded, written

AT = datetime(2026, 6, 1, 9, tzinfo=timezone(timedelta(hours=1)))
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def event(**told: object) -> Event:
    start = {
        "uid": "1@everyvoice",
        "starts_at": AT,
        "ends_at": AT + timedelta(hours=2),
        "changed_at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
        "sequence": 3,
        "title": "Panel",
        "text": "Interviews; bring nothing, please.\nThank you",
    }
    return Event(**start | told)


def test_an_event_is_written_as_the_standard_has_it():
    told = written("Every Voice", [event(place="Room 1, Hub", link="https://meet.example/x")])
    assert told.decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Every Voice//Involvement//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Every Voice",
        "BEGIN:VEVENT",
        "UID:1@everyvoice",
        "DTSTAMP:20260102T030405Z",
        "DTSTART:20260601T080000Z",
        "DTEND:20260601T100000Z",
        "SEQUENCE:3",
        "STATUS:CONFIRMED",
        "SUMMARY:Panel",
        "DESCRIPTION:Interviews\\; bring nothing\\, please.\\nThank you",
        "LOCATION:Room 1\\, Hub",
        "URL:https://meet.example/x",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_what_was_cancelled_says_so_and_an_empty_calendar_is_one():
    assert b"STATUS:CANCELLED\r\n" in written("x", [event(cancelled=True)])
    assert b"VEVENT" not in written("x", [])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a\\b", "a\\\\b"),
        ("a;b,c:d", "a\\;b\\,c:d"),
        ("a\r\nb\rc\nd", "a\\nb\\nc\\nd"),
        ("a\x00\x07\tb", "ab"),
        ('"é"', '"é"'),
    ],
)
def test_what_would_end_a_text_is_escaped(words, expected):
    assert escaped(words) == expected


@drawn(WORDS)
def test_a_line_is_folded_within_75_octets_and_unfolds_to_itself(words):
    line = "SUMMARY:" + escaped(words)
    parts = folded(line).split("\r\n")
    assert all(len(part.encode()) <= 75 for part in parts)
    assert all(part.startswith(" ") for part in parts[1:])
    assert folded(line).replace("\r\n ", "") == line


def test_a_long_line_is_folded_before_the_character_that_is_too_wide():
    assert folded("x" * 75) == "x" * 75
    assert folded("x" * 74 + "é" + "y" * 80) == f"{'x' * 74}\r\n é{'y' * 72}\r\n {'y' * 8}"


@drawn(WORDS, WORDS)
def test_no_words_make_a_line_of_their_own(title, text):
    told = written("x", [event(title=title, text=text)]).decode()
    unfolded = told.replace("\r\n ", "").split("\r\n")
    assert len(unfolded) == 18
    assert sum(line.startswith("SUMMARY:") for line in unfolded) == 1
