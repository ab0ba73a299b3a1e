import hashlib
import importlib
from dataclasses import replace

import numpy as np
import pytest
from skops.io import dumps, loads

from app.domain.feedback.themes import classifier, learning, packing, scoring
from app.domain.feedback.themes.errors import (
    ModelUnusableError,
    ThemesNotInstalledError,
    TooFewExamplesError,
)
from app.domain.feedback.themes.examples import Asked, Comment, Example, Proposal, asked
from app.domain.feedback.themes.framework import CURRENT
from app.domain.feedback.themes.learning import Classifier
from tests.domain.feedback.themes.examples import examples, trained


def loaded() -> Classifier:
    found = classifier.load(trained().packed, trained().sha256)
    assert isinstance(found, Classifier)
    return found


def test_it_tells_plain_comments_apart():
    said = [
        Comment("The car park was full this morning", Asked.BETTER),
        Comment("My lunch was cold and the food had no taste", Asked.BETTER),
        Comment("The nurse was kind and gentle", Asked.GOOD),
    ]
    found = loaded().propose(said)
    assert [p.likeliest[0] for p in found] == ["parking", "food_drink", "staff_manner_attributes"]
    assert [p.themes[0][0] for p in found] == [p.likeliest[0] for p in found]
    assert [p.sentiment for p in found] == [4, 4, 1]
    assert all(0 < p.sentiment_confidence <= 1 for p in found)
    assert loaded().propose([]) == []


def test_two_themes_of_one_comment_are_both_found():
    (found,) = loaded().propose(
        [Comment("The food was cold and the car park was full", Asked.BETTER)]
    )
    assert {code for code, _ in found.themes} == {"food_drink", "parking"}
    assert [sure for _, sure in found.themes] == sorted((s for _, s in found.themes), reverse=True)


def test_the_same_examples_teach_the_same():
    again = learning.train(examples(), CURRENT.codes)
    assert np.array_equal(again.weights, loaded().weights)
    said = [each.comment for each in examples()[::7]]
    assert again.propose(said) == loaded().propose(said)
    assert trained().themes == again.themes
    assert trained().examples == len(examples())


def test_only_what_is_sure_enough_is_proposed():
    one = Proposal((("parking", 0.9), ("food_drink", 0.5)), ("parking", 0.9), 4, 0.8)
    assert one.above(0.5) == [("parking", 0.9), ("food_drink", 0.5)]
    assert one.above(0.51) == [("parking", 0.9)]
    assert one.above(0.95) == []


@pytest.mark.parametrize(
    ("part", "expected"),
    [("good", Asked.GOOD), ("better", Asked.BETTER), ("other", Asked.OTHER), ("x", Asked.OTHER)],
)
def test_a_part_tells_the_question(part, expected):
    assert asked(part) is expected


def test_too_few_examples_teach_nothing():
    with pytest.raises(TooFewExamplesError, match="30 are needed"):
        classifier.train(examples()[:15])
    alone = [
        replace(e, themes=frozenset({code}))
        for e, code in zip(examples(), CURRENT.codes * 3, strict=False)
    ]
    with pytest.raises(TooFewExamplesError):
        learning.train(alone, CURRENT.codes)


def test_a_theme_that_few_have_is_not_learnt():
    rare = Example(Comment("I felt safe there"), frozenset({"feeling_safe"}), 1, "rare")
    found = learning.train([*examples(), rare], CURRENT.codes)
    assert "feeling_safe" not in found.themes


@pytest.mark.parametrize(
    ("feelings", "learnt"), [((), ()), ((4,), ()), ((2, 4), (2, 4)), ((1, 3, 5), (1, 3, 5))]
)
def test_sentiment_is_learnt_where_comments_differ_in_it(feelings, learnt):
    felt = [
        replace(each, sentiment=feelings[at % len(feelings)] if feelings else None)
        for at, each in enumerate(examples())
    ]
    found = learning.train(felt, CURRENT.codes)
    assert found.feelings == learnt
    (proposal,) = found.propose([Comment("The food was cold")])
    assert (proposal.sentiment in learnt) if learnt else proposal.sentiment is None
    scores = scoring.score(found, felt, CURRENT.codes)
    assert (scores.sentiment_exact is None) == (not learnt)


