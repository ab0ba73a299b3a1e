"""Which vouchers make up an amount."""

from collections.abc import Sequence
from math import gcd


def choose(values: Sequence[int], pence: int) -> list[int] | None:
    """Give the places of vouchers that sum to just so many pence, or None where none do.

    `values` stand in the order of their numbers: the highest number taken is as low as can be.
    All sums of the first vouchers are the bits of one number, so that a step is a shift.
    """
    unit = gcd(pence, *values)
    wanted, within = pence // unit, (1 << (pence // unit + 1)) - 1
    sums = [1]
    for value in values:
        if sums[-1] >> wanted & 1:
            break
        sums.append((sums[-1] | sums[-1] << (value // unit)) & within)
    if not sums[-1] >> wanted & 1:
        return None
    taken: list[int] = []
    for place in range(len(sums) - 2, -1, -1):
        if not sums[place] >> wanted & 1:
            taken.append(place)
            wanted -= values[place] // unit
    return taken[::-1]
