"""A text as patterns read it: without accents, invisible characters and odd forms of signs.

Each character of it knows which stretch of the text it stands for, so that what is found can be
marked there whatever the text is made of.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# Letters that no decomposition leads back to the alphabet, and signs with many forms.
_AS: Final = str.maketrans(
    {
        "\u00f8": "o",
        "\u00d8": "O",
        "\u0142": "l",
        "\u0141": "L",
        "\u0111": "d",
        "\u0110": "D",
        "\u00f0": "d",
        "\u00d0": "D",
        "\u00fe": "th",
        "\u00de": "Th",
        "\u00e6": "ae",
        "\u00c6": "Ae",
        "\u0153": "oe",
        "\u0152": "Oe",
        "\u00df": "ss",
        "\u0131": "i",
        **dict.fromkeys("\u2019\u2018\u02bc\u02bb\u00b4\u2032", "'"),
        **dict.fromkeys("\u201c\u201d", '"'),
        **dict.fromkeys("\u2028\u2029\u0085", "\n"),
    }
)
_DROPPED: Final = frozenset({"Mn", "Me", "Cf"})
_ACCENTS: Final = frozenset({"Mn", "Me"})
_LONGEST: Final = 4  # what stands for one character at most


@dataclass(frozen=True, slots=True)
class Plain:
    """`text` to look in; `starts` and `ends` are None where every character stands for itself."""

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Say where a stretch of the plain text, not empty, stands in the text itself."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def plain(text: str) -> Plain:
    """Read a text plainly; takes time linear in its length."""
    if text.isascii():
        return Plain(text)
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, character in enumerate(text):
        said, accent = _said(character)
        if said:
            parts.append(said)
            starts += [at] * len(said)
            ends += [at + 1] * len(said)
        elif accent and ends and ends[-1] == at:
            # An accent belongs to the letter before it, also where several characters stand for it.
            letter = ends[-_LONGEST:]
            ends[-_LONGEST:] = [at + 1 if end == at else end for end in letter]
    return Plain("".join(parts), starts, ends)


@lru_cache(maxsize=4096)
def _said(character: str) -> tuple[str, bool]:
    """Say what stands for a character, perhaps nothing, and whether it is an accent."""
    category = unicodedata.category(character)
    if category in _DROPPED:
        return "", category in _ACCENTS
    if category == "Zs":
        return " ", False
    if category == "Pd":
        return "-", False
    if category == "Nd":
        return str(unicodedata.digit(character)), False
    known = character.translate(_AS)
    if known != character:
        return known, False
    said = "".join(
        c
        for c in unicodedata.normalize("NFKD", character)
        if unicodedata.category(c) not in _DROPPED
    )
    longest = _LONGEST if category.startswith("L") else 1
    return (said if 0 < len(said) <= longest else character), False