def test_a_machine_without_examples_of_both_kinds_says_always_the_same():
    seen = learning.features([Comment("a b"), Comment("b c")], learning_vectors())
    wanted = np.array([[1, 0], [1, 0]])
    weights, biases = learning.machines(seen, wanted)
    slopes, offsets = learning.calibrations(seen @ weights.T + biases, wanted)
    sure = learning.sigmoid((seen @ weights.T + biases) * slopes + offsets)
    assert (sure[:, 0] > 0.99).all()
    assert (sure[:, 1] < 0.01).all()


def learning_vectors():
    return learning.vectors([Comment("a b c"), Comment("a b c"), Comment("a b c")])


def test_a_threshold_makes_fewest_mistakes_and_stays_near_a_half():
    sure = np.array([0.1, 0.42, 0.44, 0.9])
    assert learning.threshold(sure, np.array([0, 0, 1, 1])) in (0.4, 0.45, 0.5, 0.55, 0.6)
    assert learning.threshold(sure, np.array([0, 1, 1, 1])) == 0.4
    assert learning.threshold(sure, np.array([0, 0, 0, 1])) == 0.5


def test_nobodys_comments_stand_on_both_sides():
    for rest, held in learning.folds(examples()):
        sides = [{examples()[at].respondent for at in side} for side in (rest, held)]
        assert sides[0].isdisjoint(sides[1])
    unknown = [replace(each, respondent="") for each in examples()]
    assert sum(len(held) for _, held in learning.folds(unknown)) == len(unknown)


def test_scores_are_what_they_say():
    told = scoring.score(loaded(), examples(), CURRENT.codes).told()
    assert told["comments"] == len(examples())
    assert told["exact_match"] > 0.95
    assert told["hamming_loss"] < 0.01
    assert told["themes"]["parking"]["comments"] == 24
    nobody = scoring.score(loaded(), examples(), CURRENT.codes, least=1.0)
    assert (nobody.proposed, nobody.precision_proposed) == (0.0, 0.0)


def test_evaluation_holds_a_fifth_out_and_then_each_in_turn():
    said = []
    found = classifier.evaluate(examples(), said.append)
    assert len(found["cross_validated"]) == 5
    assert sum(part["comments"] for part in found["cross_validated"]) == len(examples())
    assert said[0].startswith("weighing the words")
    alone = [replace(each, respondent="") for each in examples()]
    assert classifier.evaluate(alone)["held_out"]["comments"] == 16


def packed(**changes) -> bytes:
    return dumps({**loads(trained().packed), **changes})


class Stranger:
    def __init__(self) -> None:
        self.told = 1


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (lambda: b"no archive", "unreadable"),
        (lambda: trained().packed[:-100], "unreadable"),
        (lambda: dumps([1, 2]), "format"),
        (lambda: packed(format=2), "format"),
        (lambda: packed(framework="qdc-6"), "framework"),
        (lambda: packed(libraries={"scikit-learn": "0.24.0"}), "libraries"),
        (lambda: packed(libraries={}), "libraries"),
        (lambda: packed(words=Stranger()), "types"),
        (lambda: packed(more=1), "parts"),
        (lambda: packed(biases=np.zeros(1)), "parts"),
        (lambda: packed(words=1), "parts"),
        (lambda: packed(themes=["parking", "weather", "food_drink", "x"]), "parts"),
    ],
)
def test_a_model_that_is_damaged_or_of_another_version_is_refused(held, reason):
    found = held()
    with pytest.raises(ModelUnusableError) as refused:
        classifier.load(found, hashlib.sha256(found).digest())
    assert refused.value.extra["reason"] == reason


def test_bytes_that_are_not_those_stored_are_not_looked_at(monkeypatch):
    with pytest.raises(ModelUnusableError) as refused:
        classifier.load(trained().packed + b" ", trained().sha256)
    assert refused.value.extra["reason"] == "hash"
    monkeypatch.setattr(packing, "LARGEST", 10)
    with pytest.raises(ModelUnusableError) as refused:
        classifier.load(trained().packed, trained().sha256)
    assert refused.value.extra["reason"] == "too-large"


def test_without_scikit_learn_it_is_refused_with_what_to_do(monkeypatch):
    def missing(name: str):
        raise ModuleNotFoundError(name="sklearn.svm")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ThemesNotInstalledError):
        classifier.train(examples())


def test_a_fault_of_ours_is_no_missing_library(monkeypatch):
    def missing(name: str):
        raise ModuleNotFoundError(name="app.nothing")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ModuleNotFoundError):
        classifier.load(b"", b"")
