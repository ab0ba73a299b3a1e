"""What else must be hidden so that no hidden cell can be worked out.

Everything shown of a tree are sums. Call a hidden leaf's row unknown: the row's total is known, and
of all unknown rows whose nearest shown ancestor is the same, the sum of each cell is known, R. For
some of these rows with a total of T among N, a cell may be anything from max(0, T + R - N) to
min(T, R), and for each of these values there is a table of whole numbers (both margins of a table
are known, and nothing else). So a hidden cell has one possible value just where R is 0 or N, or T
is N. `close` hides more until neither is so; where it has a choice it takes the smallest.

A zero of the root cannot be cured by hiding other nodes. It is hidden by itself, with another of
the root's cells, of which only the sum is then known.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from app.domain.feedback.publication.tree import Flat, Vector, added

ROOT: Final = 0
Groups = list[tuple[int, ...]]


def close(
    tree: Flat, flagged: frozenset[int], cells: Sequence[Vector], classes: Groups
) -> tuple[frozenset[int], Groups]:
    """Give the nodes to hide, at least those flagged, and the root's cells that are hidden.

    `cells` are the figures of each node. The root's are hidden in groups of which a reader knows
    the sum; zeros join others of their class in `classes` where there are any.
    """
    closing = _Closing(tree, flagged, cells, classes)
    for place in reversed(range(len(tree.nodes))):
        closing.settle(place)
    merged = [each for each in closing.groups if len(each) > 1]
    unknown = ROOT not in closing.hidden and any(closing.unknown[ROOT])
    return frozenset(closing.hidden), merged if unknown else []


class _Closing:
    """Works from the leaves up; `unknown` is each node's sum of the rows described above."""

    def __init__(
        self, tree: Flat, flagged: frozenset[int], cells: Sequence[Vector], classes: Groups
    ) -> None:
        self.tree, self.cells, self.hidden = tree, cells, set(flagged)
        self.alone: Groups = [(cell,) for cell in range(len(cells[ROOT]))]
        self.groups = _merged(cells[ROOT], classes)
        self.unknown: list[Vector] = [(0,) * len(cells[ROOT])] * len(cells)

    def settle(self, place: int) -> None:
        """Hide more below a node, or the node, until nothing hidden below it is known by it."""
        below = self.tree.ranked[place]
        if not below:
            self.unknown[place] = self.cells[place] if place in self.hidden else self.unknown[place]
            return
        rows = [self.unknown[child] for child in below if child in self.hidden]
        self.unknown[place] = added(self.cells[place], rows)
        while place not in self.hidden and any(self.unknown[place]):
            candidates = self._candidates(place)
            if candidates is None:
                return
            if not candidates:
                self.hidden.add(place)
                return
            self._hide(min(candidates, key=lambda at: (self.tree.totals[at], at)), place)

    def _candidates(self, place: int) -> list[int] | None:
        """Give what may be hidden next below a node; None where all is well."""
        groups = self.groups if place == ROOT else self.alone
        if len(groups) == 1:
            return []
        for group in groups:
            if not any(self.unknown[place][cell] for cell in group):
                return [
                    at
                    for at in self._frontier(place)
                    if any(self.cells[at][cell] for cell in group)
                ]
        below = self.tree.ranked[place]
        if sum(child in self.hidden for child in below) > 1:
            return None
        return [child for child in below if child not in self.hidden]

    def _frontier(self, place: int) -> Iterator[int]:
        """Give the shown nodes below a node that have no shown node between."""
        for child in self.tree.ranked[place]:
            if child in self.hidden:
                yield from self._frontier(child)
            else:
                yield child

    def _hide(self, place: int, shown: int) -> None:
        """Hide a node, and where nothing below it is hidden its smallest leaf with some cell.

        What is unknown of it is then unknown of everything up to the node that is shown.
        """
        self._bury(place, self._lacking(shown))
        above = self.tree.parents[place]
        while True:
            self.unknown[above] = added(
                self.cells[above], (self.unknown[above], self.unknown[place])
            )
            if above == shown:
                return
            above = self.tree.parents[above]

    def _lacking(self, place: int) -> tuple[int, ...]:
        """Name the cells of which nothing is unknown, of the first group that has none."""
        groups = self.groups if place == ROOT else self.alone
        for group in groups:
            if not any(self.unknown[place][cell] for cell in group):
                return group
        return tuple(range(len(self.cells[place])))

    def _bury(self, place: int, cells: tuple[int, ...]) -> None:
        self.hidden.add(place)
        below = self.tree.ranked[place]
        if not below:
            self.unknown[place] = self.cells[place]
        elif not any(self.unknown[place]):
            child = next(at for at in below if any(self.cells[at][cell] for cell in cells))
            self._bury(child, cells)
            self.unknown[place] = self.unknown[child]


def _merged(cells: Vector, classes: Groups) -> Groups:
    """Put each cell that is zero into a group that is not; its class's if that is possible."""
    found: list[set[int]] = [{cell} for cell in range(len(cells))]
    for told in classes:
        values = [cells[cell] for cell in told]
        if any(values) and not all(values):
            found = [group for group in found if not group & set(told)] + [set(told)]
    empty = {cell for group in found for cell in group if not any(cells[at] for at in group)}
    filled = [group for group in found if not group <= empty]
    if empty and filled:
        smallest = min(filled, key=lambda group: (min(filter(None, _values(cells, group))), *group))
        smallest |= empty
    return sorted(tuple(sorted(group)) for group in filled or found)


def _values(cells: Vector, group: set[int]) -> list[int]:
    return [cells[cell] for cell in sorted(group)]
