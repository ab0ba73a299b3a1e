"""A tree of figures, and what of it is shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

Vector = tuple[int, ...]


class Rule(StrEnum):
    """`national` is the published rule of NHS England; `strict` also withstands arithmetic."""

    NATIONAL = "national"
    STRICT = "strict"


class Reason(StrEnum):
    """Why figures of a node are hidden; the first that holds."""

    FIRST_LEVEL = "first_level"
    SECOND_LEVEL = "second_level"
    CASCADE = "cascade"
    COMPLEMENT = "complement"


class Marker(StrEnum):
    """What stands where a figure does not: it is hidden, or nobody answered."""

    HIDDEN = "*"
    NOT_COMPUTABLE = "-"


@dataclass(frozen=True, slots=True)
class Node:
    """One line of figures and the lines that it is the sum of.

    `counts` are the six answers, best first; `modes` are the same responses by mode. `key` breaks
    ties of rank, and no two children of a node have the same.
    """

    key: str
    total: int
    counts: Vector
    modes: Vector
    children: tuple[Self, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a tree that does not add up: nothing could be said of what it gives away."""
        if not self.total == sum(self.counts) == sum(self.modes):
            raise ValueError("a node's counts and modes must each make its total")
        if self.children and (
            added(self.counts, (each.counts for each in self.children)) != self.counts
            or added(self.modes, (each.modes for each in self.children)) != self.modes
        ):
            raise ValueError("a node must be the sum of its children")

    @classmethod
    def leaf(cls, key: str, counts: Vector, modes: Vector) -> Self:
        return cls(key, sum(counts), counts, modes)

    @classmethod
    def over(cls, key: str, children: Sequence[Self]) -> Self:
        """Make the sum of at least one child."""
        first = children[0]
        counts = added(first.counts, (each.counts for each in children))
        modes = added(first.modes, (each.modes for each in children))
        return cls(key, sum(counts), counts, modes, tuple(children))


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a node is told: hidden cells are None, and the total never is.

    `percentages` is the marker that stands where a percentage is None.
    """

    key: str
    total: int
    counts: tuple[int | None, ...]
    modes: tuple[int | None, ...]
    pct_positive: int | None
    pct_negative: int | None
    percentages: Marker | None
    reason: Reason | None
    children: tuple[Self, ...] = ()


def added(like: Vector, vectors: Iterable[Vector]) -> Vector:
    """Add vectors that are as long as `like`; nothing makes zeros."""
    columns = tuple(zip(*vectors, strict=True))
    return tuple(map(sum, columns)) if columns else (0,) * len(like)


class Flat:
    """A tree as lists, each node's children behind it, in the order of their keys.

    A node is known by its place in the lists, whatever order its siblings were given in.
    """

    __slots__ = ("counts", "given", "modes", "nodes", "parents", "ranked", "totals")

    def __init__(self, root: Node) -> None:
        self.nodes: list[Node] = []
        self.parents: list[int] = []
        self.given: list[list[int]] = []
        """The children of each node in the order in which they were given."""
        self._add(root, -1)
        self.totals = [node.total for node in self.nodes]
        self.counts = [node.counts for node in self.nodes]
        self.modes = [node.modes for node in self.nodes]
        self.ranked = [self._rank(places) for places in self.given]
        """The children of each node that are not empty, smallest first."""

    def _add(self, node: Node, parent: int) -> int:
        place = len(self.nodes)
        self.nodes.append(node)
        self.parents.append(parent)
        self.given.append([])
        order = sorted(range(len(node.children)), key=lambda at: node.children[at].key)
        places = {at: self._add(node.children[at], place) for at in order}
        self.given[place] = [places[at] for at in range(len(node.children))]
        return place

    def _rank(self, places: Sequence[int]) -> list[int]:
        filled = [place for place in places if self.totals[place]]
        return sorted(filled, key=lambda place: (self.totals[place], place))
