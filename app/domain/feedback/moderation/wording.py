"""The words of a plain text: their capitals, and what stands between them."""

import re
from dataclasses import dataclass
from typing import Final

from app.domain.feedback.moderation import lexicon as lex

_WORD: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_ENDS_SENTENCE: Final = re.compile(r"[.!?:;\n\r\"(*•]|- |-$")
_MOSTLY: Final = 0.6  # where so many plain words have capitals, a capital says nothing
_FEW: Final = 3
_SHORT: Final = 4  # letters of an acronym at most


@dataclass(slots=True)
class Word:
    text: str
    low: str
    start: int
    end: int
    gap: str
    first: bool
    capital: bool
    owner: bool  # said with 's


def read(text: str) -> list[Word]:
    words: list[Word] = []
    before = 0
    for match in _WORD.finditer(text):
        said, start, end = match.group(), match.start(), match.end()
        gap, before = text[before:start], end
        owner = said[-2:] in ("'s", "'S") and len(said) > len("'s")
        if owner:
            said, end = said[:-2], end - 2
        first = not words or _ENDS_SENTENCE.search(gap) is not None
        if first and words and gap in (". ", ".") and _abbreviates(words[-1]):
            first = False
        words.append(Word(said, said.lower(), start, end, gap, first, said[0].isupper(), owner))
    _unlearn(words)
    return words


def _abbreviates(word: Word) -> bool:
    return word.low in lex.TITLES or len(word.text) == 1


def _unlearn(words: list[Word]) -> None:
    """Where plain words have a capital too, take no word for having one."""
    plain = [w for w in words if not w.first and w.low in lex.WORDS and not _acronym(w)]
    if len(plain) >= _FEW and sum(word.capital for word in plain) > len(plain) * _MOSTLY:
        for word in words:
            word.capital = False


def _acronym(word: Word) -> bool:
    return len(word.text) <= _SHORT and word.text.isupper()
