"""The classifier itself; the one module that needs scikit-learn, so import it by `classifier`.

Words and parts of words, weighed by TF-IDF, beside the question that was asked; a linear support
vector machine per theme; its distances made probabilities by Platt's method on comments that it
had not seen; a threshold per theme. Whatever is tuned is tuned on the training part alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from app.domain.feedback.themes.errors import TooFewExamplesError
from app.domain.feedback.themes.examples import LONGEST, Asked, Comment, Example, Proposal

SEED: Final = 7
FOLDS: Final = 3
FEWEST: Final = 30
"""Examples below which nothing is learnt at all."""
FEWEST_OF_A_THEME: Final = 5
STRENGTH: Final = 0.3
"""How closely the machine follows its examples (C); chosen by cross-validation."""
THRESHOLDS: Final = (0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
_ASKED: Final = tuple(Asked)
_SHORT: Final = 3
PLAIN: Final = len(_ASKED) + 3
"""Features beside words and pieces: the question, and how long the comment is."""

Matrix = NDArray[np.float64]
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Classifier:
    """What was learnt. `words` and `pieces` are fitted vectorizers.

    `weights` (theme x feature) and `biases` give a distance, `slopes` and `offsets` its
    probability, `thresholds` where it counts. Themes that too few examples have are not in it.
    """

    themes: tuple[str, ...]
    words: TfidfVectorizer
    pieces: TfidfVectorizer
    weights: NDArray[np.float32]
    biases: Matrix
    slopes: Matrix
    offsets: Matrix
    thresholds: Matrix
    feelings: tuple[int, ...]
    feeling_weights: NDArray[np.float32]
    feeling_biases: Matrix

    def propose(self, comments: Sequence[Comment]) -> list[Proposal]:
        """Say what each comment is about."""
        if not comments:
            return []
        seen = self._features(comments)
        sure = self._probabilities(seen)
        felt = self._felt(seen)
        return [self._proposal(one, other) for one, other in zip(sure, felt, strict=True)]

    def _features(self, comments: Sequence[Comment]) -> csr_matrix:
        return features(comments, (self.words, self.pieces))

    def _probabilities(self, seen: csr_matrix) -> Matrix:
        distances = np.asarray(seen @ self.weights.T.astype(np.float64)) + self.biases
        return sigmoid(distances * self.slopes + self.offsets)

    def _felt(self, seen: csr_matrix) -> Matrix:
        if not self.feelings:
            return np.zeros((seen.shape[0], 0))
        raised = np.asarray(seen @ self.feeling_weights.T.astype(np.float64)) + self.feeling_biases
        raised = np.exp(raised - raised.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    def _proposal(self, sure: Matrix, felt: Matrix) -> Proposal:
        order = np.argsort(-sure, kind="stable")
        first = int(order[0])
        reached = [int(at) for at in order if sure[at] >= self.thresholds[at]]
        feeling = int(felt.argmax()) if len(felt) else None
        return Proposal(
            tuple((self.themes[at], float(sure[at])) for at in reached),
            (self.themes[first], float(sure[first])),
            None if feeling is None else self.feelings[feeling],
            0.0 if feeling is None else float(felt[feeling]),
        )


def sigmoid(values: Matrix) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -50, 50))))


def train(
    examples: Sequence[Example], codes: Sequence[str], tell: Report | None = None
) -> Classifier:
    """Learn from what people coded; raises TooFewExamplesError."""
    say = tell or (lambda _: None)
    used, themes = usable(examples, codes)
    comments = [example.comment for example in used]
    say(f"weighing the words of {len(used):,} comments")
    vectorizers = vectors(comments)
    seen = features(comments, vectorizers)
    wanted = np.array([[code in each.themes for code in themes] for each in used], dtype=int)
    unseen = np.zeros(wanted.shape)
    for number, (rest, held) in enumerate(folds(used), 1):
        say(f"learning {len(themes)} themes, part {number} of {FOLDS + 1}")
        weights, biases = machines(seen[rest], wanted[rest])
        unseen[held] = seen[held] @ weights.T + biases
    say(f"learning {len(themes)} themes, part {FOLDS + 1} of {FOLDS + 1}")
    weights, biases = machines(seen, wanted)
    slopes, offsets = calibrations(unseen, wanted)
    sure = sigmoid(unseen * slopes + offsets)
    feelings, feeling_weights, feeling_biases = sentiments(seen, used)
    return Classifier(
        themes,
        *vectorizers,
        weights.astype(np.float32),
        biases,
        slopes,
        offsets,
        np.array([threshold(sure[:, at], wanted[:, at]) for at in range(len(themes))]),
        feelings,
        feeling_weights,
        feeling_biases,
    )


def usable(
    examples: Sequence[Example], codes: Sequence[str]
) -> tuple[Sequence[Example], tuple[str, ...]]:
    """Give the examples that have a theme, and the themes that enough of them have.

    Raises TooFewExamplesError.
    """
    used = [example for example in examples if example.themes]
    counted = {code: sum(code in each.themes for each in used) for code in codes}
    themes = tuple(code for code in codes if counted[code] >= FEWEST_OF_A_THEME)
    if len(used) < FEWEST or not themes:
        raise TooFewExamplesError(
            f"{len(used)} comments, of which {FEWEST} are needed, and of one theme"
            f" {FEWEST_OF_A_THEME}"
        )
    return used, themes


def blank() -> tuple[TfidfVectorizer, TfidfVectorizer]:
    """Give what weighs words and pieces of words, before it has seen any."""
    words = TfidfVectorizer(
        ngram_range=(1, 2),
        min_df=2,
        max_features=40_000,
        sublinear_tf=True,
        strip_accents="unicode",
        token_pattern=r"(?u)\b\w[\w']*\b",  # noqa: S106  what a word is
    )
    pieces = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), min_df=3, max_features=80_000, sublinear_tf=True
    )
    return words, pieces


def vectors(comments: Sequence[Comment]) -> tuple[TfidfVectorizer, TfidfVectorizer]:
    """Learn which words and pieces of words there are, and how rare each is."""
    texts = [_text(comment) for comment in comments]
    words, pieces = blank()
    return words.fit(texts), pieces.fit(texts)


def features(comments: Sequence[Comment], vectorizers: Sequence[TfidfVectorizer]) -> csr_matrix:
    """Give what is seen of each comment, one row a comment."""
    words, pieces = vectorizers
    texts = [_text(comment) for comment in comments]
    lengths = [len(text.split()) for text in texts]
    plain = [
        [
            *(comment.asked is each for each in _ASKED),
            min(length, 100) / 50,
            length <= _SHORT,
            length <= 1,
        ]
        for comment, length in zip(comments, lengths, strict=True)
    ]
    return hstack(
        [
            words.transform(texts),
            pieces.transform(texts),
            csr_matrix(np.array(plain, dtype=float)),
        ]
    ).tocsr()


def _text(comment: Comment) -> str:
    return comment.text[:LONGEST]


def folds(examples: Sequence[Example], parts: int = FOLDS) -> Iterator[tuple[Any, Any]]:
    """Part examples by who gave them, so that nobody's comments stand on both sides."""
    groups = [each.respondent or f"alone {at}" for at, each in enumerate(examples)]
    parted = GroupKFold(parts, shuffle=True, random_state=SEED)
    yield from parted.split(examples, groups=groups)


