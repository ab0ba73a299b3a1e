"""Amounts, rates and times in the plain words of a price's explanation."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

_POUND: Final = Decimal(100)


def pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02}"


def rate(pence: Decimal) -> str:
    """Write a rate: below a pound in pence and their parts, else in pounds and theirs."""
    if pence < _POUND:
        return f"{number(pence)}p"
    if pence == pence.to_integral_value():
        return pounds(int(pence))
    return f"£{number(pence / _POUND)}"


def number(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(value: Decimal | int, one: str, more: str) -> str:
    """Write how many there are: `1 hour`, `2.5 hours`."""
    return f"{number(Decimal(value))} {one if value == 1 else more}"


def hours(value: Decimal) -> str:
    return counted(value, "hour", "hours")


def listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
