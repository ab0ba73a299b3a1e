"""Where in a text the words stand that somebody searched for; pure.

A text is cut into pieces, each a hit or not, that are the text again when put together. So whoever
shows it needs no offsets, which count differently in different languages, and no markers, which a
text could hold itself.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

# Letters and digits, with the marks that some scripts write over or between them.
_WORD: Final = re.compile(
    r"[^\W_](?:[^\W_]|[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff])*"
)
_TERM: Final = re.compile(r"\(([^)]*)\)")
_QUOTED: Final = re.compile(r"'([^']*)'")
MOST_CHARACTERS: Final = 20_000  # of one text that are looked through

Stems = Mapping[str, frozenset[str]]
"""What the database reduces each lower-case word to; nothing for words like `the`."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or several that stand together; `prefix` means words that begin with the last."""

    words: Sequence[str]
    prefix: bool = False

    def matches(self, at: int, word: str, stems: Stems) -> bool:
        """Tell whether a word can stand at a place of the term; `the` leaves it open which."""
        wanted, found = stems.get(self.words[at], frozenset()), stems.get(word, frozenset())
        if not wanted:
            return len(self.words) > 1
        if self.prefix and at == len(self.words) - 1:
            return any(stem.startswith(tuple(wanted)) for stem in found)
        return not wanted.isdisjoint(found)


def terms(query: str) -> list[Term]:
    """Read back the terms of a query as `queries.tsquery` writes it."""
    return [
        Term([word.lower() for word in _QUOTED.findall(term)], term.endswith(":*"))
        for term in _TERM.findall(query)
    ]


def words(text: str) -> Iterator[str]:
    """Give the words of a text, in lower case."""
    return (match[0].lower() for match in _WORD.finditer(text, 0, MOST_CHARACTERS))


def pieces(text: str, wanted: Sequence[Term], stems: Stems) -> list[dict[str, Any]] | None:
    """Cut a text into pieces; None where it holds none of the terms."""
    found = list(_WORD.finditer(text, 0, MOST_CHARACTERS))
    told = [match[0].lower() for match in found]
    spans = sorted(
        (found[at].start(), found[at + len(term.words) - 1].end())
        for term in wanted
        for at in range(len(told) - len(term.words) + 1)
        if all(term.matches(n, told[at + n], stems) for n in range(len(term.words)))
    )
    return _cut(text, spans) if spans else None


def _cut(text: str, spans: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    at = 0
    for start, end in spans:
        if start < at:  # two terms that overlap are one hit
            if end > at:
                parts[-1]["text"] += text[at:end]
                at = end
            continue
        if start > at:
            parts.append({"text": text[at:start], "hit": False})
        parts.append({"text": text[start:end], "hit": True})
        at = end
    if at < len(text):
        parts.append({"text": text[at:], "hit": False})
    return parts
