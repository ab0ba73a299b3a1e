"""What a rate is paid for."""

from enum import StrEnum


class RateUnit(StrEnum):
    """What a rate is paid for: a time, a mile, a time away, a share of the fee, or what it cost."""

    HOUR = "hour"
    HALF_DAY = "half_day"
    DAY = "day"
    BLOCK = "block"
    FEE_SHARE = "fee_share"
    MILE = "mile"
    PASSENGER_MILE = "passenger_mile"
    TIME_AWAY = "time_away"
    ACTUAL = "actual"


class MostPer(StrEnum):
    """What the most that is paid back is counted by."""

    HOUR = "hour"
    DAY = "day"
