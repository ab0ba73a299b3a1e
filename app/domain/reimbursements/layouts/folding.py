"""Letters written in fewer letters."""

import unicodedata
from collections.abc import Mapping
from typing import Final

# What does not come apart into a letter and its accent.
_LETTERS: Final[Mapping[int, str]] = str.maketrans(
    {
        "\u00c6": "AE",
        "\u00e6": "ae",
        "\u0152": "OE",
        "\u0153": "oe",
        "\u00d8": "O",
        "\u00f8": "o",
        "\u0141": "L",
        "\u0142": "l",
        "\u0110": "D",
        "\u0111": "d",
        "\u00d0": "D",
        "\u00f0": "d",
        "\u00de": "Th",
        "\u00fe": "th",
        "\u00df": "ss",
        "\u1e9e": "SS",
        "\u0131": "i",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2013": "-",
        "\u2014": "-",
    }
)


def folded(text: str) -> str:
    """Take the accents from letters; what has no plain letter stays as it is."""
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(each for each in apart if not unicodedata.combining(each))


def plain(text: str) -> str:
    """Give the text in one line: composed, each control character a space, no outer spaces."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(each if each.isprintable() else " " for each in composed).strip()
