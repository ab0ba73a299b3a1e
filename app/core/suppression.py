"""Which figures are hidden because too few people stand behind them.

First level: a group that 1 to 4 people answered in. Second level: where exactly one group of a
sum is hidden, the sum and the others would give it away, so that the next smallest goes too
(domain reference 1.3, applied to every sum that the figures can be added up to).
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

THRESHOLD = 5

C = TypeVar("C", bound=Any)  # hashable and in an order


def hidden(totals: Mapping[C, int], sums: Iterable[Iterable[C]]) -> frozenset[C]:
    """Choose the cells to hide.

    `totals` holds how many answered in each cell; `sums` the sets of cells whose sum can be known.
    No set has exactly one hidden cell unless it has no other that is not empty. Of equals the cell
    that is first in order goes, so that it is the same one whatever else is looked at.
    """
    found = {cell for cell, total in totals.items() if 0 < total < THRESHOLD}
    if not found:
        return frozenset()
    groups = [[cell for cell in group if totals.get(cell, 0) > 0] for group in sums]
    changed = True
    while changed:
        changed = False
        for group in groups:
            if len(group) > 1 and len(found.intersection(group)) == 1:
                shown = (cell for cell in group if cell not in found)
                found.add(min(shown, key=lambda cell: (totals[cell], cell)))
                changed = True
    return frozenset(found)
