"""An attacker who knows all that is published, and integer programming.

Its unknowns are the counts of every leaf; what is published of a node says something of the sum of
its leaves. A hidden count is recovered where no other value of it agrees with all that is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from app.domain.feedback.publication.cascade import NEGATIVE, POSITIVE
from app.domain.feedback.publication.tree import Node, Shown

Cell = tuple[str, str, int]  # node, counts or modes, place
_ROUNDS = 6


@dataclass
class Attack:
    """Collects what is told of trees; `prefix` keeps the figures of two months apart."""

    unknowns: int = 0
    truth: list[int] = field(default_factory=list)
    rows: list[tuple[dict[int, int], float, float]] = field(default_factory=list)
    hidden: dict[Cell, list[int]] = field(default_factory=dict)

    def read(self, node: Node, shown: Shown, prefix: str = "") -> None:
        """Take in a published tree; `node` tells which unknowns it is of, and the truth to find."""
        self._node(node, shown, prefix)

    def _node(self, node: Node, shown: Shown, path: str) -> tuple[list[list[int]], list[list[int]]]:
        """Give the unknowns that make each of a node's counts and modes."""
        path = f"{path}/{shown.key}"
        assert (shown.key, len(shown.children)) == (node.key, len(node.children))
        if node.children:
            below = [
                self._node(child, told, path)
                for child, told in zip(node.children, shown.children, strict=True)
            ]
            counts, modes = (_joined([each[at] for each in below]) for at in (0, 1))
        else:
            counts, modes = self._leaf(node.counts), self._leaf(node.modes)
        for name, unknown, told, true in (
            ("counts", counts, shown.counts, node.counts),
            ("modes", modes, shown.modes, node.modes),
        ):
            self._say([one for each in unknown for one in each], shown.total, shown.total)
            for at, value in enumerate(told):
                if value is None:
                    self.hidden[path, name, at] = unknown[at]
                    assert sum(self.truth[one] for one in unknown[at]) == true[at]
                else:
                    self._say(unknown[at], value, value)
        self.percentages(counts, shown)
        return counts, modes

    def percentages(self, counts: list[list[int]], shown: Shown) -> None:
        """A percent P of n, rounded half up, says (2P - 1) n <= 200 part <= (2P + 1) n - 1."""
        n = shown.total
        for share, answers in ((shown.pct_positive, POSITIVE), (shown.pct_negative, NEGATIVE)):
            if share is not None:
                part = [one for answer in answers for one in counts[answer]]
                self._say(part, ((2 * share - 1) * n) / 200, ((2 * share + 1) * n - 1) / 200)

    def _leaf(self, values: tuple[int, ...]) -> list[list[int]]:
        first = self.unknowns
        self.unknowns += len(values)
        self.truth.extend(values)
        return [[first + at] for at in range(len(values))]

    def _say(self, unknown: list[int], least: float, most: float) -> None:
        self.rows.append((dict.fromkeys(unknown, 1), least, most))

    def recovered(self) -> list[Cell]:
        """Give the hidden cells that can have one value only.

        First whole tables are looked for that differ from the truth in as many open cells as can
        be; only what differs in none of them is tried alone.
        """
        if not self.hidden:
            return []
        names, matrix = list(self.hidden), self._matrix()
        cells = csr_array(
            (
                np.ones(sum(map(len, self.hidden.values()))),
                (
                    [at for at, name in enumerate(names) for _ in self.hidden[name]],
                    [one for name in names for one in self.hidden[name]],
                ),
            ),
            shape=(len(names), self.unknowns),
        )
        true = cells @ np.array(self.truth)
        open_ = np.ones(len(names), dtype=bool)
        random = np.random.default_rng(len(names))
        for number in range(_ROUNDS):
            signs = random.choice((-1.0, 1.0), len(names)) if number else np.ones(len(names))
            found = self._solve(-(signs * open_) @ cells, matrix)
            open_ &= np.rint(cells @ found) == true
        return [
            names[at] for at in np.flatnonzero(open_) if self._alone(cells[[at]], true[at], matrix)
        ]

    def _alone(self, cell: csr_array, true: int, matrix: LinearConstraint) -> bool:
        for sign in (1, -1):
            found = self._solve((sign * cell).toarray()[0], matrix)
            if round((cell @ found)[0]) != true:
                return False
        return True

    def _solve(self, objective: np.ndarray, constraint: LinearConstraint) -> np.ndarray:
        found = milp(
            objective,
            integrality=np.ones(self.unknowns),
            bounds=Bounds(0, np.inf),
            constraints=constraint,
        )
        assert found.success, found.message
        return found.x

    def _matrix(self) -> LinearConstraint:
        entries = [(at, one) for at, (row, _, _) in enumerate(self.rows) for one in row]
        matrix = csr_array(
            (np.ones(len(entries)), tuple(zip(*entries, strict=True))),
            shape=(len(self.rows), self.unknowns),
        )
        return LinearConstraint(
            matrix, [least for _, least, _ in self.rows], [most for _, _, most in self.rows]
        )


def _joined(below: list[list[list[int]]]) -> list[list[int]]:
    return [[one for part in parts for one in part] for parts in zip(*below, strict=True)]


def cells(node: Shown, path: str = "") -> Iterator[tuple[Cell, int | None]]:
    """Give every cell of a published tree with what is told of it."""
    path = f"{path}/{node.key}"
    for name, told in (("counts", node.counts), ("modes", node.modes)):
        for at, value in enumerate(told):
            yield (path, name, at), value
    for child in node.children:
        yield from cells(child, path)
