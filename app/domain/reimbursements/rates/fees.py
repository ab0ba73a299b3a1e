"""Fees for time: by the hour, the half day, the day, or the block of hours."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal


def tier(hours: Decimal, limits: Sequence[Decimal | None]) -> int | None:
    """Tell which tier holds for so many hours: that with the lowest limit not below them.

    A tier without a limit holds for any time; the first of them is taken. None where the time is
    above every limit. A half day of at most 4 hours and a day are the limits 4 and None.
    """
    fitting = [at for at, limit in enumerate(limits) if limit is None or hours <= limit]
    return min(fitting, key=lambda at: (limits[at] is None, limits[at] or 0, at), default=None)


def by_hour(hours: Decimal, pence: Decimal) -> Decimal:
    return hours * pence


def blocks(hours: Decimal, length: Decimal) -> int:
    """Count the blocks that were begun: ceil(hours / length)."""
    return int((hours / length).to_integral_value(rounding=ROUND_CEILING))


def share(pence: Decimal, percent: Decimal) -> Decimal:
    """Give a share of a fee, in exact pence."""
    return pence * percent / 100
