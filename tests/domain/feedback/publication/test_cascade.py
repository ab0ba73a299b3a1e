"""The national rule with the reference's own vectors, and what holds of every tree."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.feedback.publication import cascade, closing
from app.domain.feedback.publication.cascade import percentage, publish
from app.domain.feedback.publication.tree import Flat, Marker, Node, Reason, Rule, Shown
from tests.domain.feedback.publication.attack import cells
from tests.domain.feedback.publication.trees import flat, leaf, nodes, trees

FIRST, SECOND, CASCADE = Reason.FIRST_LEVEL, Reason.SECOND_LEVEL, Reason.CASCADE
HIDDEN = Marker.HIDDEN
RULES = st.sampled_from(Rule)
# A whole tree is a large example; how long it takes to make says nothing.
whole = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def reasons(shown: Shown) -> dict[int, Reason | None]:
    return {child.total: child.reason for child in shown.children}


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ([150, 80, 2], {2: FIRST, 80: SECOND}),
        ([3, 4, 20], {3: FIRST, 4: FIRST}),
        ([6, 7, 9], {}),
        ([0, 2, 30], {2: FIRST, 30: SECOND}),
        ([5, 5, 40], {}),
        ([0, 0, 60], {}),
        ([1, 90], {1: FIRST, 90: SECOND}),
    ],
)
def test_the_first_and_second_level_of_the_national_rule(totals, expected):
    assert reasons(publish(flat(*totals), Rule.NATIONAL)) == dict.fromkeys(totals) | expected


def test_a_flagged_parent_hides_its_two_smallest_children():
    """6, 7 and 9 stand under a parent of 22 that its sibling of 2 has flagged."""
    middle = Node.over("b", [leaf("x", 6), leaf("y", 7), leaf("z", 9)])
    shown = publish(Node.over("root", [leaf("a", 2), middle, leaf("c", 50)]), Rule.NATIONAL)
    assert reasons(shown) == {2: FIRST, 22: SECOND, 50: None}
    assert reasons(shown.children[1]) == {6: CASCADE, 7: CASCADE, 9: None}
    assert [child.pct_positive for child in shown.children[1].children] == [100, 100, 100]


def test_the_cascade_goes_on_below_what_it_has_flagged():
    deep = Node.over("deep", [Node.over("inner", [leaf("p", 30), leaf("q", 40), leaf("r", 50)])])
    shown = publish(Node.over("root", [leaf("a", 2), deep, leaf("z", 200)]), Rule.NATIONAL)
    inner = shown.children[1].children[0]
    assert inner.reason is CASCADE
    assert reasons(inner) == {30: CASCADE, 40: CASCADE, 50: None}


def test_a_small_child_does_not_flag_its_parent():
    shown = publish(flat(150, 80, 2), Rule.NATIONAL)
    assert (shown.reason, shown.counts[0]) == (None, 232)


@pytest.mark.parametrize(
    ("total", "expected"),
    [(2, (None, HIDDEN, None)), (80, (100, None, None)), (150, (100, None, 150))],
)
def test_only_the_first_level_hides_percentages_and_totals_are_told(total, expected):
    shown = publish(flat(150, 80, 2), Rule.NATIONAL)
    (child,) = [each for each in shown.children if each.total == total]
    assert (child.pct_positive, child.percentages, child.counts[0]) == expected
    assert child.modes[0] == expected[2]


@pytest.mark.parametrize("rule", Rule)
def test_what_cannot_be_computed_has_a_marker_of_its_own(rule):
    child = publish(flat(0, 10, 50), rule).children[0]
    assert (child.pct_positive, child.pct_negative) == (None, None)
    assert (child.percentages, child.reason, child.counts) == ("-", None, (0,) * 6)


def test_ties_of_rank_are_broken_by_key():
    root = Node.over("root", [leaf("b", 2), leaf("d", 9), leaf("c", 9)])
    shown = publish(root, Rule.NATIONAL)
    assert [child.reason for child in shown.children] == [FIRST, None, SECOND]


@pytest.mark.parametrize(
    ("counts", "positive", "negative"),
    [
        ((50, 30, 8, 5, 4, 3), 80, 9),
        ((1, 0, 0, 7, 0, 0), 13, 88),  # 12.5 and 87.5: halves go up, and the sum is none
        ((0, 0, 0, 0, 0, 5), 0, 0),
    ],
)
def test_percentages_are_whole_and_have_dont_know_below_the_line(counts, positive, negative):
    total = sum(counts)
    found = [percentage(counts, each, total) for each in (cascade.POSITIVE, cascade.NEGATIVE)]
    assert found == [positive, negative]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Node("a", 3, (1, 1), (1, 1)),
        lambda: Node("a", 2, (1, 1), (1, 0)),
        lambda: Node("a", 2, (2, 0), (1, 1), (Node("b", 2, (1, 1), (1, 1)),)),
        lambda: Node("a", 2, (1, 1), (2, 0), (Node("b", 2, (1, 1), (1, 1)),)),
    ],
)
def test_a_tree_that_does_not_add_up_is_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        wrong()


def test_an_answer_that_nobody_gave_is_hidden_with_another_of_its_kind():
    """The trust's own zero would tell each hidden team's; its percentages still stand."""
    teams = [
        Node.leaf(key, counts, (sum(counts),))
        for key, counts in {
            "a": (1, 1, 0, 0, 0, 0),
            "b": (9, 6, 2, 2, 0, 2),
            "c": (9, 4, 2, 1, 0, 3),
        }.items()
    ]
    shown = publish(Node.over("root", teams))
    assert shown.counts == (19, 11, 4, None, None, 5)
    assert (shown.pct_positive, shown.pct_negative) == (71, 7)
    assert (shown.reason, shown.percentages) == (Reason.COMPLEMENT, None)


def test_a_percentage_that_tells_more_than_the_counts_is_hidden():
    """Nobody said anything bad: both zeros are hidden with "neither", and so is their share."""
    teams = [
        Node.leaf("a", (1, 1, 0, 0, 0, 0), (2,)),
        Node.leaf("b", (9, 6, 1, 0, 0, 2), (18,)),
        Node.leaf("c", (9, 4, 0, 0, 0, 3), (16,)),
    ]
    shown = publish(Node.over("root", teams))
    assert shown.counts == (19, 11, None, None, None, 5)
    assert (shown.pct_positive, shown.pct_negative, shown.percentages) == (83, None, HIDDEN)


def test_a_parent_of_one_child_hides_with_it():
    only = Node.over("m", [leaf("a", 3)])
    shown = publish(Node.over("root", [only, leaf("b", 50)]))
    assert shown.children[0].reason is FIRST
    assert shown.children[0].counts == (None,) * 6


@whole
@given(trees(), RULES)
def test_totals_are_told_and_small_ones_tell_nothing_else(tree, rule):
    for node in nodes(publish(tree, rule)):
        if 0 < node.total < 5:
            assert set(node.counts) | set(node.modes) == {None}
            assert (node.pct_positive, node.pct_negative, node.percentages) == (None, None, HIDDEN)
            assert node.reason is FIRST


@whole
@given(trees())
def test_strict_hides_all_that_national_hides_and_says_nothing_else(tree):
    national, strict = (publish(tree, rule) for rule in (Rule.NATIONAL, Rule.STRICT))
    told = dict(cells(national))
    for name, value in cells(strict):
        assert value is None or value == told[name]
    for before, after in zip(nodes(national), nodes(strict), strict=True):
        assert (after.key, after.total) == (before.key, before.total)
        assert after.pct_positive in (None, before.pct_positive)
        assert after.pct_negative in (None, before.pct_negative)
        assert before.reason is None or after.reason is before.reason
        hidden = None in (*after.counts, *after.modes)
        assert (after.reason is None) is not hidden


@whole
@given(trees())
def test_what_is_hidden_needs_nothing_more_to_be_hidden(tree):
    places = Flat(tree)
    flagged = frozenset(cascade.national(places))
    for vectors in (places.counts, places.modes):
        hidden, groups = closing.close(places, flagged, vectors, [])
        assert flagged <= hidden
        assert closing.close(places, hidden, vectors, []) == (hidden, groups)


def turned(node: Node) -> Node:
    children = tuple(turned(child) for child in reversed(node.children))
    return Node(node.key, node.total, node.counts, node.modes, children)


@whole
@given(trees(), RULES)
def test_the_order_of_children_does_not_matter(tree, rule):
    assert dict(cells(publish(tree, rule))) == dict(cells(publish(turned(tree), rule)))
    there, back = publish(turned(tree), rule), publish(tree, rule)
    assert [child.key for child in there.children] == [c.key for c in reversed(back.children)]
