"""How an exact amount becomes whole pence: once a line, half a penny up."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_PENNY: Final = Decimal(1)


def whole_pence(exact: Decimal) -> int:
    """Round an amount of zero or more pence to the nearest penny, half a penny up.

    Rates go below the penny, so that a line's parts are added exactly and their sum is rounded.
    """
    return int(exact.quantize(_PENNY, rounding=ROUND_HALF_UP))
