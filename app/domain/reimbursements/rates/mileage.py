"""Mileage by bands: so much a mile, and another rate above so many miles in a tax year.

All cars of a person count together (HMRC's approved mileage allowance payments); the miles of a
claim may lie on both sides of a threshold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """What a mile is paid with that lies above so many miles; rates may go below the penny."""

    over_miles: Decimal
    pence: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """Miles that one band pays."""

    miles: Decimal
    pence: Decimal


def split(before: Decimal, miles: Decimal, bands: Sequence[Band]) -> list[Part]:
    """Share miles out among the bands, where so many came before them in the tax year.

    `bands` begin with one above 0 miles and rise. Bands that no mile falls in are left out.
    """
    parts = []
    for at, band in enumerate(bands):
        start = max(before, band.over_miles)
        end = before + miles
        if at + 1 < len(bands):
            end = min(end, bands[at + 1].over_miles)
        if end > start:
            parts.append(Part(end - start, band.pence))
    return parts


def exact_pence(parts: Sequence[Part]) -> Decimal:
    return sum((part.miles * part.pence for part in parts), Decimal(0))


def passenger_pence(miles: Decimal, passengers: int, pence: Decimal) -> Decimal:
    """Give what passengers add: the rate for each of them, each mile; no threshold counts here."""
    return miles * passengers * pence
