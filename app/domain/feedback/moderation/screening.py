"""From a comment to what must be looked at before the public reads it: pure, and linear in time."""

import re
from dataclasses import dataclass
from typing import Final

from app.domain.feedback.moderation.concerns import concerns
from app.domain.feedback.moderation.marks import (
    IDENTIFIERS,
    Certainty,
    Mark,
    MarkKind,
    joined,
    redact,
)
from app.domain.feedback.moderation.names import names
from app.domain.feedback.moderation.patterns import Found, identifiers
from app.domain.feedback.moderation.plain import Plain, plain

VERSION: Final = 1
"""Raise it when what is found changes, so that it is known by which rules a text was screened."""

# Two letters or more of a script in which names cannot be found.
_OTHER: Final = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]{2,}")


@dataclass(frozen=True, slots=True)
class Screening:
    """Marks in order, and the text with a mask in the place of each identifier."""

    marks: tuple[Mark, ...]
    proposed: str


def screen(text: str) -> Screening:
    """Find likely identifiers, harm and complaint in a comment written in English.

    What is written in another script is marked as such: nobody has looked for names in it.
    """
    read = plain(text)
    found = [_mark(read, each) for each in (*identifiers(read.text), *names(read.text))]
    told = [_mark(read, each) for each in concerns(read.text)]
    marks = joined(found)
    others = list(_OTHER.finditer(text)) if read.starts is not None else []
    if others:
        span = others[0].start(), others[-1].end()
        told.append(Mark(*span, MarkKind.OTHER_SCRIPT, Certainty.CERTAIN))
    proposed = redact(text, marks)
    return Screening(tuple(sorted((*marks, *told), key=lambda m: (m.start, m.end))), proposed)


def standing(text: str, marks: tuple[Mark, ...], redacted: str) -> list[str]:
    """Name the kinds of identifiers that were marked in a text and still stand in another."""
    kinds = {
        mark.kind.value
        for mark in marks
        if mark.kind in IDENTIFIERS and _within(text[mark.start : mark.end], redacted)
    }
    return sorted(kinds)


def _within(words: str, text: str) -> bool:
    sought = re.escape(plain(words).text.casefold())
    return re.search(rf"(?<!\w){sought}(?!\w)", plain(text).text.casefold()) is not None


def _mark(read: Plain, found: Found) -> Mark:
    return Mark(*read.span(found.start, found.end), found.kind, found.certainty)
