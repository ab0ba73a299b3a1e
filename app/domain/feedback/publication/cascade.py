"""Which figures of a tree are published (domain reference 1.2, 1.3): one pure function."""

from collections.abc import Mapping
from typing import Final

from app.core.suppression import THRESHOLD
from app.domain.feedback.publication import closing
from app.domain.feedback.publication.closing import Groups
from app.domain.feedback.publication.tree import Flat, Marker, Node, Reason, Rule, Shown, Vector

POSITIVE: Final = (0, 1)  # very good, good
NEUTRAL: Final = (2, 5)  # neither good nor poor, don't know
NEGATIVE: Final = (3, 4)  # poor, very poor
_CLASSES: Final[Groups] = [POSITIVE, NEUTRAL, NEGATIVE]


def publish(root: Node, rule: Rule = Rule.STRICT) -> Shown:
    """Give what of a tree may be told, in the order of the tree.

    `national`: the first level are totals of 1 to 4; the second the next smallest sibling of a
    smallest one of the first level; then the two smallest children of whatever is flagged. What is
    flagged shows neither counts nor modes, and of the first level no percentages.

    `strict` hides all that, and more, until no hidden cell can be worked out from what is shown:
    a percentage only stands where the counts tell it anyway.
    """
    tree = Flat(root)
    reasons = national(tree)
    if rule is Rule.NATIONAL:
        return _National(tree, reasons).shown(0)
    return _Strict(tree, reasons).shown(0)


def national(tree: Flat) -> dict[int, Reason]:
    """Give the flagged nodes of a tree, each with its first reason."""
    found = {
        place: Reason.FIRST_LEVEL
        for place, total in enumerate(tree.totals)
        if 0 < total < THRESHOLD
    }
    for smallest, following in (ranked[:2] for ranked in tree.ranked if len(ranked) > 1):
        if smallest in found:
            found.setdefault(following, Reason.SECOND_LEVEL)
    for place, ranked in enumerate(tree.ranked):  # parents stand before their children
        if place in found:
            for child in ranked[:2]:
                found.setdefault(child, Reason.CASCADE)
    return found


def percentage(counts: Vector, answers: tuple[int, ...], total: int) -> int | None:
    """Give the share of these answers as a whole percent, half up; None of nothing."""
    if not total:
        return None
    part = sum(counts[answer] for answer in answers)
    return (200 * part + total) // (2 * total)


class _National:
    def __init__(self, tree: Flat, reasons: Mapping[int, Reason]) -> None:
        self.tree, self.reasons = tree, reasons

    def shown(self, place: int) -> Shown:
        node, tree = self.tree.nodes[place], self.tree
        counts, modes = self.counts(place), self.modes(place)
        shares = [self.percentage(place, answers) for answers in (POSITIVE, NEGATIVE)]
        return Shown(
            key=node.key,
            total=node.total,
            counts=counts,
            modes=modes,
            pct_positive=shares[0],
            pct_negative=shares[1],
            percentages=_marker(node.total) if None in shares else None,
            reason=self.reason(place, hidden=None in counts or None in modes),
            children=tuple(self.shown(child) for child in tree.given[place]),
        )

    def counts(self, place: int) -> tuple[int | None, ...]:
        return _told(self.tree.counts[place], hidden=place in self.reasons)

    def modes(self, place: int) -> tuple[int | None, ...]:
        return _told(self.tree.modes[place], hidden=place in self.reasons)

    def percentage(self, place: int, answers: tuple[int, ...]) -> int | None:
        if self.reasons.get(place) is Reason.FIRST_LEVEL:
            return None
        return percentage(self.tree.counts[place], answers, self.tree.totals[place])

    def reason(self, place: int, *, hidden: bool) -> Reason | None:
        return self.reasons.get(place, Reason.COMPLEMENT) if hidden else None


class _Strict(_National):
    def __init__(self, tree: Flat, reasons: Mapping[int, Reason]) -> None:
        super().__init__(tree, reasons)
        flagged = frozenset(reasons)
        self.without_counts, self.groups = closing.close(tree, flagged, tree.counts, _CLASSES)
        self.without_modes, groups = closing.close(tree, flagged, tree.modes, [])
        self.hidden_counts = {cell for group in self.groups for cell in group}
        self.hidden_modes = {cell for group in groups for cell in group}

    def counts(self, place: int) -> tuple[int | None, ...]:
        told = _told(self.tree.counts[place], hidden=place in self.without_counts)
        return _without(told, self.hidden_counts) if place == closing.ROOT else told

    def modes(self, place: int) -> tuple[int | None, ...]:
        told = _told(self.tree.modes[place], hidden=place in self.without_modes)
        return _without(told, self.hidden_modes) if place == closing.ROOT else told

    def percentage(self, place: int, answers: tuple[int, ...]) -> int | None:
        if place in self.without_counts:
            return None
        if place == closing.ROOT and any(_crosses(group, answers) for group in self.groups):
            return None
        return percentage(self.tree.counts[place], answers, self.tree.totals[place])


def _crosses(group: tuple[int, ...], answers: tuple[int, ...]) -> bool:
    """Tell whether cells of which only the sum is known are partly of these answers."""
    return bool(set(group) & set(answers)) and not set(group) <= set(answers)


def _told(vector: Vector, *, hidden: bool) -> tuple[int | None, ...]:
    return (None,) * len(vector) if hidden else vector


def _without(told: tuple[int | None, ...], cells: set[int]) -> tuple[int | None, ...]:
    return tuple(None if cell in cells else value for cell, value in enumerate(told))


def _marker(total: int) -> Marker:
    return Marker.HIDDEN if total else Marker.NOT_COMPUTABLE
