"""What the classifier learns from, and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 4_000
"""Characters of a comment that are looked at."""


class Asked(StrEnum):
    """What the comment answers: the same words mean other things under the other question."""

    GOOD = "good"
    BETTER = "better"
    OTHER = "other"


def asked(part: str) -> Asked:
    """Tell which question a part of a response answers."""
    return Asked(part) if part in (Asked.GOOD, Asked.BETTER) else Asked.OTHER


@dataclass(frozen=True, slots=True)
class Comment:
    text: str
    asked: Asked = Asked.OTHER


@dataclass(frozen=True, slots=True)
class Example:
    """A comment as a person coded it; `respondent` tells whose comments belong together."""

    comment: Comment
    themes: frozenset[str]
    sentiment: int | None = None
    respondent: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the classifier holds a comment to be about, the surest theme first.

    `themes` are those that reached their own thresholds, with their probabilities; `likeliest` is
    the best guess, however unsure.
    """

    themes: tuple[tuple[str, float], ...]
    likeliest: tuple[str, float]
    sentiment: int | None
    sentiment_confidence: float

    def above(self, least: float) -> Sequence[tuple[str, float]]:
        """Give the themes that are sure enough to be proposed."""
        return [(code, sure) for code, sure in self.themes if sure >= least]
