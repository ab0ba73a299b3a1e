"""What parts a rate has, by its kind and its unit, and what the rates of one card are together."""

from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.reimbursements.kinds import LineKind
from app.domain.reimbursements.rates.errors import RateTwiceError, RateUnfitError
from app.domain.reimbursements.rates.models import Rate
from app.domain.reimbursements.rates.units import RateUnit

_TIMES: Final = frozenset({RateUnit.HOUR, RateUnit.HALF_DAY, RateUnit.DAY, RateUnit.BLOCK})
_UNITS: Final[Mapping[LineKind, frozenset[RateUnit]]] = {
    LineKind.INVOLVEMENT_FEE: _TIMES,
    LineKind.PREPARATION: _TIMES,
    LineKind.CANCELLATION: _TIMES | {RateUnit.FEE_SHARE},
    LineKind.MILEAGE: frozenset({RateUnit.MILE, RateUnit.PASSENGER_MILE}),
    LineKind.SUBSISTENCE: frozenset({RateUnit.TIME_AWAY}),
}
_BY_RECEIPT: Final = frozenset({RateUnit.ACTUAL})
# Each unit has these parts, may have those, and has none of the others.
_HAS: Final[Mapping[RateUnit, frozenset[str]]] = {
    RateUnit.HALF_DAY: frozenset({"up_to_hours"}),
    RateUnit.BLOCK: frozenset({"block_hours"}),
    RateUnit.MILE: frozenset({"vehicle", "over_miles"}),
    RateUnit.TIME_AWAY: frozenset({"over_hours"}),
}
_MAY_HAVE: Final[Mapping[RateUnit, frozenset[str]]] = {
    **{unit: frozenset({"pence", "level", "up_to_hours"}) for unit in _TIMES},
    RateUnit.FEE_SHARE: frozenset({"percent", "level"}),
    RateUnit.MILE: frozenset({"pence"}),
    RateUnit.PASSENGER_MILE: frozenset({"pence"}),
    RateUnit.TIME_AWAY: frozenset({"pence"}),
    RateUnit.ACTUAL: frozenset({"most_pence", "most_per"}),
}
_PARTS: Final = (
    "pence",
    "percent",
    "level",
    "vehicle",
    "up_to_hours",
    "block_hours",
    "over_hours",
    "over_miles",
    "most_pence",
    "most_per",
)


def check(rates: Sequence[Rate]) -> None:
    """Refuse rates that cannot price a line, naming the first; raises RateUnfitError.

    Raises RateTwiceError where two of them hold for the same.
    """
    seen = set()
    for at, rate in enumerate(rates):
        if fault := _fault(rate):
            raise RateUnfitError.at(f"#/rates/{at}/{fault[0]}", fault[1], "unfit")
        holding = _holding(rate)
        if holding in seen:
            raise RateTwiceError.at(f"#/rates/{at}", "Another rate holds for the same", "twice")
        seen.add(holding)
    for at, rate in enumerate(rates):
        if rate.unit is RateUnit.MILE and (*_holding(rate)[:-1], 0) not in seen:
            raise RateUnfitError.at(
                f"#/rates/{at}/over_miles", "No rate of this vehicle begins at 0 miles", "unfit"
            )


def _holding(rate: Rate) -> tuple[object, ...]:
    return (
        rate.kind,
        rate.level,
        rate.vehicle,
        rate.up_to_hours,
        rate.over_hours,
        rate.over_miles,
    )


def _fault(rate: Rate) -> tuple[str, str] | None:
    """Name the part that does not fit, and say why."""
    if rate.unit not in _UNITS.get(rate.kind, _BY_RECEIPT):
        return "unit", "No unit of this kind"
    has = _HAS.get(rate.unit, frozenset())
    may = has | _MAY_HAVE[rate.unit]
    for part in _PARTS:
        told = getattr(rate, part) is not None
        if told and part not in may:
            return part, "No part of a rate of this unit"
        if not told and part in has:
            return part, "Needed with this unit"
    if (rate.most_pence is None) != (rate.most_per is None):
        return "most_per", "Tell both most_pence and most_per, or neither"
    return None
