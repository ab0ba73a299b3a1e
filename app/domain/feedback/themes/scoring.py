"""How good a classifier is, by comments that it has not seen; imported by `classifier`.

Exact match is the share of comments whose themes are all right and none too many; Hamming loss
the share of wrong yes-or-no decisions. So that they compare with what others publish, every
comment is given at least its likeliest theme; what is proposed is told beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import f1_score, hamming_loss
from sklearn.model_selection import GroupShuffleSplit

from app.domain.feedback.themes import learning
from app.domain.feedback.themes.examples import Example, Proposal
from app.domain.feedback.themes.learning import SEED, Classifier, Report, folds

HELD_OUT = 0.2
PARTS = 5


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures of one held-out part; `themes` are F1 and the number of comments, by code."""

    comments: int
    exact_match: float
    hamming_loss: float
    micro_f1: float
    macro_f1: float
    proposed: float
    precision_proposed: float
    sentiment_exact: float | None
    sentiment_within_one: float | None
    themes: Mapping[str, tuple[float, int]]

    def told(self) -> dict[str, Any]:
        """Give the figures as they are stored, to four places."""
        names = [name for name in self.__slots__ if name != "themes"]
        shown = {name: _rounded(getattr(self, name)) for name in names}
        each = {
            code: {"f1": _rounded(f1), "comments": count}
            for code, (f1, count) in self.themes.items()
        }
        return shown | {"themes": each}


def _rounded(value: float | None) -> float | None:
    return value if value is None or isinstance(value, int) else round(float(value), 4)


def held_out(
    examples: Sequence[Example],
    codes: Sequence[str],
    tell: Report | None = None,
    least: float = 0.5,
) -> Scores:
    """Learn from four fifths and score by the fifth; nobody's comments stand on both sides."""
    used, _ = learning.usable(examples, codes)
    groups = [each.respondent or f"alone {at}" for at, each in enumerate(used)]
    parting = GroupShuffleSplit(1, test_size=HELD_OUT, random_state=SEED)
    rest, held = next(parting.split(used, groups=groups))
    classifier = learning.train([used[at] for at in rest], codes, tell)
    return score(classifier, [used[at] for at in held], codes, least)


def cross_validated(
    examples: Sequence[Example], codes: Sequence[str], least: float = 0.5
) -> list[Scores]:
    """Score every part by what the others taught."""
    used, _ = learning.usable(examples, codes)
    return [
        score(
            learning.train([used[at] for at in rest], codes),
            [used[at] for at in held],
            codes,
            least,
        )
        for rest, held in folds(used, PARTS)
    ]


def score(
    classifier: Classifier, examples: Sequence[Example], codes: Sequence[str], least: float = 0.5
) -> Scores:
    """Compare what a classifier says with what people said; themes it never learnt count."""
    proposals = classifier.propose([example.comment for example in examples])
    wanted = _matrix([example.themes for example in examples], codes)
    found = _matrix([_forced(proposal) for proposal in proposals], codes)
    offered = _matrix([[code for code, _ in p.above(least)] for p in proposals], codes)
    present = wanted.sum(axis=0) > 0
    each = f1_score(wanted, found, average=None, zero_division=0.0)
    exact, near = _felt(proposals, examples)
    return Scores(
        len(examples),
        float((wanted == found).all(axis=1).mean()),
        float(hamming_loss(wanted, found)),
        float(f1_score(wanted, found, average="micro", zero_division=0.0)),
        float(each[present].mean()),
        float(offered.any(axis=1).mean()),
        float((offered & wanted).sum() / max(1, offered.sum())),
        exact,
        near,
        {
            code: (float(each[at]), int(wanted[:, at].sum()))
            for at, code in enumerate(codes)
            if present[at]
        },
    )


def _forced(proposal: Proposal) -> list[str]:
    return [code for code, _ in proposal.themes] or [proposal.likeliest[0]]


def _matrix(found: Sequence[Any], codes: Sequence[str]) -> Any:
    return np.array([[code in each for code in codes] for each in found], dtype=int)


def _felt(
    proposals: Sequence[Proposal], examples: Sequence[Example]
) -> tuple[float | None, float | None]:
    """Give the shares of sentiments told exactly, and told to within one."""
    away = [
        abs(proposal.sentiment - example.sentiment)
        for proposal, example in zip(proposals, examples, strict=True)
        if proposal.sentiment is not None and example.sentiment is not None
    ]
    if not away:
        return None, None
    return sum(n == 0 for n in away) / len(away), sum(n <= 1 for n in away) / len(away)
