"""The door to the classifier: scikit-learn is an extra, so that it is looked for when needed."""

import hashlib
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.domain.feedback.themes.errors import ThemesNotInstalledError
from app.domain.feedback.themes.examples import Comment, Example, Proposal
from app.domain.feedback.themes.framework import CURRENT

_PACKAGE = __name__.rpartition(".")[0]
Report = Callable[[str], None]


class Proposing(Protocol):
    """What proposes themes, however it learnt to."""

    def propose(self, comments: Sequence[Comment]) -> list[Proposal]: ...


@dataclass(frozen=True, slots=True)
class Trained:
    """A model ready to be stored, with what it scored on comments that it had not seen."""

    packed: bytes
    sha256: bytes
    examples: int
    themes: Sequence[str]
    scores: dict[str, Any]
    libraries: dict[str, str]
    format: int


def _needed(module: str) -> Any:
    try:
        return importlib.import_module(f"{_PACKAGE}.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("sklearn", "skops", "numpy", "scipy"):
            raise ThemesNotInstalledError from None
        raise


def train(examples: Sequence[Example], tell: Report | None = None) -> Trained:
    """Learn from all examples, and score what four fifths of them teach by the last fifth.

    Raises TooFewExamplesError, ThemesNotInstalledError.
    """
    learning, scoring, packing = (_needed(name) for name in ("learning", "scoring", "packing"))
    scores = scoring.held_out(examples, CURRENT.codes, tell).told()
    found = learning.train(examples, CURRENT.codes, tell)
    packed = packing.pack(found)
    return Trained(
        packed,
        hashlib.sha256(packed).digest(),
        sum(bool(example.themes) for example in examples),
        found.themes,
        scores,
        packing.libraries(),
        packing.FORMAT,
    )


def evaluate(examples: Sequence[Example], tell: Report | None = None) -> dict[str, Any]:
    """Give the scores of the held-out fifth, and of each part in turn (cross-validation).

    Raises TooFewExamplesError, ThemesNotInstalledError.
    """
    scoring = _needed("scoring")
    return {
        "held_out": scoring.held_out(examples, CURRENT.codes, tell).told(),
        "cross_validated": [
            scores.told() for scores in scoring.cross_validated(examples, CURRENT.codes)
        ],
    }


def load(packed: bytes, sha256: bytes) -> Proposing:
    """Give the classifier that bytes hold; raises ModelUnusableError, ThemesNotInstalledError."""
    found: Proposing = _needed("packing").unpack(packed, sha256)
    return found
