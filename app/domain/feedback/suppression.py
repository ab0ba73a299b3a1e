"""Which figures are hidden because too few people stand behind them.

First level: a group that 1 to 4 people answered in. Second level: where exactly one group of a
sum is hidden, the sum and the others would give it away, so that the next smallest goes too
(domain reference 1.3, applied to every sum that the figures can be added up to).
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

THRESHOLD = 5

C = TypeVar("C", bound=Hashable)


def hidden(totals: Mapping[C, int], sums: Iterable[Iterable[C]]) -> frozenset[C]:
    """Choose the cells to hide.

    `totals` holds how many answered in each cell; `sums` the sets of cells whose sum can be known.
    No set has exactly one hidden cell unless it has no other that is not empty.
    """
    found = {cell for cell, total in totals.items() if 0 < total < THRESHOLD}
    groups = [[cell for cell in group if totals.get(cell, 0) > 0] for group in sums]
    order = sorted(totals, key=lambda cell: (totals[cell], repr(cell)))
    rank = {cell: place for place, cell in enumerate(order)}
    changed = True
    while changed:
        changed = False
        for group in groups:
            shown = [cell for cell in group if cell not in found]
            if shown and len(group) - len(shown) == 1:
                found.add(min(shown, key=rank.__getitem__))
                changed = True
    return frozenset(found)
