"""Names of people, found by what they are (lists of names) and by where they stand.

A name is accepted on less evidence the clearer its place says that a name stands there: after a
title anything that is no word, after a role or a greeting what has a capital, elsewhere what the
lists know or what somebody is said to have done.
"""

import re
from collections.abc import Iterator
from typing import Final

from app.domain.feedback.moderation import lexicon as lex
from app.domain.feedback.moderation.contexts import (
    Place,
    before_a_family,
    chained,
    dated,
    does,
    names_a_place,
    of_something_else,
    place_of,
    titled,
)
from app.domain.feedback.moderation.marks import Certainty, MarkKind
from app.domain.feedback.moderation.patterns import Found
from app.domain.feedback.moderation.wording import Word, read

_ENDING: Final = re.compile(
    r"...(?:ing|ings|ed|ly|tion|tions|sion|ment|ments|ness|ity|ities|able|ible|ful|less|ous|ive|ism"
    r"|ology|ologist|ologists|ological|graphy|ance|ence|ency|ancy|ship|hood|ward|wards|ical|ically"
    r"|ise|ised|ize|ized|ists|ers|ways|where|body|thing|n't|uld|ough|ight)$"
)
_LONGEST: Final = 4  # words of one name
_CHAIN: Final = frozenset({"and", "n", "et"})
_SURENESS: Final = {
    Place.STRONG: Certainty.CERTAIN,
    Place.MEDIUM: Certainty.LIKELY,
    Place.WEAK: Certainty.POSSIBLE,
    Place.NONE: Certainty.POSSIBLE,
}


def names(text: str) -> Iterator[Found]:
    """Give the names in a plain text, in order."""
    words = read(text)
    found: list[tuple[int, int, Certainty]] = []
    at = 0
    while at < len(words):
        sure = _sure(words, at, found)
        if sure is None:
            at += 1
            continue
        end = _extended(words, at)
        found.append((at, end, sure))
        at = end
    named = {words[i].low for start, end, _ in found for i in range(start, end)}
    yield from _everywhere(words, found, named)


def _sure(words: list[Word], at: int, found: list[tuple[int, int, Certainty]]) -> Certainty | None:
    """Say how surely a name begins here; None where none does."""
    word = words[at]
    place = place_of(words, at)
    if found and not names_a_place(words, at) and _follows(words, at, found[-1][1]):
        place = max(place, Place.MEDIUM)
    if len(word.text) == 1:
        return _initial(words, at, place)
    if of_something_else(words, at, place):
        return None
    if word.low in lex.AMBIGUOUS:
        return _ambiguous(words, at, place)
    if word.low in lex.GIVEN or word.low in lex.SURNAMES:
        return _known(words, at, place)
    return _unknown(words, at, place)


def _follows(words: list[Word], at: int, end: int) -> bool:
    """Say whether a name that ended there goes on with another: `Priya and`, `Priya,`."""
    if end == at:
        return chained(words[at])
    return end == at - 1 and words[at - 1].low in _CHAIN and not words[at].first


def _initial(words: list[Word], at: int, place: Place) -> Certainty | None:
    """A single letter is a name where a title stands before it, or a family name behind it."""
    word = words[at]
    follower = words[at + 1] if at + 1 < len(words) else None
    if word.low in ("i", "a") and (follower is None or not follower.gap.startswith(".")):
        return None
    named = follower is not None and follower.gap in (" ", ". ", ".") and follower.capital
    if place is Place.STRONG and (named or not word.owner):
        return Certainty.CERTAIN
    if word.capital and named and follower is not None and follower.low in lex.SURNAMES:
        return Certainty.LIKELY
    return Certainty.POSSIBLE if place is Place.MEDIUM and word.capital else None


def _known(words: list[Word], at: int, place: Place) -> Certainty | None:
    word = words[at]
    if word.capital or place >= Place.MEDIUM:
        return min(Certainty.LIKELY, _SURENESS[place], key=list(Certainty).index)
    if word.low in lex.LOWER_CASE_WORDS or len(word.low) <= len("al"):
        follower = words[at + 1].low if at + 1 < len(words) else ""
        spoken = follower in ("was", "has", "is") and place > Place.NONE
        return Certainty.POSSIBLE if spoken else None
    return Certainty.LIKELY


