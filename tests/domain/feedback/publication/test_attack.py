"""Nothing that is hidden under `strict` can be worked out; under `national` some of it can."""

import random

import pytest

from app.domain.feedback.publication.cascade import publish
from app.domain.feedback.publication.tree import Node, Rule
from tests.domain.feedback.publication.attack import Attack
from tests.domain.feedback.publication.trees import grown


def attacked(seed: int, rule: Rule) -> tuple[Attack, list]:
    """Attack a month and the month before it, whose figures are published too."""
    spread, attack = random.Random(seed), Attack()  # noqa: S311  trees, no secrets
    for month in ("now", "before"):
        tree = grown(spread)
        attack.read(tree, publish(tree, rule), month)
    return attack, attack.recovered()


@pytest.mark.parametrize("first", range(0, 30, 10))
def test_no_hidden_cell_is_recovered(first):
    for seed in range(first, first + 10):
        assert attacked(seed, Rule.STRICT)[1] == [], seed


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_no_hidden_cell_is_recovered_in_a_thousand_trees(first):
    hidden = 0
    for seed in range(first, first + 100):
        attack, recovered = attacked(seed, Rule.STRICT)
        assert recovered == [], seed
        hidden += len(attack.hidden)
    assert hidden > 1000


@pytest.fixture
def clinic() -> Node:
    """Two people of a clinic said something bad; its sibling is the next smallest."""
    counts = {
        "clinic": (0, 0, 0, 1, 1, 0),
        "team": (50, 14, 8, 4, 1, 3),
        "ward": (90, 40, 10, 5, 2, 3),
    }
    leaves = [Node.leaf(key, told, (sum(told) - 1, 1)) for key, told in counts.items()]
    return Node.over("service", leaves)


def test_the_national_rule_tells_what_two_people_of_a_clinic_said(clinic):
    """The team's 80 % of 80 are 64 people, all who were content in clinic and team together."""
    shown, attack = publish(clinic, Rule.NATIONAL), Attack()
    small, next_smallest, _ = shown.children
    assert (small.counts, next_smallest.counts) == ((None,) * 6, (None,) * 6)
    assert (next_smallest.pct_positive, next_smallest.pct_negative) == (80, 6)
    attack.read(clinic, shown)
    known = {at for node, name, at in attack.recovered() if node == "/service/clinic"}
    assert known >= {0, 1, 2, 5}  # nobody said any of these: both said poor or very poor


def test_the_strict_rule_does_not(clinic):
    attack = Attack()
    attack.read(clinic, publish(clinic, Rule.STRICT))
    assert attack.hidden
    assert attack.recovered() == []


def test_the_attack_finds_something_in_most_trees_under_the_national_rule():
    found = [attacked(seed, Rule.NATIONAL)[1] for seed in range(8)]
    assert sum(bool(each) for each in found) > 4
