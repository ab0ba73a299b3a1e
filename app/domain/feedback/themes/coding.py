"""From the codings of a response's parts to what the response counts as: pure.

The themes of a response are those of all its parts. Its sentiment is mixed (3) where one part is
positive and another negative, else the one farthest from 3.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.domain.feedback.codes import CodedBy
from app.domain.feedback.themes.framework import CURRENT, NEUTRAL

_POSITIVE, _NEGATIVE = 2, 4


@dataclass(frozen=True, slots=True)
class Coding:
    """What somebody holds one part of a response to be about."""

    part: str
    by: CodedBy
    themes: tuple[str, ...]
    sentiment: int | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a response counts as; nothing where nobody has coded it."""

    themes: tuple[str, ...] | None = None
    sentiment: int | None = None
    coded_by: CodedBy | None = None


NOTHING: Final = Effect()


def fingerprint(text: str) -> bytes:
    """Tell one text from another, to see whether it is still the one that was coded."""
    return hashlib.sha256(text.encode()).digest()


def effect(codings: Iterable[Coding], told: Iterable[str]) -> Effect:
    """Say what a response counts as by the current coding of each part, of those it still has.

    It is a person's only where a person stands behind every coding that says something.
    """
    present = frozenset(told)
    telling = [
        coding
        for coding in codings
        if coding.part in present and (coding.themes or coding.sentiment is not None)
    ]
    if not telling:
        return NOTHING
    themes = CURRENT.ordered(code for coding in telling for code in coding.themes)
    persons = all(coding.by is CodedBy.PERSON for coding in telling)
    return Effect(
        tuple(themes) or None,
        overall(c.sentiment for c in telling if c.sentiment is not None),
        CodedBy.PERSON if persons else CodedBy.MODEL,
    )


def overall(sentiments: Iterable[int]) -> int | None:
    """Join the sentiments of parts into the response's."""
    found = sorted(sentiments)
    if not found:
        return None
    if found[0] <= _POSITIVE and found[-1] >= _NEGATIVE:
        return NEUTRAL
    return max(found, key=lambda one: abs(one - NEUTRAL))
