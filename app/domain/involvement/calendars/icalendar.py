"""Writes iCalendar (RFC 5545); pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_FOLD: Final = 75  # octets a line holds at most, its end not counted (3.1)
_ESCAPED: Final = re.compile(r"[\\;,]")
_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; instants are aware, `sequence` grows with each change, `place` may be empty."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    sequence: int
    title: str
    text: str
    place: str | None = None
    link: str | None = None
    cancelled: bool = False


def written(name: str, events: Iterable[Event]) -> bytes:
    """Write a calendar of this name."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Every Voice//Involvement//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
    ]
    for event in events:
        lines += _lines(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines).encode()


def escaped(words: str) -> str:
    """Write a TEXT value (3.3.11): what would end it is escaped, other controls are left out."""
    kept = _CONTROLS.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))
    return _ESCAPED.sub(r"\\\g<0>", kept).replace("\n", "\\n")


def folded(line: str) -> str:
    """Break a line into parts of at most 75 octets, never within a character (3.1)."""
    parts, part, size = [], "", 0
    for character in line:
        wide = len(character.encode())
        if size + wide > _FOLD:
            parts.append(part)
            part, size = " ", 1
        part, size = part + character, size + wide
    return "\r\n".join([*parts, part])


def _lines(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_instant(event.changed_at)}"
    yield f"DTSTART:{_instant(event.starts_at)}"
    yield f"DTEND:{_instant(event.ends_at)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}"
    yield f"SUMMARY:{escaped(event.title)}"
    yield f"DESCRIPTION:{escaped(event.text)}"
    if event.place is not None:
        yield f"LOCATION:{escaped(event.place)}"
    if event.link is not None:
        yield f"URL:{_CONTROLS.sub('', event.link)}"
    yield "END:VEVENT"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
