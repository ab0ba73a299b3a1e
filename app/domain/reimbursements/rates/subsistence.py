"""Subsistence: an allowance for each length of time away that was passed."""

from collections.abc import Sequence
from decimal import Decimal


def passed(hours_away: Decimal, over: Sequence[Decimal]) -> list[int]:
    """Tell which allowances are due: those of which the time away is longer than their hours.

    Just 5 hours away do not pass 5 hours.
    """
    return [at for at, hours in enumerate(over) if hours_away > hours]