def machines(seen: csr_matrix, wanted: Any) -> tuple[Any, Any]:
    """Fit one machine a theme; one that no example here has says no to everything."""
    weights = np.zeros((wanted.shape[1], seen.shape[1]))
    biases = np.full(wanted.shape[1], -1.0)
    for at in range(wanted.shape[1]):
        if 0 < wanted[:, at].sum() < len(wanted):
            fitted = LinearSVC(C=STRENGTH, random_state=SEED).fit(seen, wanted[:, at])
            weights[at], biases[at] = fitted.coef_[0], fitted.intercept_[0]
    return weights, biases


def calibrations(unseen: Matrix, wanted: Any) -> tuple[Matrix, Matrix]:
    """Find how distances become probabilities, by comments that the machines had not seen."""
    slopes, offsets = np.ones(wanted.shape[1]), np.zeros(wanted.shape[1])
    for at in range(wanted.shape[1]):
        if 0 < wanted[:, at].sum() < len(wanted):
            fitted = LogisticRegression(C=10.0).fit(unseen[:, [at]], wanted[:, at])
            slopes[at], offsets[at] = fitted.coef_[0][0], fitted.intercept_[0]
        else:
            offsets[at] = 10.0 if wanted[:, at].all() else -10.0
    return slopes, offsets


def threshold(sure: Matrix, wanted: Any) -> float:
    """Choose where a theme counts: fewest wrong decisions over the training part, nearest to .5."""
    wrong = [int(((sure >= least) != wanted).sum()) for least in THRESHOLDS]
    fitting = [least for least, n in zip(THRESHOLDS, wrong, strict=True) if n == min(wrong)]
    return min(fitting, key=lambda least: abs(least - 0.5))


def sentiments(seen: csr_matrix, examples: Sequence[Example]) -> tuple[Any, Any, Any]:
    """Learn how comments feel, where people said so; nothing where all feel alike."""
    told = [at for at, each in enumerate(examples) if each.sentiment is not None]
    felt = np.array([examples[at].sentiment for at in told], dtype=int)
    if len(set(felt.tolist())) < 2:  # noqa: PLR2004  two can be told apart
        return (), np.zeros((0, seen.shape[1]), dtype=np.float32), np.zeros(0)
    fitted = LogisticRegression(max_iter=500).fit(seen[told], felt)
    weights, biases = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:  # noqa: PLR2004  told by one row of weights
        weights, biases = np.vstack([-weights, weights]) / 2, np.hstack([-biases, biases]) / 2
    return tuple(int(each) for each in fitted.classes_), weights.astype(np.float32), biases
