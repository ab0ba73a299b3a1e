"""What is looked for in a claim, and how much what is found matters."""

from enum import StrEnum
from typing import Final


class FlagCode(StrEnum):
    """One check of a claim."""

    SAME_RECEIPT = "same_receipt"
    ALIKE_RECEIPT = "alike_receipt"
    SAME_JOURNEY = "same_journey"
    SAME_DAY_AND_EVENT = "same_day_and_event"
    NEAR_AMOUNT = "near_amount"
    SHARED_BANK = "shared_bank"
    ACCOUNT_NAME = "account_name"
    FIRST_PAYMENT = "first_payment"
    ABOVE_95TH = "above_95th"
    BUDGET_EXCEEDED = "budget_exceeded"
    EARLIER_REJECTIONS = "earlier_rejections"
    PAID_IN_ADVANCE = "paid_in_advance"


class FlagLevel(StrEnum):
    """How much it matters; whatever is above none an approver answers."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        return _ORDER.index(self)


_ORDER: Final = tuple(FlagLevel)
