"""How many days claims took, as figures of many, and how old is what waits."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class By(StrEnum):
    """What figures are told by."""

    MONTH = "month"
    DIRECTORATE = "directorate"
    BOTH = "both"


class Age(StrEnum):
    """How many days something has waited where it is."""

    WEEK = "0-7"
    FORTNIGHT = "8-14"
    FOUR_WEEKS = "15-28"
    LONGER = "29+"


@dataclass(frozen=True, slots=True)
class Spread:
    """The days that so many claims took; the median and 90th percentile lie between two of them.

    `within_target` counts those that took no more days than the policy wants.
    """

    claims: int
    median_days: Decimal | None
    p90_days: Decimal | None
    within_target: int


@dataclass(frozen=True, slots=True)
class MonthTimeliness:
    """The claims for activities of a month, which its first day stands for."""

    month: date
    to_claim: Spread
    to_approval: Spread
    to_payment: Spread