def _ambiguous(words: list[Word], at: int, place: Place) -> Certainty | None:
    """A word that may be a name: by its capital within a sentence, or by its place."""
    word = words[at]
    before = words[at - 1].low if at else ""
    if word.low in lex.MONTHS and dated(words, at):
        return None
    if not word.capital:
        return Certainty.LIKELY if place is Place.STRONG else _spoken_of(words, at, place)
    if place >= Place.MEDIUM or does(words, at, surely=word.first):
        return Certainty.LIKELY
    if word.low not in lex.SIGN_OFFS and before_a_family(words, at):
        return Certainty.LIKELY
    if word.first or before in lex.DETERMINERS or before in lex.BEFORE_A_PLACE:
        return None
    rare = word.low not in lex.RARELY_NAMES
    return Certainty.POSSIBLE if rare or place is Place.WEAK else None


def _unknown(words: list[Word], at: int, place: Place) -> Certainty | None:
    """A word that no list knows: a name after a title, or where it acts as a person does."""
    word = words[at]
    if word.low in lex.WORD_SURNAMES and word.capital and titled(words, at):
        return Certainty.LIKELY
    if word.low in lex.NO_NAMES or _wordlike(word, place):
        return None
    if place is Place.STRONG and (word.capital or len(word.low) > len("of")):
        return Certainty.CERTAIN
    if not word.capital or word.text.isupper():
        return _spoken_of(words, at, place)
    return Certainty.LIKELY if place is Place.MEDIUM else _with_a_capital(words, at)


def _with_a_capital(words: list[Word], at: int) -> Certainty | None:
    word, before = words[at], words[at - 1].low if at else ""
    acts = does(words, at, surely=word.first) or before_a_family(words, at)
    thing = word.first or before in lex.DETERMINERS or before in lex.BEFORE_A_PLACE
    return Certainty.POSSIBLE if acts or not thing else None


def _spoken_of(words: list[Word], at: int, place: Place) -> Certainty | None:
    """`the nurse hope was lovely`: after a role, what then was or did something."""
    follower = words[at + 1] if at + 1 < len(words) else None
    verb = follower is not None and follower.gap == " " and follower.low in ("was", "is", "has")
    return Certainty.POSSIBLE if verb and place is Place.MEDIUM else None


def _wordlike(word: Word, place: Place) -> bool:
    """Say whether a word nobody listed is made of others, or ends as words do and names do not."""
    parts = re.split("['-]", word.low)
    if len(parts) > 1 and all(part in lex.WORDS or len(part) == 1 for part in parts):
        return True
    return place < Place.MEDIUM and _ENDING.search(word.low) is not None


def _extended(words: list[Word], at: int) -> int:
    """Say where a name that begins here ends: given names, initials, particles, family names."""
    end = at + 1
    while end < len(words) and end - at < _LONGEST and not words[end - 1].owner:
        word = words[end]
        initial = len(words[end - 1].text) == 1
        if word.gap not in (" ", "-") and not (initial and word.gap in (". ", ".")):
            break
        if not _continues(words, end):
            break
        end += 1
    while end > at + 1 and words[end - 1].low in lex.PARTICLES:
        end -= 1
    return end


def _continues(words: list[Word], at: int) -> bool:
    word = words[at]
    if len(word.text) == 1:
        return word.capital and word.low != "i"
    if word.low in lex.SURNAMES:
        return True
    if word.low in lex.PARTICLES:
        return at + 1 < len(words) and (words[at + 1].capital or words[at + 1].low in lex.PARTICLES)
    if not word.capital:
        return word.low in lex.GIVEN and word.low not in lex.LOWER_CASE_WORDS
    return word.low not in lex.NO_NAMES and word.low not in lex.MONTHS


def _everywhere(
    words: list[Word], found: list[tuple[int, int, Certainty]], named: set[str]
) -> Iterator[Found]:
    """Give names as stretches, and the same names wherever else they stand with a capital."""
    taken = {i for start, end, _ in found for i in range(start, end)}
    for start, end, sure in found:
        yield Found(words[start].start, words[end - 1].end, MarkKind.NAME, sure)
    for at, word in enumerate(words):
        if at in taken or word.low not in named or not word.capital or len(word.text) == 1:
            continue
        plain = word.low in lex.WORDS or word.low in lex.AMBIGUOUS
        if not plain or not (word.first or names_a_place(words, at)):
            yield Found(word.start, word.end, MarkKind.NAME, Certainty.POSSIBLE)
