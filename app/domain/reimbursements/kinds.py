"""What is claimed, and the way by which it is paid."""

from enum import StrEnum
from typing import Final


class LineKind(StrEnum):
    """What a line of a claim is for."""

    INVOLVEMENT_FEE = "involvement_fee"
    PREPARATION = "preparation"
    CANCELLATION = "cancellation"
    MILEAGE = "mileage"
    PUBLIC_TRANSPORT = "public_transport"
    TAXI = "taxi"
    PARKING = "parking"
    ACCOMMODATION = "accommodation"
    SUBSISTENCE = "subsistence"
    CARER = "carer"
    CHILDCARE = "childcare"
    REPLACEMENT_CARE = "replacement_care"
    INTERPRETER = "interpreter"
    PERSONAL_ASSISTANT = "personal_assistant"
    PRINTING = "printing"
    DATA = "data"


class Route(StrEnum):
    """The way by which money leaves: to a person, for them to a supplier, or to a charity."""

    PAYROLL = "payroll"
    ACCOUNTS_PAYABLE = "accounts_payable"
    CHARITY = "charity"
    VOUCHER = "voucher"


class Vehicle(StrEnum):
    """What HMRC's approved mileage rates tell apart."""

    CAR = "car"
    MOTORCYCLE = "motorcycle"
    BICYCLE = "bicycle"


# What is earned, and so taxed; all else pays back what was spent.
FEES: Final = frozenset({LineKind.INVOLVEMENT_FEE, LineKind.PREPARATION, LineKind.CANCELLATION})
# What is worked out from a rate; of all else the person tells what they paid, by receipt.
RATED: Final = FEES | {LineKind.MILEAGE, LineKind.SUBSISTENCE}
