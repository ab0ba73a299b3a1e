"""Wilson's score interval for a share.

Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
Journal of the American Statistical Association 22 (1927), 209-212:
(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), with p = k/n.
"""

from math import sqrt
from typing import Final, NamedTuple

Z_95: Final = 1.959963984540054
"""The normal distribution's 97.5 % point."""


class Interval(NamedTuple):
    low: float
    high: float


def interval(part: int, whole: int, z: float = Z_95) -> Interval:
    """Give the 95 % interval of `part / whole`, both bounds from 0 to 1; `whole` is not 0."""
    share, square = part / whole, z * z / whole
    centre = share + square / 2
    reach = sqrt(square * share * (1 - share) + square * square / 4)
    # At the ends the bound is 0 or 1 itself, which floating point would miss by a hair.
    low = 0.0 if not part else (centre - reach) / (1 + square)
    high = 1.0 if part == whole else (centre + reach) / (1 + square)
    return Interval(low, high)


def tenths(part: int, whole: int) -> float | None:
    """Give a percentage to one decimal place, half up; None of nothing."""
    return (2000 * part + whole) // (2 * whole) / 10 if whole else None
