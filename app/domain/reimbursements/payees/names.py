"""How far the name of an account's holder is from the name of the person who is paid."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

_WORD: Final = re.compile(r"\w+")
_MARK: Final = "Mn"
_TITLES: Final = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "sir", "dame", "lord"}
)


class NameLevel(StrEnum):
    """What differs between two names; a level, since the name itself is sealed."""

    NONE = "none"
    PARTIAL = "partial"
    DIFFERENT = "different"


def name_level(holder: str, names: Iterable[str]) -> NameLevel:
    """Compare a holder with the names somebody goes by, and give the nearest.

    Nothing differs where the words are the same but for titles, accents, order, and initials that
    stand for a name, and one word at least is written out in both. It is partial where one word of
    two letters or more is.
    """
    theirs = _words(holder)
    levels = [_level(theirs, _words(name)) for name in names]
    for level in (NameLevel.NONE, NameLevel.PARTIAL):
        if level in levels:
            return level
    return NameLevel.DIFFERENT


def _level(one: Sequence[str], other: Sequence[str]) -> NameLevel:
    shared = {word for word in one if word in other}
    if not shared:
        return NameLevel.DIFFERENT
    fewer, more = sorted((one, other), key=len)
    if (len(fewer) > 1 and _within(fewer, more)) or sorted(one) == sorted(other):
        return NameLevel.NONE
    if any(len(word) > 1 for word in shared):
        return NameLevel.PARTIAL
    return NameLevel.DIFFERENT


def _within(fewer: Sequence[str], more: Sequence[str]) -> bool:
    """Tell whether each word stands for another one of the longer name, itself or an initial."""
    left = list(more)
    for word in sorted(fewer, key=len, reverse=True):
        found = next((each for each in left if each == word), None)
        found = found or next((each for each in left if _initial(word, each)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _initial(one: str, other: str) -> bool:
    return one[0] == other[0] and 1 in (len(one), len(other))


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(each for each in plain if unicodedata.category(each) != _MARK)
    found = _WORD.findall(letters.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))
    return [word for word in found if word not in _TITLES] or found
